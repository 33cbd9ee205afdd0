//! The catalogue: every image that can be pulled, with its size, its start command and its tools.

use super::images::{Image, Toolbox};

const MEGABYTE: u64 = 1_000_000;

const PLAIN: Image = Image {
    repository: "",
    tags: &["latest"],
    size: 30 * MEGABYTE,
    entrypoint: &[],
    command: &[],
    environment: &[],
    working_directory: "/",
    user: 0,
    program: "idle",
    toolbox: Toolbox::Debian,
};

const SAMPLE_APP: Image = Image {
    tags: &["latest", "1", "2"],
    size: 41_862_016,
    command: &["node", "app.js"],
    environment: &[("NODE_VERSION", "22.21.1")],
    working_directory: "/app",
    program: "sample-app",
    toolbox: Toolbox::Busybox,
    ..PLAIN
};

const CONTROL_PLANE: Image =
    Image { tags: &["v1.36.2"], size: 28_000_000, toolbox: Toolbox::Nothing, ..PLAIN };

/// Every repository, in no particular order.
pub(super) static CATALOGUE: &[Image] = &[
    Image { repository: "docker.io/codongmin/kub-first-app", ..SAMPLE_APP },
    Image { repository: "docker.io/you/kub-first-app", ..SAMPLE_APP },
    Image { repository: "docker.io/academind/kub-first-app", ..SAMPLE_APP },
    Image {
        repository: "docker.io/library/nginx",
        tags: &[
            "latest",
            "1",
            "1.14.2",
            "1.16.1",
            "1.19",
            "1.20",
            "1.21",
            "1.22",
            "1.23",
            "1.24",
            "1.25",
            "1.26",
            "1.27",
            "1.28",
            "1.29",
            "alpine",
            "stable",
            "mainline",
            "1.25-alpine",
            "1.27-alpine",
            "1.28-alpine",
            "1.29-alpine",
            "stable-alpine",
            "stable-perl",
        ],
        size: 70_479_485,
        entrypoint: &["/docker-entrypoint.sh"],
        command: &["nginx", "-g", "daemon off;"],
        program: "nginx",
        toolbox: Toolbox::DebianCurl,
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/httpd",
        tags: &["latest", "2", "2.4", "alpine", "2.4-alpine"],
        size: 45_117_218,
        command: &["httpd-foreground"],
        working_directory: "/usr/local/apache2",
        program: "httpd",
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/busybox",
        tags: &["latest", "1", "1.28", "1.34", "1.35", "1.36", "1.37", "stable", "musl", "glibc"],
        size: 2_222_260,
        command: &["sh"],
        toolbox: Toolbox::Busybox,
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/alpine",
        tags: &["latest", "3", "3.18", "3.19", "3.20", "3.21", "3.22", "edge"],
        size: 3_802_452,
        command: &["/bin/sh"],
        toolbox: Toolbox::Busybox,
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/ubuntu",
        tags: &["latest", "20.04", "22.04", "24.04", "noble", "jammy"],
        size: 29_724_123,
        command: &["/bin/bash"],
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/debian",
        tags: &["latest", "11", "12", "13", "bookworm", "bookworm-slim", "trixie", "stable-slim"],
        size: 49_282_907,
        command: &["bash"],
        ..PLAIN
    },
    Image {
        repository: "docker.io/curlimages/curl",
        tags: &["latest", "8.9.1", "8.10.1", "8.11.1", "8.12.1", "8.17.0"],
        size: 9_180_419,
        entrypoint: &["/entrypoint.sh"],
        command: &["curl"],
        user: 100,
        toolbox: Toolbox::BusyboxCurl,
        ..PLAIN
    },
    Image {
        repository: "docker.io/hashicorp/http-echo",
        tags: &["latest", "0.2.3", "1.0", "1.0.0"],
        size: 3_061_824,
        entrypoint: &["/http-echo"],
        user: 65532,
        program: "http-echo",
        toolbox: Toolbox::Nothing,
        ..PLAIN
    },
    Image {
        repository: "registry.k8s.io/pause",
        tags: &["3.1", "3.2", "3.5", "3.6", "3.7", "3.8", "3.9", "3.10", "3.10.1", "latest"],
        size: 319_400,
        entrypoint: &["/pause"],
        user: 65535,
        program: "pause",
        toolbox: Toolbox::Nothing,
        ..PLAIN
    },
    Image {
        repository: "registry.k8s.io/e2e-test-images/agnhost",
        tags: &["2.39", "2.40", "2.43", "2.45", "2.47", "2.53", "2.56", "2.57"],
        size: 51_105_200,
        entrypoint: &["/agnhost"],
        command: &["pause"],
        program: "agnhost",
        toolbox: Toolbox::BusyboxCurl,
        ..PLAIN
    },
    Image {
        repository: "registry.k8s.io/echoserver",
        tags: &["1.4", "1.10"],
        size: 43_675_160,
        command: &["/usr/local/bin/run.sh"],
        program: "echo-server",
        toolbox: Toolbox::DebianCurl,
        ..PLAIN
    },
    Image {
        repository: "docker.io/kicbase/echo-server",
        tags: &["1.0"],
        size: 2_138_418,
        command: &["/bin/echo-server"],
        program: "echo-server",
        toolbox: Toolbox::Nothing,
        ..PLAIN
    },
    Image {
        repository: "registry.k8s.io/hpa-example",
        size: 183_419_821,
        command: &["apache2-foreground"],
        working_directory: "/var/www/html",
        program: "php-apache",
        toolbox: Toolbox::DebianCurl,
        ..PLAIN
    },
    Image {
        repository: "registry.k8s.io/metrics-server/metrics-server",
        tags: &["v0.7.1", "v0.7.2", "v0.8.0", "v0.8.1"],
        size: 22_496_132,
        entrypoint: &["/metrics-server"],
        user: 65_534,
        program: "metrics-server",
        toolbox: Toolbox::Nothing,
        ..PLAIN
    },
    Image {
        repository: "docker.io/polinux/stress",
        tags: &["latest", "1.0.4"],
        size: 4_041_495,
        command: &["stress"],
        program: "stress",
        toolbox: Toolbox::Busybox,
        ..PLAIN
    },
    Image {
        repository: "docker.io/vish/stress",
        size: 1_558_791,
        entrypoint: &["/stress"],
        program: "go-stress",
        toolbox: Toolbox::Nothing,
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/redis",
        tags: &["latest", "6", "6.2", "7", "7.0", "7.2", "7.4", "8", "8.0", "8.2", "alpine", "7-alpine"],
        size: 45_006_722,
        entrypoint: &["docker-entrypoint.sh"],
        command: &["redis-server"],
        working_directory: "/data",
        program: "redis",
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/postgres",
        tags: &["latest", "13", "14", "15", "16", "17", "18", "alpine", "16-alpine", "17-alpine"],
        size: 159_876_542,
        entrypoint: &["docker-entrypoint.sh"],
        command: &["postgres"],
        program: "postgres",
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/mysql",
        tags: &["latest", "5.7", "8", "8.0", "8.4", "9", "9.5"],
        size: 233_117_924,
        entrypoint: &["docker-entrypoint.sh"],
        command: &["mysqld"],
        program: "mysql",
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/node",
        tags: &["latest", "lts", "18", "20", "22", "24", "alpine", "18-alpine", "20-alpine", "22-alpine"],
        size: 398_212_345,
        entrypoint: &["docker-entrypoint.sh"],
        command: &["node"],
        program: "repl",
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/python",
        tags: &["latest", "3", "3.11", "3.12", "3.13", "3.14", "3.12-slim", "3.13-slim", "3-alpine"],
        size: 364_112_004,
        command: &["python3"],
        program: "repl",
        ..PLAIN
    },
    Image { repository: "registry.k8s.io/kube-apiserver", entrypoint: &["kube-apiserver"], ..CONTROL_PLANE },
    Image {
        repository: "registry.k8s.io/kube-controller-manager",
        entrypoint: &["kube-controller-manager"],
        ..CONTROL_PLANE
    },
    Image { repository: "registry.k8s.io/kube-scheduler", entrypoint: &["kube-scheduler"], ..CONTROL_PLANE },
    Image { repository: "registry.k8s.io/kube-proxy", entrypoint: &["kube-proxy"], ..CONTROL_PLANE },
    Image { repository: "registry.k8s.io/etcd", tags: &["3.6.6-0"], entrypoint: &["etcd"], ..CONTROL_PLANE },
    Image {
        repository: "registry.k8s.io/coredns/coredns",
        tags: &["v1.14.2"],
        entrypoint: &["/coredns"],
        ..CONTROL_PLANE
    },
    Image {
        repository: "registry.k8s.io/ingress-nginx/controller",
        tags: &["v1.14.3"],
        size: 108_560_000,
        entrypoint: &["/usr/bin/dumb-init", "--"],
        command: &["/nginx-ingress-controller"],
        program: "ingress-nginx",
        ..PLAIN
    },
    Image {
        repository: "registry.k8s.io/ingress-nginx/kube-webhook-certgen",
        tags: &["v1.6.7"],
        size: 24_310_000,
        entrypoint: &["/kube-webhook-certgen"],
        program: "kube-webhook-certgen",
        toolbox: Toolbox::Nothing,
        ..PLAIN
    },
    Image {
        repository: "gcr.io/k8s-minikube/storage-provisioner",
        tags: &["v5"],
        entrypoint: &["/storage-provisioner"],
        ..CONTROL_PLANE
    },
];
