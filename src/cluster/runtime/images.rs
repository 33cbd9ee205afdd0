//! What an image is, and how a reference to one is resolved as registries do.

use super::catalogue::CATALOGUE;
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
