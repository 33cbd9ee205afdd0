//! nginx: the servers that its configuration describes, an access log on standard output.

use crate::base::Timestamp;

use super::super::base_files::{DEFAULT_SITE, base_files, shows_default_site};
use super::super::filesystem::{FileError, FileView, absolute, join};
use super::super::http::{HttpRequest, HttpResponse};
use super::super::images::{Base, image_in};
use super::super::process::Process;
use super::super::program::{Program, Sigterm};
use super::super::system::System;
use super::nginx_config::{Config, Directive, MAIN, load};
use super::nginx_site::{answer, servers, upstreams};

/// An nginx.
pub(in super::super) struct Nginx {
    name: &'static str,
    port: u16,
}

/// `nginx`.
pub(in super::super) static NGINX: Nginx = Nginx { name: "nginx", port: 80 };
/// The same for who is not root.
pub(in super::super) static NGINX_UNPRIVILEGED: Nginx = Nginx { name: "nginx-unprivileged", port: 8080 };

/// Where the image's own configuration has nginx write its logs.
const LOGS: &str = "/var/log/nginx";
/// Where the default site is, whose files are served when the configuration is the image's own.
const ROOT: &str = "/usr/share/nginx/html";
/// Where the configuration is.
const FOLDER: &str = "/etc/nginx";
/// Where a process remembers its ports.
const PORTS: &str = "ports";
/// Where it remembers the files of its configuration as they were when it read them.
const CONFIG: &str = "config";
/// The port behind which a request came, for servers with several.
pub(in super::super) const ASKED_PORT: &str = "asked port";

/// The user nginx of its images.
const USER: i64 = 101;
/// Workers that are told of.
const WORKERS_MAX: u64 = 64;
/// The number of the first worker.
const FIRST_WORKER: u64 = 29;
/// The series that is called stable, and the version where an image does not tell its own.
const STABLE: &str = "1.28";
const LATEST: &str = "1.29.4";
/// The first release whose image has a start script that speaks.
const FIRST_WITH_SCRIPT: (u32, u32) = (1, 19);
/// The first release whose configuration logs notices.
const FIRST_WITH_NOTICES: (u32, u32) = (1, 21);

impl Program for Nginx {
    fn name(&self) -> &'static str {
        self.name
    }

    fn start(&self, process: &mut Process, system: &mut dyn System) {
        if let Some(code) = self.only_tells(process, system) {
            process.exit_code = Some(code);
            return;
        }
        if let Some(word) = other_program(process) {
            let said = format!("/docker-entrypoint.sh: 47: exec: {word}: not found\n");
            process.print_error(said.as_bytes());
            process.exit_code = Some(127);
            return;
        }
        let release = release(process);
        if release >= FIRST_WITH_SCRIPT
            && process.command().first().is_some_and(|word| word.ends_with("docker-entrypoint.sh"))
        {
            tell_of_script(process, system);
        }
        let at = system.now().strftime("%Y/%m/%d %H:%M:%S").to_string();
        match self.load(process, system) {
            Ok(config) => {
                for directive in &config.refused {
                    let text = format!("not simulated: the directive {directive}\n");
                    process.print_error(text.as_bytes());
                }
                if process.number == 1 && goes_away(process, &config) {
                    process.memory.remove(PORTS);
                    process.exit_code = Some(0);
                    return;
                }
            }
            Err(why) => {
                process.print_error(format!("{at} [emerg] 1#1: {why}\nnginx: [emerg] {why}\n").as_bytes());
                process.exit_code = Some(1);
                return;
            }
        }
        if release >= FIRST_WITH_NOTICES {
            let system_built = system.image().is_some_and(|image| image.base() == Base::Alpine);
            let workers = self.workers(process, system.processors()).len();
            let mut lines = vec![
                "using the \"epoll\" event method".to_owned(),
                format!("nginx/{}", version(process)),
                format!("built by gcc {}", compiler(release, system_built)),
                "OS: Linux 6.8.0".to_owned(),
                "getrlimit(RLIMIT_NOFILE): 1048576:1048576".to_owned(),
                "start worker processes".to_owned(),
            ];
            lines.extend(
                (FIRST_WORKER..).take(workers).map(|number| format!("start worker process {number}")),
            );
            for line in lines {
                process.print_error(format!("{at} [notice] 1#1: {line}\n").as_bytes());
            }
        }
    }

    fn title(&self, process: &Process) -> Option<String> {
        let words = process.command();
        let words = words.iter().skip_while(|word| !word.ends_with("nginx")).cloned().collect::<Vec<_>>();
        Some(format!("nginx: master process {}", words.join(" ")))
    }

    fn workers(&self, process: &Process, processors: u64) -> Vec<(i64, String)> {
        let set = self.remembered(process).and_then(|config| {
            config.iter().find(|directive| directive.name == "worker_processes")?.word().parse::<u64>().ok()
        });
        let count = set.unwrap_or(processors).clamp(1, WORKERS_MAX);
        (0..count).map(|_| (USER, "nginx: worker process".to_owned())).collect()
    }

    fn ports(&self, process: &Process) -> Vec<u16> {
        let ports = process.memory.get(PORTS).map(String::as_str).unwrap_or_default();
        ports.split(' ').filter_map(|port| port.parse().ok()).collect()
    }

    fn on_sighup(&self, process: &mut Process, system: &mut dyn System) {
        let at = system.now().strftime("%Y/%m/%d %H:%M:%S").to_string();
        process.print_error(
            format!("{at} [notice] 1#1: signal 1 (SIGHUP) received, reconfiguring\n").as_bytes(),
        );
        let before = process.memory.clone();
        if let Err(why) = self.load(process, system) {
            process.memory = before;
            process.print_error(format!("{at} [emerg] 1#1: {why}\n").as_bytes());
        }
    }

    fn serve(
        &self,
        process: &mut Process,
        request: &HttpRequest,
        system: &mut dyn System,
    ) -> Option<HttpResponse> {
        let asked = process.memory.get(ASKED_PORT).and_then(|port| port.parse().ok());
        let port = asked.or_else(|| self.ports(process).first().copied()).unwrap_or(self.port);
        let response = match self.remembered(process) {
            None => Some(page(request, system)),
            Some(config) => answer(&config, port, request, system),
        };
        let response = response?.served_by(&format!("nginx/{}", version(process)), system.now());
        let at = system.now().strftime("%d/%b/%Y:%H:%M:%S +0000").to_string();
        let referrer = request.header("Referer").unwrap_or("-");
        let forwarded = request.header("X-Forwarded-For").unwrap_or("-");
        process.print_line(&format!(
            "{} - - [{at}] \"{} {} HTTP/1.1\" {} {} \"{referrer}\" \"{}\" \"{forwarded}\"",
            request.header("X-Client-Address").unwrap_or("10.244.0.1"),
            request.method,
            request.path,
            response.status,
            if request.method == "HEAD" { 0 } else { response.body.len() },
            request.header("User-Agent").unwrap_or("-"),
        ));
        Some(response)
    }

    fn on_sigterm(&self) -> Sigterm {
        Sigterm::Exits { code: 0, after: 100 }
    }
}

/// The first word behind the image's start script, where it is no program of nginx: the script hands over to it.
fn other_program(process: &Process) -> Option<String> {
    let command = process.command();
    let [script, word, ..] = command.as_slice() else { return None };
    let own = ["nginx", "nginx-debug"].contains(&word.rsplit('/').next().unwrap_or(word));
    (script.ends_with("docker-entrypoint.sh") && !own).then(|| word.clone())
}

/// Whether the master process leaves the foreground, and with it the container: it does unless it is told
/// `daemon off`.
fn goes_away(process: &Process, config: &Config) -> bool {
    let told = process.command().iter().any(|word| word.contains("daemon off"));
    let set =
        config.directives.iter().any(|directive| directive.name == "daemon" && directive.word() == "off");
    !told && !set
}

/// What nginx says of a command line that it cannot read: of its words first, and then of what `-g` is given.
fn misread(words: &[&str]) -> Option<String> {
    let mut open = false;
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        if !word.starts_with('-') {
            return Some(format!("invalid option: {word:?}"));
        }
        let value = if matches!(*word, "-g" | "-c" | "-p" | "-e" | "-s") { rest.next() } else { None };
        open |= *word == "-g" && value.is_some_and(|value| !value.trim_end().ends_with([';', '}']));
    }
    open.then(|| "[emerg] unexpected end of parameter, expecting \";\" in command line".to_owned())
}

impl Nginx {
    /// `nginx -v`, `-t`, `-s SIGNAL`: what ends at once; `None` for a server.
    fn only_tells(&self, process: &mut Process, system: &mut dyn System) -> Option<i32> {
        let command = process.command();
        let words: Vec<&str> =
            command.iter().map(String::as_str).skip_while(|word| !word.ends_with("nginx")).skip(1).collect();
        let version = version(process);
        if let Some(why) = misread(&words) {
            process.print_error(format!("nginx: {why}\n").as_bytes());
            return Some(1);
        }
        match words.first().copied()? {
            "-v" | "-V" => {
                process.print_error(format!("nginx version: nginx/{version}\n").as_bytes());
                Some(0)
            }
            option @ ("-t" | "-T") => {
                let (text, code) = match self.load(process, system) {
                    Ok(_) => (
                        format!(
                            "nginx: the configuration file {MAIN} syntax is ok\nnginx: configuration file {MAIN} test is successful\n"
                        ),
                        0,
                    ),
                    Err(why) => {
                        (format!("nginx: [emerg] {why}\nnginx: configuration file {MAIN} test failed\n"), 1)
                    }
                };
                process.print_error(text.as_bytes());
                if option == "-T" && code == 0 {
                    let config = system.files().read(MAIN).unwrap_or_default();
                    process.print_line(&format!("# configuration file {MAIN}:"));
                    process.print(&config);
                }
                Some(code)
            }
            "-s" => {
                let signal = match words.get(1).copied().unwrap_or_default() {
                    "stop" | "quit" => 15,
                    "reload" | "reopen" => 1,
                    other => {
                        process.print_error(format!("nginx: invalid option: \"-s {other}\"\n").as_bytes());
                        return Some(1);
                    }
                };
                let master = system
                    .processes()
                    .into_iter()
                    .find(|row| row.command.starts_with("nginx: master") && row.number != process.number);
                let sent = master.is_some_and(|row| system.signal(row.number, signal));
                if sent && release(process) >= FIRST_WITH_NOTICES {
                    let (at, number) = (system.now().strftime("%Y/%m/%d %H:%M:%S"), process.number);
                    let text = format!("{at} [notice] {number}#{number}: signal process started\n");
                    process.print_error(text.as_bytes());
                }
                if !sent {
                    let text =
                        "nginx: [error] open() \"/run/nginx.pid\" failed (2: No such file or directory)\n";
                    process.print_error(text.as_bytes());
                }
                Some(i32::from(!sent))
            }
            _ => None,
        }
    }

    /// Reads the configuration; the image's own is not remembered, as it is known.
    fn load(&self, process: &mut Process, system: &mut dyn System) -> Result<Config, String> {
        // What is known need not be read, ten thousand times over.
        let known = system.files().is_untouched(FOLDER) && shows_default_site(system.image());
        let config = if known { Config::default() } else { load(&system.files(), MAIN)? };
        for (host, place) in upstreams(&config.directives) {
            if system.resolve(&host).is_empty() {
                return Err(format!("host not found in upstream {host:?} in {place}"));
            }
        }
        let logs_there =
            String::from_utf8_lossy(&system.files().read(MAIN).unwrap_or_default()).contains(LOGS);
        if logs_there && !system.files().is_directory(LOGS) {
            return Err(format!("open() \"{LOGS}/error.log\" failed (2: No such file or directory)"));
        }
        self.make_room(&mut system.files())?;
        let mut ports: Vec<u16> =
            servers(&config.directives).iter().flat_map(|server| server.ports()).collect();
        let own = known || is_own(&config.directives);
        if own {
            ports = vec![self.port];
        }
        ports.sort_unstable();
        ports.dedup();
        let taken = system.listening();
        if process.number == 1
            && let Some(port) = ports.iter().find(|port| taken.contains(port))
        {
            return Err(format!("bind() to 0.0.0.0:{port} failed (98: Address already in use)"));
        }
        let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
        process.memory.insert(PORTS.to_owned(), ports.join(" "));
        process.memory.remove(CONFIG);
        if !own {
            process.memory.insert(CONFIG.to_owned(), dump(&config.directives));
        }
        Ok(config)
    }

    /// Makes what nginx keeps on the disk; a user other than root may not, and nobody on a file system that
    /// is only for reading.
    fn make_room(&self, files: &mut FileView<'_>) -> Result<(), String> {
        if files.who.user == 0 && !files.read_only_root {
            return Ok(());
        }
        let (cache, run) =
            if self.port == 80 { ("/var/cache/nginx", "/run/nginx.pid") } else { ("/tmp", "/tmp/nginx.pid") };
        let numbered = |why: FileError| match why {
            FileError::Denied => "13: Permission denied".to_owned(),
            FileError::ReadOnly => "30: Read-only file system".to_owned(),
            why => format!("2: {why}"),
        };
        let folder = format!("{cache}/client_temp");
        match files.make_directory(&folder) {
            Ok(()) | Err(FileError::Exists) => {}
            Err(why) => return Err(format!("mkdir() {folder:?} failed ({})", numbered(why))),
        }
        // /var/run leads to /run.
        let written = files.write(run, b"1\n".to_vec());
        let written = written.or_else(|why| {
            files.write(&run.replacen("/run", "/var/run", 1), b"1\n".to_vec()).map_err(|_| why)
        });
        written.map_err(|why| format!("open() {run:?} failed ({})", numbered(why)))
    }

    /// The configuration as it was read, when it is not the image's own.
    fn remembered(&self, process: &Process) -> Option<Vec<Directive>> {
        let text = process.memory.get(CONFIG)?;
        super::nginx_config::parse(text).ok()
    }
}

/// Whether these directives are the image's own: one server that shows the default files.
fn is_own(directives: &[Directive]) -> bool {
    let all = servers(directives);
    let [server] = all.as_slice() else { return false };
    let names: Vec<&str> = server.0.iter().map(|directive| directive.name.as_str()).collect();
    let shows = |directive: &Directive, word: &str, inside: &[(&str, &[&str])]| {
        directive.word() == word
            && directive.block.len() == inside.len()
            && directive
                .block
                .iter()
                .zip(inside)
                .all(|(found, (name, words))| found.name == *name && found.words == *words)
    };
    names == ["listen", "listen", "server_name", "location", "error_page", "location"]
        && server.ports() == [80, 80]
        && shows(&server.0[3], "/", &[("root", &[ROOT]), ("index", &["index.html", "index.htm"])])
        && server.0[5].words == ["=", "/50x.html"]
        && server.0[5].block.len() == 1
}

/// Directives as a text that reads back as the same.
fn dump(directives: &[Directive]) -> String {
    let mut text = String::new();
    for directive in directives {
        text.push_str(&directive.name);
        for word in &directive.words {
            let word = word.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            text.push_str(&format!(" \"{word}\""));
        }
        if directive.block.is_empty() {
            text.push_str(";\n");
        } else {
            text.push_str(&format!(" {{\n{}}}\n", dump(&directive.block)));
        }
    }
    text
}

fn page(request: &HttpRequest, system: &mut dyn System) -> HttpResponse {
    if !matches!(request.method.as_str(), "GET" | "HEAD") {
        return error_page(405, "Not Allowed");
    }
    file_below(ROOT, request.path_only(), &["index.html"], system)
}

/// The file of a path below a folder, as nginx answers it.
pub(super) fn file_below(root: &str, path: &str, index: &[&str], system: &mut dyn System) -> HttpResponse {
    let wanted = absolute(root, &join(root, path));
    let files = system.files();
    if files.is_directory(&wanted) {
        if !path.ends_with('/') && !path.is_empty() {
            return error_page(301, "Moved Permanently").with_header("Location", &format!("{path}/"));
        }
        let found = index.iter().map(|name| join(&wanted, name)).find(|name| files.exists(name));
        return match found {
            Some(file) => sent(&file, &files),
            None => error_page(403, "Forbidden"),
        };
    }
    sent(&wanted, &files)
}

fn sent(path: &str, files: &FileView<'_>) -> HttpResponse {
    match files.read(path) {
        Ok(bytes) => {
            let modified = files.modified(path);
            let tag = format!("\"{modified:x}-{:x}\"", bytes.len());
            let at =
                Timestamp::from_second(modified).unwrap_or_default().strftime("%a, %d %b %Y %H:%M:%S GMT");
            let response = HttpResponse {
                body: bytes,
                ..HttpResponse::text(200, super::content_type(path), String::new())
            };
            response
                .with_header("Last-Modified", &at.to_string())
                .with_header("ETag", &tag)
                .with_header("Accept-Ranges", "bytes")
        }
        Err(FileError::Denied) => error_page(403, "Forbidden"),
        Err(_) => error_page(404, "Not Found"),
    }
}

/// One of nginx' own pages.
pub(super) fn error_page(status: u16, words: &str) -> HttpResponse {
    let body = format!(
        "<html>\r\n<head><title>{status} {words}</title></head>\r\n<body>\r\n<center><h1>{status} {words}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    HttpResponse::text(status, "text/html", body)
}

/// Prints what the start script of the image says.
fn tell_of_script(process: &mut Process, system: &mut dyn System) {
    let packaged = base_files(system.image()).find(|(path, _)| *path == DEFAULT_SITE).map(|(_, text)| *text);
    let files = system.files();
    let found = files.read(DEFAULT_SITE).ok();
    let writable = files.is_writable_place(DEFAULT_SITE) && files.who.user == 0;
    let listens = "10-listen-on-ipv6-by-default.sh: info:";
    let ipv6 = match (found, packaged) {
        (None, _) => vec![format!("{listens} {DEFAULT_SITE} is not a file or does not exist")],
        (Some(_), _) if !writable => {
            vec![format!("{listens} can not modify {DEFAULT_SITE} (read-only file system?)")]
        }
        (Some(text), Some(packaged)) if text == packaged.as_bytes() => vec![
            format!("{listens} Getting the checksum of {DEFAULT_SITE}"),
            format!("{listens} Enabled listen on IPv6 in {DEFAULT_SITE}"),
        ],
        (Some(_), _) => vec![
            format!("{listens} Getting the checksum of {DEFAULT_SITE}"),
            format!("{listens} {DEFAULT_SITE} differs from the packaged version"),
        ],
    };
    let script = "/docker-entrypoint.sh:";
    let folder = "/docker-entrypoint.d/";
    let before = [
        format!("{script} {folder} is not empty, will attempt to perform configuration"),
        format!("{script} Looking for shell scripts in {folder}"),
        format!("{script} Launching {folder}10-listen-on-ipv6-by-default.sh"),
    ];
    let after = [
        format!("{script} Sourcing {folder}15-local-resolvers.envsh"),
        format!("{script} Launching {folder}20-envsubst-on-templates.sh"),
        format!("{script} Launching {folder}30-tune-worker-processes.sh"),
        format!("{script} Configuration complete; ready for start up"),
    ];
    before.iter().chain(&ipv6).chain(&after).for_each(|line| process.print_line(line));
}

/// The compiler of the distribution that a release was built on.
fn compiler(release: (u32, u32), alpine: bool) -> &'static str {
    match release {
        _ if alpine => "14.2.0 (Alpine 14.2.0)",
        (1, 29..) => "14.2.0 (Debian 14.2.0-19)",
        (1, 25..) => "12.2.0 (Debian 12.2.0-14+deb12u1)",
        _ => "10.2.1 20210110 (Debian 10.2.1-6)",
    }
}

/// The first two numbers of the version.
fn release(process: &Process) -> (u32, u32) {
    let version = version(process);
    let mut numbers = version.split('.').map(|number| number.parse().unwrap_or_default());
    (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default())
}

/// The version behind the image's tag: of names that are no numbers, the latest or the stable one.
fn version(process: &Process) -> String {
    let tag = process.memory.get("tag").map_or("latest", String::as_str);
    let image = process.memory.get("repository").and_then(|repository| image_in(repository));
    let wanted = if tag.starts_with("stable") { STABLE } else { tag };
    let known = image.and_then(|image| image.full_release(wanted).or_else(|| image.full_release("1")));
    known.unwrap_or_else(|| LATEST.to_owned())
}
