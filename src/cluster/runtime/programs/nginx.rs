//! nginx with its default configuration: files below one directory, an access log on standard output.

use super::super::filesystem::{absolute, join};
use super::super::http::{HttpRequest, HttpResponse};
use super::super::process::{Process, System};
use super::super::program::{Program, Sigterm};

/// An nginx, on one port.
pub(in super::super) struct Nginx {
    name: &'static str,
    port: u16,
}

/// `nginx`.
pub(in super::super) static NGINX: Nginx = Nginx { name: "nginx", port: 80 };
/// The same for who is not root.
pub(in super::super) static NGINX_UNPRIVILEGED: Nginx = Nginx { name: "nginx-unprivileged", port: 8080 };

const ROOT: &str = "/usr/share/nginx/html";

impl Nginx {
    /// What keeps it from starting: a file system that it may not write to, or a port that is taken.
    fn obstacle(&self, system: &mut dyn System) -> Option<String> {
        let (cache, run) =
            if self.port == 80 { ("/var/cache/nginx", "/run/nginx.pid") } else { ("/tmp", "/tmp/nginx.pid") };
        let files = system.files();
        if files.is_read_only(&format!("{cache}/client_temp")) {
            return Some(format!("mkdir() \"{cache}/client_temp\" failed (30: Read-only file system)"));
        }
        if files.is_read_only(run) && files.is_read_only(&run.replacen("/run", "/var/run", 1)) {
            return Some(format!("open() \"{run}\" failed (30: Read-only file system)"));
        }
        let taken = system.listening().contains(&self.port);
        taken.then(|| format!("bind() to 0.0.0.0:{} failed (98: Address already in use)", self.port))
    }
}

impl Program for Nginx {
    fn name(&self) -> &'static str {
        self.name
    }

    fn start(&self, process: &mut Process, system: &mut dyn System) {
        process.print_line("/docker-entrypoint.sh: Configuration complete; ready for start up");
        let at = system.now().strftime("%Y/%m/%d %H:%M:%S").to_string();
        if let Some(why) = self.obstacle(system) {
            process.print_error(format!("{at} [emerg] 1#1: {why}\nnginx: [emerg] {why}\n").as_bytes());
            process.exit_code = Some(1);
            return;
        }
        let version = version(process);
        process.print_error(
            format!(
                "{at} [notice] 1#1: using the \"epoll\" event method\n{at} [notice] 1#1: nginx/{version}\n{at} [notice] 1#1: start worker processes\n"
            )
            .as_bytes(),
        );
    }

    fn ports(&self, _: &Process) -> Vec<u16> {
        vec![self.port]
    }

    fn serve(
        &self,
        process: &mut Process,
        request: &HttpRequest,
        system: &mut dyn System,
    ) -> Option<HttpResponse> {
        let response = page(request, system).with_header("Server", &format!("nginx/{}", version(process)));
        let at = system.now().strftime("%d/%b/%Y:%H:%M:%S +0000").to_string();
        process.print_line(&format!(
            "{} - - [{at}] \"{} {} HTTP/1.1\" {} {} \"-\" {:?} \"-\"",
            request.header("X-Client-Address").unwrap_or("10.244.0.1"),
            request.method,
            request.path,
            response.status,
            response.body.len(),
            request.header("User-Agent").unwrap_or("-"),
        ));
        Some(response)
    }

    fn on_sigterm(&self) -> Sigterm {
        Sigterm::Exits { code: 0, after: 100 }
    }
}

fn page(request: &HttpRequest, system: &mut dyn System) -> HttpResponse {
    if !matches!(request.method.as_str(), "GET" | "HEAD") {
        return error_page(405, "Not Allowed");
    }
    let path = absolute(ROOT, &join(ROOT, request.path_only()));
    let files = system.files();
    let path = if files.is_directory(&path) { join(&path, "index.html") } else { path };
    match files.read(&path) {
        Ok(bytes) => {
            HttpResponse { body: bytes, ..HttpResponse::text(200, super::content_type(&path), String::new()) }
        }
        Err(_)
            if path.ends_with("/index.html") && files.is_directory(path.trim_end_matches("/index.html")) =>
        {
            error_page(403, "Forbidden")
        }
        Err(_) => error_page(404, "Not Found"),
    }
}

fn error_page(status: u16, words: &str) -> HttpResponse {
    let body = format!(
        "<html>\r\n<head><title>{status} {words}</title></head>\r\n<body>\r\n<center><h1>{status} {words}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    HttpResponse::text(status, "text/html", body)
}

/// The version behind the image's tag.
fn version(process: &Process) -> String {
    let tag = process.memory.get("tag").map_or("latest", String::as_str);
    let number = tag.split('-').next().unwrap_or_default();
    match number {
        "1.14.2" | "1.16.1" => number.to_owned(),
        "stable" | "1.28" => "1.28.0".to_owned(),
        number if number.starts_with("1.") => format!("{number}.5"),
        _ => "1.29.3".to_owned(),
    }
}
