//! What an image is, and how a reference to one is resolved as registries do.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::catalogue::catalogue;
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
    /// busybox with `curl` and `bash`: images for looking around.
    BusyboxBash,
}

/// What the files of an image come from, besides its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// Nothing: `FROM scratch`.
    Nothing,
    /// The image busybox.
    Busybox,
    /// Alpine Linux.
    Alpine,
    /// Debian.
    Debian,
}

/// An image repository.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Image {
    /// `docker.io/library/nginx`.
    pub repository: &'static str,
    /// Tags that exist, besides those of releases.
    pub tags: &'static [&'static str],
    /// The last release of each series: `1.26.3 1.27.5` means also 1.26, 1.27 and what came between.
    pub releases: &'static str,
    /// What may follow a release after a dash, or stand alone.
    pub variants: &'static str,
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

/// A registry that lets in nobody without a name, and who may pull from it. It holds what Docker Hub holds.
const PRIVATE_REGISTRY: &str = "registry.example.com";
const PRIVATE_USER: (&str, &str) = ("learner", "podlings");

/// Whether an image lies where one needs credentials.
pub(crate) fn is_private(reference: &ImageReference) -> bool {
    reference.registry == PRIVATE_REGISTRY
}

/// Whether the private registry lets somebody in who has these users and passwords to offer.
///
/// # Errors
/// What containerd says of its refusal.
pub(crate) fn admits(reference: &ImageReference, credentials: &[(String, String)]) -> Result<(), String> {
    if credentials.iter().any(|(user, password)| (user.as_str(), password.as_str()) == PRIVATE_USER) {
        return Ok(());
    }
    let full = reference.canonical();
    let why = if credentials.iter().all(|(user, password)| user.is_empty() || password.is_empty()) {
        "pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials".to_owned()
    } else {
        format!(
            "unexpected status from HEAD request to https://{PRIVATE_REGISTRY}/v2/{}/manifests/{}: 401 Unauthorized",
            reference.path, reference.tag
        )
    };
    Err(format!("failed to pull and unpack image {full:?}: failed to resolve reference {full:?}: {why}"))
}

/// The catalogue's image that a reference means; what stands on Alpine is another one than what does not.
pub(crate) fn image_of(reference: &ImageReference) -> Option<&'static Image> {
    let image = image_in(&reference.repository())?;
    Some(if reference.tag.contains("alpine") { on_alpine(image) } else { image })
}

/// The same by the text of a reference.
pub(crate) fn image_named(reference: &str) -> Option<&'static Image> {
    image_of(&ImageReference::parse(reference).ok()?)
}

/// The same program with Alpine's tools.
fn on_alpine(image: &'static Image) -> &'static Image {
    static ON_ALPINE: LazyLock<BTreeMap<&str, Image>> = LazyLock::new(|| {
        let images = catalogue().filter_map(|image| {
            let toolbox = match image.toolbox {
                Toolbox::Debian => Toolbox::Busybox,
                Toolbox::DebianCurl => Toolbox::BusyboxCurl,
                _ => return None,
            };
            Some((image.repository, Image { toolbox, ..*image }))
        });
        images.collect()
    });
    ON_ALPINE.get(image.repository).unwrap_or(image)
}

/// The catalogue's entry for a repository such as `docker.io/library/nginx`.
pub(super) fn image_in(repository: &str) -> Option<&'static Image> {
    let private = repository.strip_prefix(PRIVATE_REGISTRY).and_then(|path| path.strip_prefix('/'));
    if let Some(path) = private {
        return image_in(&format!("docker.io/{}{path}", if path.contains('/') { "" } else { "library/" }));
    }
    let alias = ALIASES
        .iter()
        .find_map(|(alias, host)| repository.strip_prefix(alias).map(|rest| format!("{host}{rest}")));
    let repository = alias.as_deref().unwrap_or(repository);
    catalogue().find(|image| image.repository == repository)
}

/// Registries that hold the same images as another one.
const ALIASES: &[(&str, &str)] = &[
    ("k8s.gcr.io/", "registry.k8s.io/"),
    ("gcr.io/google_containers/", "registry.k8s.io/"),
    ("gcr.io/google-containers/", "registry.k8s.io/"),
    ("gcr.io/google_samples/", "gcr.io/google-samples/"),
    ("gcr.io/kubernetes-e2e-test-images/", "registry.k8s.io/e2e-test-images/"),
    ("docker.io/containous/whoami", "docker.io/traefik/whoami"),
    ("us-docker.pkg.dev/google-samples/containers/gke/", "gcr.io/google-samples/"),
    ("mirror.gcr.io/library/", "docker.io/library/"),
    ("public.ecr.aws/docker/library/", "docker.io/library/"),
];

/// The longest third number that a release of a series with one number may have.
const PATCH_MAX: u32 = 30;

impl Image {
    /// What it was built upon.
    pub(super) fn base(&self) -> Base {
        let is_busybox =
            self.repository.contains("busybox") || self.repository.starts_with("docker.io/prom/");
        match self.toolbox {
            Toolbox::Nothing => Base::Nothing,
            Toolbox::Debian | Toolbox::DebianCurl => Base::Debian,
            Toolbox::Busybox | Toolbox::BusyboxCurl | Toolbox::BusyboxBash if is_busybox => Base::Busybox,
            Toolbox::Busybox | Toolbox::BusyboxCurl | Toolbox::BusyboxBash => Base::Alpine,
        }
    }

    /// The variables that it sets, besides PATH, under a tag.
    pub(crate) fn environment_of(&self, tag: &str) -> Vec<(String, String)> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let release = self.full_release(tag).or_else(|| self.full_release("1"));
        let version = release.filter(|_| self.program == "nginx");
        let version = version.map(|version| ("NGINX_VERSION".to_owned(), version));
        self.environment.iter().map(owned).chain(version).collect()
    }

    /// The groups that root is in besides its own.
    pub(crate) fn groups_of_root(&self) -> &'static [i64] {
        self.base().groups_of_root()
    }

    /// Whether the repository has that tag.
    pub(super) fn has_tag(&self, tag: &str) -> bool {
        let is_variant = |text: &str| self.variants.split(' ').any(|variant| variant == text);
        if self.tags.contains(&tag) || is_variant(tag) {
            return true;
        }
        let (release, variant) = tag.split_once('-').unwrap_or((tag, ""));
        (variant.is_empty() || is_variant(variant))
            && (self.is_release(release) || self.tags.contains(&release))
    }

    /// The whole number of the release that a tag means; nothing for tags that are no numbers.
    pub(super) fn full_release(&self, tag: &str) -> Option<String> {
        let release = tag.split('-').next().unwrap_or(tag);
        if release == "latest" || !self.is_release(release) {
            return None;
        }
        let belongs = |last: &&str| {
            *last == release || last.strip_prefix(release).is_some_and(|rest| rest.starts_with('.'))
        };
        Some(self.releases.split(' ').rfind(belongs).unwrap_or(release).to_owned())
    }

    fn is_release(&self, release: &str) -> bool {
        self.releases.split(' ').filter_map(|last| last.rsplit_once('.')).any(|(series, last)| {
            // The first number alone is the latest of its releases.
            if series.split_once('.').is_some_and(|(first, _)| first == release) {
                return true;
            }
            let Some(rest) = release.strip_prefix(series) else { return false };
            let Some(numbers) = rest.strip_prefix('.') else { return rest.is_empty() };
            let last = last.parse::<u32>().unwrap_or_default();
            let mut numbers = numbers.split('.').map(|number| number.parse::<u32>().ok());
            let first = numbers.next().flatten().is_some_and(|number| number <= last);
            let second = numbers.next().is_none_or(|number| {
                !series.contains('.') && number.is_some_and(|number| number <= PATCH_MAX)
            });
            first && second && numbers.next().is_none()
        })
    }

    /// The tags that have names of their own, and those of releases with and without variants.
    fn all_tags(&self) -> Vec<String> {
        let mut tags: Vec<String> = self.tags.iter().map(|tag| (*tag).to_owned()).collect();
        for (series, last) in self.releases.split(' ').filter_map(|last| last.rsplit_once('.')) {
            tags.push(series.to_owned());
            let last = last.parse::<u32>().unwrap_or_default();
            tags.extend((0..=last).map(|number| format!("{series}.{number}")));
        }
        let variants = self.variants.split(' ').filter(|variant| !variant.is_empty());
        let with: Vec<String> = variants
            .clone()
            .flat_map(|variant| tags.iter().map(move |tag| format!("{tag}-{variant}")))
            .collect();
        tags.extend(variants.map(str::to_owned));
        tags.extend(with);
        tags
    }
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
    match image_of(reference) {
        Some(image) if reference.digest.is_none() && image.has_tag(&reference.tag) => Ok(image),
        Some(image) if reference.digest.as_deref().is_some_and(|digest| has_digest(image, digest)) => Ok(image),
        Some(_) => failed("rpc error: code = NotFound desc = ", format!("{full}: not found")),
        None => match reference.registry.as_str() {
            "docker.io" => failed(
                "",
                "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed".to_owned(),
            ),
            PRIVATE_REGISTRY => failed("rpc error: code = NotFound desc = ", format!("{full}: not found")),
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
    image.all_tags().iter().any(|tag| format!("sha256:{}", content_digest(image.repository, tag)) == digest)
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
    fn releases_exist_up_to_their_last() {
        for tag in [
            "nginx:1.27.5",
            "nginx:1.16",
            "nginx:1.25-alpine",
            "redis:7.2.4",
            "node:20.11.1-slim",
            "postgres:16.3",
            "tomcat:9",
            "rust:1",
        ] {
            assert!(resolved(tag).is_ok(), "{tag}");
        }
        for tag in ["nginx:1.161", "nginx:1.27.50", "nginx:1.27-nope", "redis:7.2.400", "nginx:nope"] {
            assert!(resolved(tag).is_err(), "{tag}");
        }
        assert!(resolved("k8s.gcr.io/pause:3.9").is_ok());
    }

    #[test]
    fn no_repository_is_listed_twice() {
        let mut names: Vec<&str> = catalogue().map(|image| image.repository).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
