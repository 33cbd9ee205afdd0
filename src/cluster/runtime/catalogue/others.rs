//! Images of registry.k8s.io, of people and of companies.

use super::super::images::{Image, Toolbox};
use super::{CONTROL_PLANE, PLAIN, SAMPLE_APP};

/// Images of the suites that do what one subcommand of agnhost does.
const TEST_WEBSERVER: Image =
    Image { entrypoint: &["/agnhost"], program: "agnhost", toolbox: Toolbox::BusyboxCurl, ..PLAIN };

/// The images.
pub(super) static IMAGES: &[Image] = &[
    Image { repository: "docker.io/codongmin/kub-first-app", ..SAMPLE_APP },
    Image { repository: "docker.io/you/kub-first-app", ..SAMPLE_APP },
    Image { repository: "docker.io/academind/kub-first-app", ..SAMPLE_APP },
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
        tags: &[
            "latest", "2.0", "3.0", "3.1", "3.2", "3.3", "3.4.1", "3.5", "3.6", "3.7", "3.8", "3.9", "3.10",
            "3.10.1",
        ],
        size: 319_400,
        entrypoint: &["/pause"],
        user: 65535,
        program: "pause",
        toolbox: Toolbox::Nothing,
        ..PLAIN
    },
    Image {
        repository: "registry.k8s.io/e2e-test-images/agnhost",
        tags: &[
            "2.21", "2.32", "2.33", "2.39", "2.40", "2.41", "2.43", "2.45", "2.47", "2.48", "2.52", "2.53",
            "2.54", "2.55", "2.56", "2.57", "2.58", "2.59", "2.60", "2.61", "2.62", "2.63",
        ],
        size: 51_105_200,
        entrypoint: &["/agnhost"],
        command: &["pause"],
        program: "agnhost",
        toolbox: Toolbox::BusyboxCurl,
        ..PLAIN
    },
    Image {
        repository: "registry.k8s.io/echoserver",
        tags: &["1.3", "1.4", "1.5", "1.8", "1.9", "1.10"],
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
        repository: "registry.k8s.io/busybox",
        tags: &["latest", "1.24", "1.27", "1.27.2", "1.28", "1.36.1"],
        size: 1_144_547,
        command: &["sh"],
        toolbox: Toolbox::Busybox,
        ..PLAIN
    },
    Image {
        repository: "registry.k8s.io/e2e-test-images/busybox",
        tags: &["1.29-1", "1.29-2", "1.29-4", "1.36.1-1", "1.37.0-1"],
        size: 2_224_229,
        command: &["sh"],
        toolbox: Toolbox::Busybox,
        ..PLAIN
    },
    Image {
        repository: "registry.k8s.io/e2e-test-images/nautilus",
        tags: &["1.4", "1.5", "1.6", "1.7"],
        size: 49_642_095,
        ..TEST_WEBSERVER
    },
    Image {
        repository: "registry.k8s.io/e2e-test-images/kitten",
        tags: &["1.4", "1.5", "1.6", "1.7"],
        size: 49_647_241,
        ..TEST_WEBSERVER
    },
    Image {
        repository: "registry.k8s.io/e2e-test-images/nonroot",
        tags: &["1.1", "1.2", "1.3", "1.4"],
        size: 17_748_448,
        user: 1234,
        toolbox: Toolbox::Busybox,
        ..PLAIN
    },
    Image {
        repository: "registry.k8s.io/e2e-test-images/nonewprivs",
        tags: &["1.3"],
        size: 2_902_311,
        ..TEST_WEBSERVER
    },
    Image {
        repository: "registry.k8s.io/e2e-test-images/nginx",
        tags: &["1.14-1", "1.14-2", "1.14-4", "1.15-4", "1.27-0"],
        size: 42_013_800,
        command: &["nginx", "-g", "daemon off;"],
        program: "nginx",
        ..PLAIN
    },
    Image {
        repository: "registry.k8s.io/e2e-test-images/httpd",
        tags: &["2.4.38-1", "2.4.38-2", "2.4.38-4", "2.4.39-4"],
        size: 41_902_332,
        command: &["httpd-foreground"],
        program: "httpd",
        working_directory: "/usr/local/apache2",
        ..PLAIN
    },
    Image {
        repository: "registry.k8s.io/e2e-test-images/jessie-dnsutils",
        tags: &["1.3", "1.4", "1.5", "1.7"],
        size: 38_600_298,
        command: &["/bin/sh", "-c", "while true; do sleep 3600; done"],
        toolbox: Toolbox::BusyboxCurl,
        ..PLAIN
    },
    Image {
        repository: "registry.k8s.io/nginx-slim",
        tags: &["0.8", "0.20", "0.21", "0.22", "0.23", "0.24", "0.25", "0.26", "0.27"],
        size: 41_280_190,
        command: &["nginx", "-g", "daemon off;"],
        program: "nginx",
        toolbox: Toolbox::DebianCurl,
        ..PLAIN
    },
    Image {
        repository: "docker.io/nginxinc/nginx-unprivileged",
        tags: &["latest", "stable", "alpine"],
        releases: "1.25.5 1.26.3 1.27.5 1.28.1 1.29.4",
        variants: "alpine",
        size: 70_100_112,
        command: &["nginx", "-g", "daemon off;"],
        program: "nginx-unprivileged",
        toolbox: Toolbox::DebianCurl,
        user: 101,
        ..PLAIN
    },
    Image {
        repository: "gcr.io/google-samples/kubernetes-bootcamp",
        tags: &["v1", "v2"],
        size: 80_662_093,
        command: &["node", "server.js"],
        program: "greeter",
        toolbox: Toolbox::DebianCurl,
        ..PLAIN
    },
    Image {
        repository: "docker.io/luksa/kubia",
        size: 250_131_118,
        command: &["node", "server.js"],
        program: "greeter",
        toolbox: Toolbox::DebianCurl,
        ..PLAIN
    },
    Image {
        repository: "gcr.io/google-samples/node-hello",
        tags: &["1.0"],
        size: 258_000_224,
        command: &["node", "server.js"],
        program: "greeter",
        toolbox: Toolbox::DebianCurl,
        ..PLAIN
    },
    Image {
        repository: "gcr.io/google-samples/hello-app",
        tags: &["1.0", "2.0"],
        size: 13_800_224,
        command: &["/server"],
        program: "greeter",
        toolbox: Toolbox::Busybox,
        ..PLAIN
    },
    Image {
        repository: "gcr.io/google-samples/hello-go-gke",
        tags: &["1.0"],
        size: 6_218_322,
        command: &["/server"],
        program: "greeter",
        toolbox: Toolbox::Busybox,
        ..PLAIN
    },
    Image {
        repository: "gcr.io/google-samples/gb-frontend",
        tags: &["v3", "v4", "v5", "v6"],
        size: 166_011_022,
        command: &["/server"],
        program: "greeter",
        toolbox: Toolbox::DebianCurl,
        ..PLAIN
    },
    Image {
        repository: "docker.io/nginxdemos/hello",
        tags: &["latest", "plain-text", "0.2", "0.3", "0.4"],
        size: 16_220_118,
        command: &["/server"],
        program: "greeter",
        toolbox: Toolbox::Busybox,
        ..PLAIN
    },
    Image {
        repository: "docker.io/traefik/whoami",
        tags: &["latest", "v1.10", "v1.10.1", "v1.11", "v1.11.0"],
        size: 2_810_221,
        command: &["/server"],
        program: "greeter",
        toolbox: Toolbox::Nothing,
        ..PLAIN
    },
    Image {
        repository: "docker.io/paulbouwer/hello-kubernetes",
        tags: &["1", "1.5", "1.8", "1.10", "1.10.1"],
        size: 34_620_119,
        command: &["/server"],
        program: "greeter",
        toolbox: Toolbox::Busybox,
        ..PLAIN
    },
    Image {
        repository: "docker.io/stefanprodan/podinfo",
        tags: &["latest", "6.0.0", "6.5.0", "6.6.0", "6.7.0", "6.7.1", "6.8.0", "6.9.0", "6.9.1"],
        size: 24_110_022,
        command: &["/server"],
        program: "greeter",
        toolbox: Toolbox::BusyboxCurl,
        ..PLAIN
    },
    Image {
        repository: "ghcr.io/stefanprodan/podinfo",
        tags: &["latest", "6.0.0", "6.5.0", "6.6.0", "6.7.0", "6.7.1", "6.8.0", "6.9.0", "6.9.1"],
        size: 24_110_022,
        command: &["/server"],
        program: "greeter",
        toolbox: Toolbox::BusyboxCurl,
        ..PLAIN
    },
    Image {
        repository: "gcr.io/kuar-demo/kuard-amd64",
        tags: &["1", "2", "3", "blue", "green", "purple"],
        size: 11_820_118,
        command: &["/server"],
        program: "greeter",
        toolbox: Toolbox::Busybox,
        ..PLAIN
    },
    Image {
        repository: "docker.io/prom/prometheus",
        tags: &["latest", "v2.55.1", "v3.0.0", "v3.5.0", "v3.7.3"],
        size: 110_224_871,
        command: &["/server"],
        program: "greeter",
        toolbox: Toolbox::Busybox,
        ..PLAIN
    },
    Image {
        repository: "docker.io/prom/node-exporter",
        tags: &["latest", "v1.8.2", "v1.9.0", "v1.10.2"],
        size: 11_881_004,
        command: &["/server"],
        program: "greeter",
        toolbox: Toolbox::Busybox,
        ..PLAIN
    },
    Image {
        repository: "docker.io/grafana/grafana",
        tags: &["latest", "11.3.0", "12.0.0", "12.2.0"],
        size: 150_221_904,
        command: &["/server"],
        program: "greeter",
        toolbox: Toolbox::BusyboxCurl,
        ..PLAIN
    },
    Image {
        repository: "docker.io/nicolaka/netshoot",
        tags: &["latest", "v0.11", "v0.12", "v0.13", "v0.14"],
        size: 190_118_002,
        command: &["sh"],
        toolbox: Toolbox::BusyboxBash,
        ..PLAIN
    },
    Image {
        repository: "docker.io/wbitt/network-multitool",
        tags: &["latest", "minimal", "extra"],
        size: 60_118_902,
        command: &["sh"],
        toolbox: Toolbox::BusyboxBash,
        ..PLAIN
    },
    Image {
        repository: "docker.io/praqma/network-multitool",
        size: 15_110_221,
        command: &["sh"],
        toolbox: Toolbox::BusyboxBash,
        ..PLAIN
    },
    Image {
        repository: "docker.io/infoblox/dnstools",
        tags: &["latest", "v3"],
        size: 4_410_223,
        command: &["sh"],
        toolbox: Toolbox::BusyboxBash,
        ..PLAIN
    },
    Image {
        repository: "docker.io/tutum/dnsutils",
        size: 80_772_145,
        command: &["sh"],
        toolbox: Toolbox::BusyboxBash,
        ..PLAIN
    },
    Image {
        repository: "docker.io/radial/busyboxplus",
        tags: &["latest", "curl"],
        size: 6_320_018,
        command: &["sh"],
        toolbox: Toolbox::BusyboxBash,
        ..PLAIN
    },
    Image {
        repository: "docker.io/alpine/curl",
        tags: &["latest", "8.9.1", "8.12.1"],
        size: 6_512_330,
        entrypoint: &["curl"],
        toolbox: Toolbox::BusyboxBash,
        ..PLAIN
    },
    Image {
        repository: "docker.io/tutum/curl",
        size: 88_120_220,
        command: &["sh"],
        toolbox: Toolbox::BusyboxBash,
        ..PLAIN
    },
    Image {
        repository: "docker.io/alpine/k8s",
        tags: &["1.30.0", "1.32.0", "1.34.0"],
        size: 220_118_201,
        command: &["sh"],
        toolbox: Toolbox::BusyboxBash,
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
    Image {
        repository: "registry.k8s.io/etcd",
        tags: &[
            "3.4.13-0", "3.5.0-0", "3.5.1-0", "3.5.9-0", "3.5.15-0", "3.5.16-0", "3.5.21-0", "3.6.4-0",
            "3.6.6-0",
        ],
        entrypoint: &["etcd"],
        program: "etcd",
        ..CONTROL_PLANE
    },
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
