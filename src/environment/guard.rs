//! Guard rails of real clusters: what looks like production is left alone.

use crate::base::UserError;

/// Words in a context's, cluster's or server's name that mean that people depend on it.
const PRODUCTION_WORDS: &[&str] = &["prod", "production", "prd", "live"];

/// Hosts of managed clusters.
const MANAGED_HOSTS: &[&str] = &[
    ".eks.amazonaws.com",
    ".azmk8s.io",
    ".gke.goog",
    "container.googleapis.com",
    ".k8s.ondigitalocean.com",
    ".linodelke.net",
    ".openshiftapps.com",
];

/// How the tools of cloud providers begin the names of the contexts they write; their servers may be bare addresses.
const MANAGED_CONTEXTS: &[&str] = &["gke_", "arn:aws:eks:", "do-"];

/// Refuses a context that looks like production.
///
/// # Errors
/// With the reason.
pub fn refuse_production(context: &str, server: &str) -> Result<(), UserError> {
    let host = server.split("://").nth(1).unwrap_or(server).split(['/', ':']).next().unwrap_or_default();
    let words = |text: &str| -> Vec<String> {
        text.to_lowercase().split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_owned).collect()
    };
    let named = [context, host]
        .iter()
        .flat_map(|text| words(text))
        .find(|word| PRODUCTION_WORDS.contains(&word.as_str()));
    let reason = if let Some(word) = named {
        format!("its name says {word:?}")
    } else if let Some(managed) = MANAGED_HOSTS.iter().find(|managed| host.ends_with(*managed)) {
        format!("its server {host} is a managed cluster ({})", managed.trim_start_matches('.'))
    } else if MANAGED_CONTEXTS.iter().any(|prefix| context.starts_with(prefix)) {
        "its name is that of a managed cluster".to_owned()
    } else {
        return Ok(());
    };
    Err(UserError::new(format!("the context {context:?} looks like production: {reason}"))
        .hint("learn on minikube, kind or a cluster that nobody depends on; the embedded cluster needs none of them"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_is_refused_and_playgrounds_are_not() {
        for (context, server) in [
            ("shop-prod", "https://10.0.0.1:6443"),
            ("x", "https://api.live.example.com"),
            ("gke_shop_europe-west1_a", "https://34.76.1.2"),
            ("arn:aws:eks:eu-west-1:1:cluster/a", "https://10.0.0.1"),
            ("x", "https://ABC.gr7.eu-west-1.eks.amazonaws.com"),
        ] {
            assert!(refuse_production(context, server).is_err(), "{context} {server}");
        }
        for (context, server) in [
            ("minikube", "https://192.168.49.2:8443"),
            ("kind-kind", "https://127.0.0.1:40001"),
            ("product-team", "https://10.0.0.1"),
        ] {
            assert!(refuse_production(context, server).is_ok(), "{context} {server}");
        }
    }
}
