//! Images of Docker's own library.

use super::super::images::{Image, Toolbox};
use super::PLAIN;

/// The images.
pub(super) static IMAGES: &[Image] = &[
    Image {
        repository: "docker.io/library/nginx",
        tags: &["latest", "1", "stable", "mainline", "stable-alpine", "mainline-alpine", "stable-perl"],
        releases: "1.7.12 1.8.1 1.9.15 1.10.3 1.11.13 1.12.2 1.13.12 1.14.2 1.15.12 1.16.1 1.17.10 1.18.0 1.19.10 1.20.2 1.21.6 1.22.1 1.23.4 1.24.0 1.25.5 1.26.3 1.27.5 1.28.1 1.29.4",
        variants: "alpine alpine-slim perl bookworm trixie",
        size: 70_479_485,
        entrypoint: &["/docker-entrypoint.sh"],
        command: &["nginx", "-g", "daemon off;"],
        program: "nginx",
        toolbox: Toolbox::DebianCurl,
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/httpd",
        tags: &["latest", "2"],
        releases: "2.2.34 2.4.66",
        variants: "alpine bookworm trixie",
        size: 45_117_218,
        command: &["httpd-foreground"],
        working_directory: "/usr/local/apache2",
        program: "httpd",
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/busybox",
        tags: &["latest", "1", "stable", "unstable"],
        releases: "1.24.2 1.25.1 1.26.2 1.27.2 1.28.4 1.29.3 1.30.1 1.31.1 1.32.1 1.33.1 1.34.1 1.35.0 1.36.1 1.37.0",
        variants: "musl glibc uclibc",
        size: 2_222_260,
        command: &["sh"],
        toolbox: Toolbox::Busybox,
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/alpine",
        tags: &["latest", "3", "edge"],
        releases: "3.8.5 3.9.6 3.10.9 3.11.13 3.12.12 3.13.12 3.14.10 3.15.11 3.16.9 3.17.10 3.18.12 3.19.9 3.20.8 3.21.5 3.22.2 3.23.0",
        size: 3_802_452,
        command: &["/bin/sh"],
        toolbox: Toolbox::Busybox,
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/ubuntu",
        tags: &[
            "latest", "14.04", "16.04", "18.04", "20.04", "22.04", "24.04", "24.10", "25.04", "25.10",
            "xenial", "bionic", "focal", "jammy", "noble", "rolling",
        ],
        size: 29_724_123,
        command: &["/bin/bash"],
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/debian",
        tags: &[
            "latest", "9", "10", "11", "12", "13", "stretch", "buster", "bullseye", "bookworm", "trixie",
            "sid", "stable", "testing",
        ],
        releases: "11.11 12.12 13.2",
        variants: "slim",
        size: 49_282_907,
        command: &["bash"],
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/redis",
        tags: &["latest", "6", "7", "8"],
        releases: "4.0.14 5.0.14 6.0.20 6.2.21 7.0.15 7.2.12 7.4.7 8.0.5 8.2.3 8.4.0",
        variants: "alpine bookworm trixie",
        size: 45_006_722,
        entrypoint: &["docker-entrypoint.sh"],
        command: &["redis-server"],
        working_directory: "/data",
        program: "redis",
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/postgres",
        releases: "9.6.24 10.23 11.22 12.22 13.23 14.20 15.15 16.11 17.7 18.1",
        variants: "alpine bookworm trixie",
        size: 159_876_542,
        entrypoint: &["docker-entrypoint.sh"],
        command: &["postgres"],
        program: "postgres",
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/mysql",
        tags: &["latest", "5", "8", "9", "lts", "innovation"],
        releases: "5.6.51 5.7.44 8.0.44 8.4.7 9.0.1 9.1.0 9.2.0 9.3.0 9.4.0 9.5.0",
        variants: "debian oracle",
        size: 233_117_924,
        entrypoint: &["docker-entrypoint.sh"],
        command: &["mysqld"],
        program: "mysql",
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/node",
        tags: &["latest", "lts", "current"],
        releases: "12.22 14.21 16.20 18.20 20.19 22.21 24.11 25.2",
        variants: "alpine slim bookworm bookworm-slim bullseye bullseye-slim",
        size: 398_212_345,
        command: &["node"],
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/python",
        tags: &["latest", "3"],
        releases: "2.7.18 3.6.15 3.7.17 3.8.20 3.9.25 3.10.19 3.11.14 3.12.12 3.13.11 3.14.2",
        variants: "slim alpine bookworm slim-bookworm slim-bullseye",
        size: 364_112_004,
        command: &["python3"],
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/registry",
        tags: &["latest", "2", "3"],
        size: 10_120_334,
        command: &["/server"],
        program: "greeter",
        toolbox: Toolbox::Busybox,
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/tomcat",
        releases: "8.5.100 9.0.112 10.1.49 11.0.14",
        variants: "jdk17 jdk21 jre17 jre21",
        size: 240_118_772,
        command: &["catalina.sh", "run"],
        program: "greeter",
        toolbox: Toolbox::DebianCurl,
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/wordpress",
        tags: &["latest", "php8.2", "php8.3", "php8.4"],
        releases: "4.8.25 5.9 6.8",
        variants: "apache php8.2-apache fpm",
        size: 262_771_400,
        entrypoint: &["docker-entrypoint.sh"],
        command: &["apache2-foreground"],
        program: "greeter",
        toolbox: Toolbox::DebianCurl,
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/mongo",
        releases: "3.6 4.4 5.0 6.0 7.0 8.2",
        variants: "jammy noble",
        size: 270_665_120,
        entrypoint: &["docker-entrypoint.sh"],
        command: &["mongod"],
        program: "mongo",
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/mariadb",
        tags: &["latest", "lts"],
        releases: "10.5.29 10.6.24 10.11.15 11.4.9 11.8.5 12.0.2",
        size: 112_877_021,
        entrypoint: &["docker-entrypoint.sh"],
        command: &["mariadbd"],
        program: "mariadb",
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/memcached",
        releases: "1.4.39 1.5.22 1.6.39",
        variants: "alpine",
        size: 32_118_220,
        entrypoint: &["docker-entrypoint.sh"],
        command: &["memcached"],
        program: "memcached",
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/rabbitmq",
        tags: &["latest", "management"],
        releases: "3.13 4.2",
        variants: "management alpine",
        size: 101_447_310,
        entrypoint: &["docker-entrypoint.sh"],
        command: &["rabbitmq-server"],
        program: "rabbitmq",
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/perl",
        tags: &["latest", "5"],
        releases: "5.26.3 5.28.3 5.30.3 5.32.1 5.34.3 5.34.0.0 5.36.3 5.38.5 5.40.3 5.42.0",
        variants: "slim slim-bookworm",
        size: 366_118_204,
        command: &["perl"],
        toolbox: Toolbox::DebianCurl,
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/hello-world",
        tags: &["latest", "linux"],
        size: 2_390,
        command: &["/hello"],
        program: "hello-world",
        toolbox: Toolbox::Nothing,
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/bash",
        tags: &["latest", "5"],
        releases: "4.4.23 5.0.18 5.1.16 5.2.37 5.3.8",
        size: 7_018_337,
        entrypoint: &["docker-entrypoint.sh"],
        command: &["bash"],
        toolbox: Toolbox::BusyboxBash,
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/centos",
        tags: &["7", "8", "centos7", "latest"],
        size: 83_518_102,
        command: &["/bin/bash"],
        toolbox: Toolbox::DebianCurl,
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/fedora",
        tags: &["latest", "40", "41", "42", "43"],
        size: 60_118_273,
        command: &["/bin/bash"],
        toolbox: Toolbox::DebianCurl,
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/amazonlinux",
        tags: &["latest", "2", "2023"],
        size: 51_712_008,
        command: &["/bin/bash"],
        toolbox: Toolbox::DebianCurl,
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/rockylinux",
        tags: &["8", "9"],
        size: 65_220_117,
        command: &["/bin/bash"],
        toolbox: Toolbox::DebianCurl,
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/golang",
        tags: &["latest", "1.22", "1.23", "1.24", "1.25", "alpine", "1.25-alpine"],
        size: 320_118_882,
        command: &["/bin/bash"],
        toolbox: Toolbox::DebianCurl,
        ..PLAIN
    },
    Image {
        repository: "docker.io/library/openjdk",
        tags: &["8", "11", "17", "21", "17-slim", "21-slim"],
        size: 240_331_004,
        command: &["/bin/bash"],
        ..PLAIN
    },
];
