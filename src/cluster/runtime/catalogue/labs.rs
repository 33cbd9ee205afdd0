//! Images that tasks, tutorials and practice labs name.

use super::super::images::{Image, Toolbox};
use super::PLAIN;

const OLD_AGNHOST: Image = Image {
    tags: &["latest", "1.0", "v1"],
    size: 5_212_003,
    command: &["/server"],
    program: "agnhost",
    toolbox: Toolbox::Busybox,
    ..PLAIN
};
const GREETER: Image = Image {
    size: 20_311_004,
    command: &["/app"],
    program: "greeter",
    toolbox: Toolbox::BusyboxCurl,
    ..PLAIN
};

/// A site of PHP behind Apache.
const APACHE_SITE: Image = Image {
    size: 180_118_771,
    entrypoint: &["/docker-entrypoint.sh"],
    command: &["apache2-foreground"],
    working_directory: "/var/www/html",
    toolbox: Toolbox::DebianCurl,
    ..GREETER
};
/// A language with its compiler, and a shell.
const LANGUAGE: Image = Image { toolbox: Toolbox::DebianCurl, ..PLAIN };

/// The images.
pub(super) static IMAGES: &[Image] = &[
    Image { repository: "registry.k8s.io/liveness", ..OLD_AGNHOST },
    Image { repository: "registry.k8s.io/serve_hostname", command: &["/serve_hostname"], ..OLD_AGNHOST },
    Image { repository: "registry.k8s.io/test-webserver", command: &["/test-webserver"], ..OLD_AGNHOST },
    Image { repository: "registry.k8s.io/goproxy", tags: &["0.1"], command: &["/goproxy"], ..GREETER },
    Image {
        repository: "gcr.io/google-samples/hello-frontend",
        tags: &["1.0"],
        size: 55_019_377,
        command: &["nginx", "-g", "daemon off;"],
        program: "nginx",
        ..PLAIN
    },
    Image {
        repository: "gcr.io/google-samples/gb-redis-follower",
        tags: &["v1", "v2"],
        size: 45_006_722,
        entrypoint: &["docker-entrypoint.sh"],
        command: &["redis-server"],
        program: "redis",
        ..PLAIN
    },
    Image {
        repository: "registry.k8s.io/redis",
        tags: &["e2e"],
        size: 45_006_722,
        command: &["redis-server"],
        program: "redis",
        ..PLAIN
    },
    Image {
        repository: "gcr.io/google-samples/cassandra",
        tags: &["v11", "v12", "v13", "v14"],
        size: 140_220_811,
        command: &["/run.sh"],
        program: "cassandra",
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/cassandra",
        releases: "3.11.19 4.0.19 4.1.10 5.0.6",
        size: 140_220_811,
        entrypoint: &["docker-entrypoint.sh"],
        command: &["cassandra", "-f"],
        program: "cassandra",
        ..PLAIN
    },
    Image {
        repository: "quay.io/fluentd_elasticsearch/fluentd",
        tags: &["v2.5.2", "v2.6.0", "v3.1.0", "v3.4.0", "v4.7.1", "v5.0.1"],
        size: 62_300_199,
        entrypoint: &["/entrypoint.sh"],
        program: "fluentd",
        ..PLAIN
    },
    Image {
        repository: "docker.io/fluent/fluentd",
        tags: &["latest", "v1.14-1", "v1.16", "v1.16-1", "v1.18-1", "edge"],
        size: 27_118_022,
        entrypoint: &["tini", "--", "/bin/entrypoint.sh"],
        command: &["fluentd"],
        program: "fluentd",
        toolbox: Toolbox::Busybox,
        ..PLAIN
    },
    Image {
        repository: "docker.io/fluent/fluent-bit",
        tags: &["latest", "1.9", "2.0", "2.2", "3.0", "3.2", "4.0"],
        size: 32_118_022,
        entrypoint: &["/fluent-bit/bin/fluent-bit"],
        program: "fluentd",
        toolbox: Toolbox::Nothing,
        ..PLAIN
    },
    Image {
        repository: "registry.k8s.io/fluentd-gcp",
        tags: &["1.30", "2.0"],
        size: 117_300_199,
        command: &["/run.sh"],
        program: "fluentd",
        ..PLAIN
    },
    Image {
        repository: "registry.k8s.io/cuda-vector-add",
        tags: &["v0.1"],
        size: 1_027_117_440,
        command: &["./vectorAdd"],
        program: "cuda",
        ..PLAIN
    },
    Image { repository: "docker.io/dgkanatsios/simpleapp", ..GREETER },
    Image {
        repository: "docker.io/katacoda/docker-http-server",
        tags: &["latest", "health", "v1", "v2", "v3"],
        ..GREETER
    },
    Image { repository: "docker.io/kodekloud/webapp-color", tags: &["latest", "v1", "v2", "v3"], ..GREETER },
    Image {
        repository: "docker.io/bmuschko/nodejs-hello-world",
        tags: &["latest", "1.0.0", "1.1.0"],
        ..GREETER
    },
    Image {
        repository: "docker.io/library/elasticsearch",
        releases: "7.17.28 8.11.4 8.15.5 8.19.8 9.2.2",
        size: 640_118_771,
        entrypoint: &["/bin/tini", "--", "/usr/local/bin/docker-entrypoint.sh"],
        command: &["eswrapper"],
        toolbox: Toolbox::DebianCurl,
        ..GREETER
    },
    Image {
        repository: "docker.io/jenkins/jenkins",
        tags: &["latest", "lts", "lts-jdk17", "lts-jdk21", "jdk17", "jdk21"],
        size: 290_118_771,
        entrypoint: &["/usr/bin/tini", "--", "/usr/local/bin/jenkins.sh"],
        toolbox: Toolbox::DebianCurl,
        ..GREETER
    },
    Image {
        repository: "docker.io/library/caddy",
        tags: &["latest", "2", "alpine", "2-alpine"],
        size: 17_118_771,
        command: &["caddy", "run"],
        toolbox: Toolbox::Busybox,
        ..GREETER
    },
    Image {
        repository: "registry.k8s.io/e2e-test-images/dnsutils",
        tags: &["1.1", "1.3"],
        size: 9_118_203,
        command: &["sleep", "3600"],
        toolbox: Toolbox::BusyboxCurl,
        ..PLAIN
    },
    Image {
        repository: "registry.k8s.io/e2e-test-images/echoserver",
        tags: &["2.3", "2.4", "2.5"],
        size: 22_118_203,
        command: &["/usr/local/bin/run.sh"],
        program: "echo-server",
        toolbox: Toolbox::BusyboxCurl,
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/ruby",
        releases: "2.7.8 3.0.7 3.1.7 3.2.9 3.3.10 3.4.7",
        variants: "slim alpine",
        size: 360_118_203,
        command: &["irb"],
        toolbox: Toolbox::DebianCurl,
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/php",
        tags: &["latest", "8"],
        releases: "7.4.33 8.0.30 8.1.33 8.2.29 8.3.28 8.4.15",
        variants: "cli apache fpm alpine",
        size: 180_118_203,
        entrypoint: &["docker-php-entrypoint"],
        command: &["php", "-a"],
        toolbox: Toolbox::DebianCurl,
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/adminer",
        releases: "4.17.1 5.4.1",
        variants: "standalone",
        size: 45_118_771,
        entrypoint: &["entrypoint.sh", "docker-php-entrypoint"],
        ..GREETER
    },
    Image {
        repository: "docker.io/library/phpmyadmin",
        releases: "5.2.3",
        variants: "apache",
        ..APACHE_SITE
    },
    Image { repository: "docker.io/phpmyadmin/phpmyadmin", releases: "5.2.3", ..APACHE_SITE },
    Image {
        repository: "docker.io/library/nextcloud",
        releases: "28.0.14 29.0.16 30.0.17 31.0.11 32.0.2",
        variants: "apache",
        ..APACHE_SITE
    },
    Image {
        repository: "docker.io/library/drupal",
        releases: "10.5.7 11.2.9",
        variants: "apache",
        ..APACHE_SITE
    },
    Image {
        repository: "docker.io/library/joomla",
        releases: "4.4.14 5.4.1 6.0.1",
        variants: "apache",
        ..APACHE_SITE
    },
    Image {
        repository: "docker.io/library/ghost",
        releases: "4.48.9 5.130.5 6.9.2",
        variants: "alpine",
        size: 190_118_771,
        entrypoint: &["docker-entrypoint.sh"],
        command: &["node", "current/index.js"],
        toolbox: Toolbox::Debian,
        ..GREETER
    },
    Image {
        repository: "docker.io/library/kibana",
        releases: "7.17.28 8.11.4 8.15.5 8.19.8 9.2.2",
        size: 430_118_771,
        entrypoint: &["/bin/tini", "--"],
        command: &["/usr/local/bin/kibana-docker"],
        toolbox: Toolbox::DebianCurl,
        ..GREETER
    },
    Image {
        repository: "docker.io/library/influxdb",
        releases: "1.8.10 1.11.8 2.7.12",
        variants: "alpine",
        size: 120_118_771,
        entrypoint: &["/entrypoint.sh"],
        command: &["influxd"],
        toolbox: Toolbox::DebianCurl,
        ..GREETER
    },
    Image {
        repository: "docker.io/library/traefik",
        tags: &["latest", "v2.10", "v2.11", "v3", "v3.0", "v3.1", "v3.2", "v3.3", "v3.4", "v3.5", "v3.6"],
        size: 50_118_771,
        entrypoint: &["/entrypoint.sh"],
        command: &["traefik"],
        toolbox: Toolbox::Busybox,
        ..GREETER
    },
    Image {
        repository: "docker.io/gitea/gitea",
        releases: "1.22.6 1.23.8 1.24.7 1.25.2",
        size: 70_118_771,
        entrypoint: &["/usr/bin/entrypoint"],
        command: &["/usr/bin/s6-svscan", "/etc/s6"],
        ..GREETER
    },
    Image {
        repository: "mcr.microsoft.com/dotnet/samples",
        tags: &["aspnetapp"],
        size: 48_118_771,
        entrypoint: &["./aspnetapp"],
        toolbox: Toolbox::Nothing,
        ..GREETER
    },
    Image {
        repository: "docker.io/jmalloc/echo-server",
        tags: &["latest", "0.3.7", "v0.3.7"],
        size: 3_118_771,
        entrypoint: &["/bin/echo-server"],
        program: "echo-server",
        toolbox: Toolbox::Nothing,
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/eclipse-temurin",
        tags: &["8", "11", "17", "21", "25", "17-jre", "21-jre", "25-jre", "latest"],
        size: 180_118_771,
        command: &["/bin/bash"],
        ..LANGUAGE
    },
    Image {
        repository: "docker.io/library/maven",
        tags: &["latest", "3", "3-eclipse-temurin-17", "3-eclipse-temurin-21"],
        releases: "3.9.11",
        size: 260_118_771,
        command: &["/bin/bash"],
        ..LANGUAGE
    },
    Image {
        repository: "docker.io/library/gradle",
        tags: &["latest", "8", "9", "jdk17", "jdk21"],
        size: 340_118_771,
        command: &["/bin/bash"],
        ..LANGUAGE
    },
    Image {
        repository: "docker.io/library/rust",
        releases: "1.91.1",
        variants: "slim bookworm trixie alpine",
        size: 560_118_771,
        command: &["bash"],
        ..LANGUAGE
    },
];
