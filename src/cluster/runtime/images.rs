//! The catalogue: every image that can be pulled, with its size, its start command and its tools.

use super::image_reference::ImageReference;

/// The command-line tools that an image brings along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Toolbox {
    /// Nothing but the program itself: no shell.
    Nothing,
    /// busybox (`sh`, `wget`, `nslookup` …).
    Busybox,
    /// A Debian base: `bash`, coreutils, no `wget`, no `nslookup`.
    Debian,
    /// A Debian base that has `curl`.
    DebianCurl,
    /// busybox and `curl`.
    BusyboxCurl,
}

/// An image repository.
#[derive(Debug)]
pub(crate) struct Image {
    /// `docker.io/library/nginx`.
    pub repository: &'static str,
    /// Tags that exist.
    pub tags: &'static [&'static str],
    /// Compressed size in bytes.
    pub size: u64,
    /// `ENTRYPOINT`.
    pub entrypoint: &'static [&'static str],
    /// `CMD`.
    pub command: &'static [&'static str],
    /// `ENV`, besides PATH.
    pub environment: &'static [(&'static str, &'static str)],
    /// `WORKDIR`.
    pub working_directory: &'static str,
    /// `USER`.
    pub user: i64,
    /// The model that runs when the image's own program is started (see `programs`).
    pub program: &'static str,
    /// What else can be run in it.
    pub toolbox: Toolbox,
}

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
static CATALOGUE: &[Image] = &[
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

/// The catalogue's entry for a repository such as `docker.io/library/nginx`.
pub(crate) fn image_of(repository: &str) -> Option<&'static Image> {
    CATALOGUE.iter().find(|image| image.repository == repository)
}

/// Looks a reference up in its registry.
///
/// # Errors
/// What containerd says when the image cannot be had; `docker.io/library/nginx:nope: not found` and the like.
pub(crate) fn resolve(reference: &ImageReference) -> Result<&'static Image, String> {
    let full = reference.canonical();
    let failed = |code: &str, why: String| {
        Err(format!(
            "{code}failed to pull and unpack image {full:?}: failed to resolve reference {full:?}: {why}"
        ))
    };
    match image_of(&reference.repository()) {
        Some(image) if reference.digest.is_none() && image.tags.contains(&reference.tag.as_str()) => Ok(image),
        Some(image) if reference.digest.as_deref().is_some_and(|digest| has_digest(image, digest)) => Ok(image),
        Some(_) => failed("rpc error: code = NotFound desc = ", format!("{full}: not found")),
        None => match reference.registry.as_str() {
            "docker.io" => failed(
                "",
                "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed".to_owned(),
            ),
            "registry.k8s.io" | "quay.io" | "gcr.io" | "ghcr.io" | "mcr.microsoft.com" | "public.ecr.aws" => {
                failed("rpc error: code = NotFound desc = ", format!("{full}: not found"))
            }
            host => failed(
                "",
                format!(
                    "failed to do request: Head \"https://{host}/v2/{}/manifests/{}\": dial tcp: lookup {} on 192.168.49.1:53: no such host",
                    reference.path,
                    reference.tag,
                    host.split(':').next().unwrap_or(host)
                ),
            ),
        },
    }
}

fn has_digest(image: &Image, digest: &str) -> bool {
    image.tags.iter().any(|tag| format!("sha256:{}", content_digest(image.repository, tag)) == digest)
}

/// `docker.io/library/nginx@sha256:…`: what the runtime calls the image.
pub(crate) fn image_id(reference: &ImageReference) -> String {
    match &reference.digest {
        Some(digest) => format!("{}@{digest}", reference.repository()),
        None => {
            let repository = reference.repository();
            format!("{repository}@sha256:{}", content_digest(&repository, &reference.tag))
        }
    }
}

/// 64 hexadecimal digits that belong to a name and tag: stable, and different for every tag.
fn content_digest(repository: &str, tag: &str) -> String {
    (0_u8..4)
        .map(|part| {
            let seed = 0xcbf2_9ce4_8422_2325_u64 ^ (u64::from(part) << 7);
            let hash =
                repository.bytes().chain([b':']).chain(tag.bytes()).chain([part]).fold(seed, |hash, byte| {
                    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3).rotate_left(5)
                });
            format!("{hash:016x}")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(text: &str) -> Result<u64, String> {
        resolve(&ImageReference::parse(text).unwrap()).map(|image| image.size)
    }

    #[test]
    fn the_sample_app_has_no_third_version_and_no_bare_name() {
        assert!(resolved("codongmin/kub-first-app").is_ok());
        assert!(resolved("you/kub-first-app:2").is_ok());
        assert_eq!(
            resolved("codongmin/kub-first-app:3").unwrap_err(),
            "rpc error: code = NotFound desc = failed to pull and unpack image \"docker.io/codongmin/kub-first-app:3\": failed to resolve reference \"docker.io/codongmin/kub-first-app:3\": docker.io/codongmin/kub-first-app:3: not found"
        );
        assert_eq!(
            resolved("kub-first-app").unwrap_err(),
            "failed to pull and unpack image \"docker.io/library/kub-first-app:latest\": failed to resolve reference \"docker.io/library/kub-first-app:latest\": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed"
        );
    }

    #[test]
    fn a_digest_belongs_to_one_tag() {
        let one = image_id(&ImageReference::parse("nginx:1.25").unwrap());
        let two = image_id(&ImageReference::parse("nginx:1.26").unwrap());
        assert_ne!(one, two);
        assert!(resolved(&one).is_ok());
        assert_eq!(one.len(), "docker.io/library/nginx@sha256:".len() + 64);
    }

    #[test]
    fn no_repository_is_listed_twice() {
        for (index, image) in CATALOGUE.iter().enumerate() {
            assert!(CATALOGUE[..index].iter().all(|other| other.repository != image.repository));
        }
    }
}
