//! Image references: `nginx:1.25` and its full form `docker.io/library/nginx:1.25`.

/// A parsed reference (`github.com/distribution/reference`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ImageReference {
    /// Registry host: `docker.io`.
    pub registry: String,
    /// Path within the registry: `library/nginx`.
    pub path: String,
    /// Tag; `latest` when neither tag nor digest was given.
    pub tag: String,
    /// `sha256:…`, when the reference names one.
    pub digest: Option<String>,
}

impl ImageReference {
    /// Parses what a Pod names.
    ///
    /// # Errors
    /// Upstream's words after `couldn't parse image name "X": `.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let invalid = || "invalid reference format".to_owned();
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) if is_digest(digest) => (name, Some(digest.to_owned())),
            Some(_) => return Err(invalid()),
            None => (text, None),
        };
        let (name, tag) = match name.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (name, None),
        };
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(invalid());
        }
        let (registry, path) = split_registry(name);
        if path.chars().any(|character| character.is_ascii_uppercase()) {
            return Err(format!("invalid reference format: repository name ({path}) must be lowercase"));
        }
        if !path.split('/').all(is_path_component) {
            return Err(invalid());
        }
        Ok(Self { registry, path, tag: tag.unwrap_or("latest").to_owned(), digest })
    }

    /// `docker.io/library/nginx`.
    pub(crate) fn repository(&self) -> String {
        format!("{}/{}", self.registry, self.path)
    }

    /// `docker.io/library/nginx:1.25`.
    pub(crate) fn canonical(&self) -> String {
        match &self.digest {
            Some(digest) => format!("{}@{digest}", self.repository()),
            None => format!("{}:{}", self.repository(), self.tag),
        }
    }
}

fn split_registry(name: &str) -> (String, String) {
    match name.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => {
            let host = if host == "index.docker.io" { "docker.io" } else { host };
            let library = host == "docker.io" && !path.contains('/');
            (host.to_owned(), if library { format!("library/{path}") } else { path.to_owned() })
        }
        Some(_) => ("docker.io".to_owned(), name.to_owned()),
        None => ("docker.io".to_owned(), format!("library/{name}")),
    }
}

fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:")
        .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn is_tag(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 128
        && !text.starts_with(['.', '-'])
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

fn is_path_component(text: &str) -> bool {
    let edge = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    edge(text.bytes().next())
        && edge(text.bytes().last())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_get_their_full_form() {
        for (short, full) in [
            ("nginx", "docker.io/library/nginx:latest"),
            ("nginx:1.25", "docker.io/library/nginx:1.25"),
            ("codongmin/kub-first-app:2", "docker.io/codongmin/kub-first-app:2"),
            ("docker.io/nginx", "docker.io/library/nginx:latest"),
            ("registry.k8s.io/pause:3.10", "registry.k8s.io/pause:3.10"),
            ("localhost:5000/a/b", "localhost:5000/a/b:latest"),
        ] {
            assert_eq!(ImageReference::parse(short).unwrap().canonical(), full);
        }
    }

    #[test]
    fn wrong_references_say_what_is_wrong() {
        for (text, message) in [
            ("Nginx", "invalid reference format: repository name (library/Nginx) must be lowercase"),
            ("nginx:", "invalid reference format"),
            ("nginx:a b", "invalid reference format"),
            ("a//b", "invalid reference format"),
            ("", "invalid reference format"),
        ] {
            assert_eq!(ImageReference::parse(text).unwrap_err(), message, "{text}");
        }
    }
}
