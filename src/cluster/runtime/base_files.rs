//! The files that images bring along: few, but those that people look at.

use super::distributions::{self, distribution_files};
use super::files::{Entry, Files, is_below};
use super::image_reference::ImageReference;
use super::images::{Base, Image, image_of};
use super::tool_files::{may_hold_tools, tool_at};

/// Marks a directory in the tables below.
pub(super) const DIRECTORY: &str = "\0directory";

/// Marks a symbolic link; where it points follows.
pub(super) const LINK: &str = "\0link ";

/// Path and text of files.
pub(super) type Table = &'static [(&'static str, &'static str)];

/// The default site of nginx' images.
pub(super) const DEFAULT_SITE: &str = "/etc/nginx/conf.d/default.conf";

const NGINX: Table = &[
    ("/docker-entrypoint.d", DIRECTORY),
    ("/docker-entrypoint.sh", "#!/bin/sh\nexec \"$@\"\n"),
    (
        DEFAULT_SITE,
        "server {\n    listen       80;\n    listen  [::]:80;\n    server_name  localhost;\n\n    location / {\n        root   /usr/share/nginx/html;\n        index  index.html index.htm;\n    }\n\n    error_page   500 502 503 504  /50x.html;\n    location = /50x.html {\n        root   /usr/share/nginx/html;\n    }\n}\n",
    ),
    ("/etc/nginx/mime.types", MIME_TYPES),
    ("/etc/nginx/modules", DIRECTORY),
    (
        "/etc/nginx/nginx.conf",
        "user  nginx;\nworker_processes  auto;\n\nerror_log  /var/log/nginx/error.log notice;\npid        /run/nginx.pid;\n\nevents {\n    worker_connections  1024;\n}\n\nhttp {\n    include       /etc/nginx/mime.types;\n    default_type  application/octet-stream;\n\n    log_format  main  '$remote_addr - $remote_user [$time_local] \"$request\" '\n                      '$status $body_bytes_sent \"$http_referer\" '\n                      '\"$http_user_agent\" \"$http_x_forwarded_for\"';\n    access_log  /var/log/nginx/access.log  main;\n\n    sendfile        on;\n    keepalive_timeout  65;\n\n    include /etc/nginx/conf.d/*.conf;\n}\n",
    ),
    ("/usr/share/nginx/html/50x.html", "<html><body><h1>An error occurred.</h1></body></html>\n"),
    (
        "/usr/share/nginx/html/index.html",
        "<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n</head>\n<body>\n<h1>Welcome to nginx!</h1>\n<p>The web server is up and this is its default page.</p>\n</body>\n</html>\n",
    ),
    ("/var/cache/nginx", DIRECTORY),
    ("/var/log/nginx/access.log", "\0link /dev/stdout"),
    ("/var/log/nginx/error.log", "\0link /dev/stderr"),
];

/// Kinds of content by the ends of names, as nginx has them.
const MIME_TYPES: &str = "types {\n    text/html                             html htm shtml;\n    text/css                              css;\n    text/xml                              xml;\n    image/gif                             gif;\n    image/jpeg                            jpeg jpg;\n    application/javascript                js;\n    text/plain                            txt;\n    image/png                             png;\n    image/svg+xml                         svg svgz;\n    image/x-icon                          ico;\n    application/json                      json;\n    application/pdf                       pdf;\n    application/zip                       zip;\n}\n";

/// nginx before the service `hello`.
const HELLO_FRONTEND: Table = &[
    (
        "/etc/nginx/conf.d/frontend.conf",
        "upstream Backend {\n    server hello;\n}\n\nserver {\n    listen 80;\n\n    location / {\n        proxy_pass http://Backend;\n    }\n}\n",
    ),
    (
        "/etc/nginx/nginx.conf",
        "user  nginx;\nworker_processes  auto;\n\nevents {\n    worker_connections  1024;\n}\n\nhttp {\n    include /etc/nginx/conf.d/*.conf;\n}\n",
    ),
    ("/var/cache/nginx", DIRECTORY),
    ("/var/log/nginx", DIRECTORY),
];

const HTTPD: Table = &[
    ("/usr/local/apache2/conf/httpd.conf", "Listen 80\nDocumentRoot \"/usr/local/apache2/htdocs\"\n"),
    ("/usr/local/apache2/htdocs/index.html", "<html><body><h1>It works!</h1></body></html>\n"),
    ("/usr/local/apache2/logs", DIRECTORY),
];

const SAMPLE_APP: Table = &[
    ("/app/app.js", "// The tutor's sample app: GET / greets, GET /error ends the process.\n"),
    ("/app/package.json", "{\n  \"name\": \"kub-first-app\",\n  \"main\": \"app.js\"\n}\n"),
    ("/home/node", DIRECTORY),
];

impl Files {
    /// What an image holds, as a volume; `None` when it is not in the catalogue.
    pub(crate) fn of_image(reference: &str) -> Option<Self> {
        let parsed = ImageReference::parse(reference).ok()?;
        let image = image_of(&parsed)?;
        let mut files = Self::default();
        for (path, text) in image_files(Some(image)) {
            if *text == DIRECTORY {
                files.make_folder(path);
            } else if let Some(target) = text.strip_prefix(LINK) {
                files.insert_link(path, target);
            } else {
                files.insert(path, *text);
            }
        }
        Some(files)
    }
}

/// What the kernel tells every container, parameters that Pods may set included.
const KERNEL: Table = &[
    ("/proc/sys/kernel/shm_rmid_forced", "0\n"),
    ("/proc/sys/net/ipv4/ip_local_port_range", "32768\t60999\n"),
    ("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0\n"),
    ("/proc/sys/net/ipv4/ping_group_range", "0\t2147483647\n"),
    ("/proc/sys/net/ipv4/tcp_fin_timeout", "60\n"),
    ("/proc/sys/net/ipv4/tcp_keepalive_intvl", "75\n"),
    ("/proc/sys/net/ipv4/tcp_keepalive_probes", "9\n"),
    ("/proc/sys/net/ipv4/tcp_keepalive_time", "7200\n"),
    ("/proc/sys/net/ipv4/tcp_syncookies", "1\n"),
    ("/proc/version", "Linux version 6.8.0 #1 SMP\n"),
];

/// Where a parameter of the kernel is told.
pub(crate) fn sysctl_path(name: &str) -> String {
    format!("/proc/sys/{}", name.replace('.', "/"))
}

/// Path and text of the files that a container has before anybody writes any.
pub(super) fn base_files(
    image: Option<&'static Image>,
) -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    image_files(image).chain(KERNEL)
}

/// Path and text of the files of an image: those of its program, then those of what it was built upon.
fn image_files(image: Option<&'static Image>) -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    let users = image.map_or(&[][..], |image| users_of(image));
    own_files(image).iter().chain(users).chain(distribution_files(image.map_or(Base::Nothing, Image::base)))
}

/// Path and text of the files of a program.
fn own_files(image: Option<&'static Image>) -> Table {
    match image {
        Some(image) if image.program == "nginx" && image.repository.ends_with("/hello-frontend") => {
            HELLO_FRONTEND
        }
        Some(image) => match image.program {
            "nginx" | "nginx-unprivileged" => NGINX,
            "httpd" => HTTPD,
            "sample-app" => SAMPLE_APP,
            _ => &[],
        },
        None => &[],
    }
}

/// Whether the image's own configuration of nginx shows the default site, and nothing else.
pub(super) fn shows_default_site(image: Option<&'static Image>) -> bool {
    own_files(image).iter().any(|(path, _)| *path == DEFAULT_SITE)
}

/// Where the images of programs have links.
const LINKED: &str = "/var/log/";
/// What leads into `/usr` in some distributions.
const MERGED: &[&str] = &["/bin", "/sbin", "/lib", "/lib64"];

/// Where the link points that an image has at a path.
pub(super) fn base_link(image: Option<&'static Image>, path: &str) -> Option<String> {
    if !may_lead_through_base_links(path) {
        return None;
    }
    if let Some(Entry::Link(target)) = tool_at(image, path) {
        return Some(target);
    }
    let target = image_files(image).find(|(name, _)| *name == path)?.1.strip_prefix(LINK);
    target.map(str::to_owned)
}

/// Whether a path may lead through a link of an image.
pub(super) fn may_lead_through_base_links(path: &str) -> bool {
    let merged = |folder: &&str| path == *folder || is_below(path, folder);
    path.starts_with(LINKED) || may_hold_tools(path) || MERGED.iter().any(merged)
}

/// Users that a program's image adds to those of its distribution.
fn users_of(image: &Image) -> Table {
    match (image.base(), image.program) {
        (Base::Debian, "nginx" | "nginx-unprivileged") => distributions::NGINX_ON_DEBIAN,
        (Base::Alpine, "nginx" | "nginx-unprivileged") => distributions::NGINX_ON_ALPINE,
        (Base::Alpine, "sample-app") => distributions::NODE_ON_ALPINE,
        _ => &[],
    }
}
