//! The files that images bring along: few, but those that people look at.

use super::files::Files;
use super::image_reference::ImageReference;
use super::images::{Image, Toolbox, image_of};

/// What the kernel tells of a process of root without a security context.
pub(super) const USUAL_STATUS: &str = "Umask:\t0022\nState:\tS (sleeping)\nTgid:\t1\nPid:\t1\nPPid:\t0\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nGroups:\t0 \nCapInh:\t0000000000000000\nCapPrm:\t00000000a80425fb\nCapEff:\t00000000a80425fb\nCapBnd:\t00000000a80425fb\nCapAmb:\t0000000000000000\nNoNewPrivs:\t0\nSeccomp:\t0\n";

/// Marks a directory in the tables below.
pub(super) const DIRECTORY: &str = "\0directory";

type Table = &'static [(&'static str, &'static str)];

const DEBIAN: Table = &[
    ("/bin", DIRECTORY),
    ("/dev", DIRECTORY),
    ("/etc/debian_version", "13.2\n"),
    ("/etc/group", "root:x:0:\nnogroup:x:65534:\n"),
    (
        "/etc/os-release",
        "PRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\nNAME=\"Debian GNU/Linux\"\nID=debian\n",
    ),
    (
        "/etc/passwd",
        "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
    ),
    ("/home", DIRECTORY),
    ("/proc", DIRECTORY),
    ("/root", DIRECTORY),
    ("/run", DIRECTORY),
    ("/sys", DIRECTORY),
    ("/tmp", DIRECTORY),
    ("/usr/bin", DIRECTORY),
    ("/var/log", DIRECTORY),
];

const BUSYBOX: Table = &[
    ("/bin", DIRECTORY),
    ("/dev", DIRECTORY),
    ("/etc/group", "root:x:0:\nnobody:x:65534:\n"),
    ("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n"),
    ("/home", DIRECTORY),
    ("/proc", DIRECTORY),
    ("/root", DIRECTORY),
    ("/sys", DIRECTORY),
    ("/tmp", DIRECTORY),
    ("/usr/bin", DIRECTORY),
    ("/var/log", DIRECTORY),
];

const BARE: Table = &[("/dev", DIRECTORY), ("/proc", DIRECTORY), ("/tmp", DIRECTORY)];

const NGINX: Table = &[
    ("/bin", DIRECTORY),
    ("/dev", DIRECTORY),
    ("/docker-entrypoint.d", DIRECTORY),
    ("/docker-entrypoint.sh", "#!/bin/sh\nexec \"$@\"\n"),
    ("/etc/group", "root:x:0:\nnogroup:x:65534:\nnginx:x:101:\n"),
    (
        "/etc/nginx/conf.d/default.conf",
        "server {\n    listen       80;\n    server_name  localhost;\n\n    location / {\n        root   /usr/share/nginx/html;\n        index  index.html index.htm;\n    }\n}\n",
    ),
    (
        "/etc/nginx/nginx.conf",
        "user  nginx;\nworker_processes  auto;\n\nevents {\n    worker_connections  1024;\n}\n\nhttp {\n    include /etc/nginx/conf.d/*.conf;\n}\n",
    ),
    (
        "/etc/os-release",
        "PRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\nNAME=\"Debian GNU/Linux\"\nID=debian\n",
    ),
    ("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nnginx:x:101:101:nginx user:/nonexistent:/bin/false\n"),
    ("/home", DIRECTORY),
    ("/proc", DIRECTORY),
    ("/root", DIRECTORY),
    ("/run", DIRECTORY),
    ("/sys", DIRECTORY),
    ("/tmp", DIRECTORY),
    ("/usr/bin", DIRECTORY),
    ("/usr/share/nginx/html/50x.html", "<html><body><h1>An error occurred.</h1></body></html>\n"),
    (
        "/usr/share/nginx/html/index.html",
        "<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n</head>\n<body>\n<h1>Welcome to nginx!</h1>\n<p>The web server is up and this is its default page.</p>\n</body>\n</html>\n",
    ),
    ("/var/cache/nginx", DIRECTORY),
    ("/var/log/nginx", DIRECTORY),
];

/// nginx before the service `hello`.
const HELLO_FRONTEND: Table = &[
    ("/bin", DIRECTORY),
    ("/dev", DIRECTORY),
    (
        "/etc/nginx/conf.d/frontend.conf",
        "upstream Backend {\n    server hello;\n}\n\nserver {\n    listen 80;\n\n    location / {\n        proxy_pass http://Backend;\n    }\n}\n",
    ),
    (
        "/etc/nginx/nginx.conf",
        "user  nginx;\nworker_processes  auto;\n\nevents {\n    worker_connections  1024;\n}\n\nhttp {\n    include /etc/nginx/conf.d/*.conf;\n}\n",
    ),
    ("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nnginx:x:101:101:nginx user:/nonexistent:/bin/false\n"),
    ("/proc", DIRECTORY),
    ("/root", DIRECTORY),
    ("/run", DIRECTORY),
    ("/tmp", DIRECTORY),
    ("/usr/bin", DIRECTORY),
    ("/var/cache/nginx", DIRECTORY),
    ("/var/log/nginx", DIRECTORY),
];

const HTTPD: Table = &[
    ("/bin", DIRECTORY),
    ("/dev", DIRECTORY),
    (
        "/etc/passwd",
        "root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n",
    ),
    ("/home", DIRECTORY),
    ("/proc", DIRECTORY),
    ("/root", DIRECTORY),
    ("/tmp", DIRECTORY),
    ("/usr/local/apache2/conf/httpd.conf", "Listen 80\nDocumentRoot \"/usr/local/apache2/htdocs\"\n"),
    ("/usr/local/apache2/htdocs/index.html", "<html><body><h1>It works!</h1></body></html>\n"),
    ("/usr/local/apache2/logs", DIRECTORY),
    ("/var/log", DIRECTORY),
];

const SAMPLE_APP: Table = &[
    ("/app/app.js", "// The tutor's sample app: GET / greets, GET /error ends the process.\n"),
    ("/app/package.json", "{\n  \"name\": \"kub-first-app\",\n  \"main\": \"app.js\"\n}\n"),
    ("/bin", DIRECTORY),
    ("/dev", DIRECTORY),
    ("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n"),
    ("/home/node", DIRECTORY),
    ("/proc", DIRECTORY),
    ("/root", DIRECTORY),
    ("/sys", DIRECTORY),
    ("/tmp", DIRECTORY),
    ("/usr/bin", DIRECTORY),
    ("/var/log", DIRECTORY),
];

impl Files {
    /// What an image holds, as a volume; `None` when it is not in the catalogue.
    pub(crate) fn of_image(reference: &str) -> Option<Self> {
        let parsed = ImageReference::parse(reference).ok()?;
        let image = image_of(&parsed.repository())?;
        let mut files = Self::default();
        for (path, text) in image_files(Some(image)) {
            if *text == DIRECTORY {
                files.make_folder(path);
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
    image_files(image).iter().chain(KERNEL)
}

/// Path and text of the files of an image.
fn image_files(image: Option<&'static Image>) -> Table {
    let Some(image) = image else { return BARE };
    match (image.program, image.toolbox) {
        ("nginx", _) if image.repository.ends_with("/hello-frontend") => HELLO_FRONTEND,
        ("nginx" | "nginx-unprivileged", _) => NGINX,
        ("httpd", _) => HTTPD,
        ("sample-app", _) => SAMPLE_APP,
        (_, Toolbox::Nothing) => BARE,
        (_, Toolbox::Busybox | Toolbox::BusyboxCurl | Toolbox::BusyboxBash) => BUSYBOX,
        (_, Toolbox::Debian | Toolbox::DebianCurl) => DEBIAN,
    }
}
