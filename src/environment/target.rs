//! The contexts of a kubeconfig: what they point at, and what they probably are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kube::config::{Cluster, KubeConfigOptions, Kubeconfig};
use sha2::{Digest, Sha256};

use crate::base::{ResultExt, UserError, proxy_of};

use super::profile::PROFILE;

/// Characters of a fingerprint: enough to tell clusters apart.
const FINGERPRINT_CHARACTERS: usize = 32;

/// What a context probably is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guess {
    /// The minikube profile of podlings.
    OwnMinikube,
    /// Another minikube profile.
    Minikube,
    /// kind.
    Kind,
    /// k3d.
    K3d,
    /// Docker Desktop's own cluster.
    DockerDesktop,
    /// Another cluster of a desktop: its name.
    Desktop(&'static str),
    /// A cloud provider's managed cluster: the provider.
    Managed(&'static str),
    /// Something on this machine.
    Local,
    /// A cluster somewhere.
    Remote,
}

impl Guess {
    /// Its name in a list.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OwnMinikube => "minikube (podlings)",
            Self::Minikube => "minikube",
            Self::Kind => "kind",
            Self::K3d => "k3d",
            Self::DockerDesktop => "Docker Desktop",
            Self::Desktop(name) | Self::Managed(name) => name,
            Self::Local => "local",
            Self::Remote => "remote",
        }
    }

    /// Whether it lives and dies with this machine, so that what else runs on it is the learner's own.
    #[must_use]
    pub fn is_on_this_machine(self) -> bool {
        !matches!(self, Self::Managed(_) | Self::Remote)
    }

    /// Whether a lesson may change things there that belong to no namespace.
    #[must_use]
    pub fn is_disposable(self) -> bool {
        matches!(self, Self::OwnMinikube | Self::Kind)
    }
}

/// Contexts by how their names begin.
const NAMES: &[(&str, Guess)] = &[
    ("kind-", Guess::Kind),
    ("k3d-", Guess::K3d),
    ("docker-desktop", Guess::DockerDesktop),
    ("docker-for-desktop", Guess::DockerDesktop),
    ("rancher-desktop", Guess::Desktop("Rancher Desktop")),
    ("orbstack", Guess::Desktop("OrbStack")),
    ("colima", Guess::Desktop("Colima")),
    ("microk8s", Guess::Desktop("MicroK8s")),
    ("crc-", Guess::Desktop("OpenShift Local")),
    ("gke_", Guess::Managed("GKE")),
    ("arn:aws:eks:", Guess::Managed("EKS")),
    ("arn:aws-cn:eks:", Guess::Managed("EKS")),
    ("arn:aws-us-gov:eks:", Guess::Managed("EKS")),
    ("do-", Guess::Managed("DigitalOcean")),
];

/// Managed clusters by how their hosts end.
const HOSTS: &[(&str, Guess)] = &[
    (".eks.amazonaws.com", Guess::Managed("EKS")),
    (".eks.amazonaws.com.cn", Guess::Managed("EKS")),
    (".azmk8s.io", Guess::Managed("AKS")),
    (".azmk8s.us", Guess::Managed("AKS")),
    (".k8s.ovh.net", Guess::Managed("OVHcloud")),
    (".gke.goog", Guess::Managed("GKE")),
    ("container.googleapis.com", Guess::Managed("GKE")),
    (".k8s.ondigitalocean.com", Guess::Managed("DigitalOcean")),
    (".linodelke.net", Guess::Managed("Linode")),
    (".openshiftapps.com", Guess::Managed("OpenShift")),
    (".oraclecloud.com", Guess::Managed("OKE")),
    (".containers.cloud.ibm.com", Guess::Managed("IBM Cloud")),
    (".vultr-k8s.com", Guess::Managed("Vultr")),
    (".scw.cloud", Guess::Managed("Scaleway")),
];

/// The host of a server's URL.
#[must_use]
pub fn host_of(server: &str) -> &str {
    let rest = server.split_once("://").map_or(server, |(_, rest)| rest);
    match rest.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        None => rest.split(['/', ':']).next().unwrap_or_default(),
    }
}

fn guess(context: &str, server: &str, cluster: &Cluster) -> Guess {
    let host = host_of(server);
    let of_minikube = cluster
        .extensions
        .iter()
        .flatten()
        .any(|extension| extension.extension["provider"] == "minikube.sigs.k8s.io");
    if of_minikube {
        return if context == PROFILE { Guess::OwnMinikube } else { Guess::Minikube };
    }
    let by_host = HOSTS.iter().find(|(suffix, _)| host.ends_with(suffix));
    let by_name = NAMES.iter().find(|(prefix, _)| context.starts_with(prefix));
    let here = host == "localhost" || host == "::1" || host.starts_with("127.");
    if server.contains("/k8s/clusters/") {
        return Guess::Managed("Rancher");
    }
    match by_host.or(by_name) {
        Some((_, guess)) => *guess,
        None if context == "minikube" => Guess::Minikube,
        None if here => Guess::Local,
        None => Guess::Remote,
    }
}

/// A context that a learner may choose.
#[derive(Clone, Debug)]
pub struct Target {
    kubeconfig: Kubeconfig,
    /// Where it was read from.
    files: Vec<PathBuf>,
    /// A digest of the certificate and the key that it names as files.
    named_files: Vec<u8>,
    /// The proxy that is named for the cluster.
    proxy: Option<String>,
    /// Name of the context.
    pub context: String,
    /// URL of its server.
    pub server: String,
    /// The namespace that the context names.
    pub namespace: Option<String>,
    /// What it probably is.
    pub guess: Guess,
    /// Whether it is the current context.
    pub is_current: bool,
    /// Tells the cluster apart from others: a digest of its server and of the certificate it is trusted by.
    pub fingerprint: String,
}

impl Target {
    /// Every usable context of the kubeconfig files, in their order.
    ///
    /// # Errors
    /// When a file cannot be read, or there is none.
    pub fn all(files: &[PathBuf]) -> Result<Vec<Self>, UserError> {
        let kubeconfig = read(files)?;
        let contexts = kubeconfig.contexts.iter();
        Ok(contexts.filter_map(|named| Self::of(&kubeconfig, files, &named.name)).collect())
    }

    /// Finds a context (the current one when none is named) in the kubeconfig files.
    ///
    /// # Errors
    /// When no file can be read, or there is no such context.
    pub fn find(files: &[PathBuf], context: Option<&str>) -> Result<Self, UserError> {
        let kubeconfig = read(files)?;
        let names: Vec<&str> = kubeconfig.contexts.iter().map(|context| context.name.as_str()).collect();
        let listed = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        let Some(context) = context.map(str::to_owned).or_else(|| kubeconfig.current_context.clone()) else {
            return Err(UserError::new("the kubeconfig has no current context")
                .hint(format!("name one with --context; it has: {listed}"))
                .or_korean(
                    UserError::new("kubeconfig에 현재 컨텍스트가 없습니다")
                        .hint(format!("--context로 이름을 정하세요. 있는 것: {listed}")),
                ));
        };
        Self::of(&kubeconfig, files, &context).ok_or_else(|| {
            UserError::new(format!("the kubeconfig has no usable context {context:?}"))
                .hint(format!("it has: {listed}"))
                .or_korean(
                    UserError::new(format!("kubeconfig에 쓸 수 있는 컨텍스트 {context:?}이(가) 없습니다"))
                        .hint(format!("있는 것: {listed}")),
                )
        })
    }

    fn of(kubeconfig: &Kubeconfig, files: &[PathBuf], context: &str) -> Option<Self> {
        let named = kubeconfig.contexts.iter().find(|named| named.name == context)?.context.as_ref()?;
        let clusters = &kubeconfig.clusters;
        let cluster = clusters.iter().find(|cluster| cluster.name == named.cluster)?.cluster.as_ref()?;
        let server = cluster.server.clone()?;
        Some(Self {
            context: context.to_owned(),
            guess: guess(context, &server, cluster),
            namespace: named.namespace.clone(),
            is_current: kubeconfig.current_context.as_deref() == Some(context),
            fingerprint: fingerprint(&server, cluster),
            server,
            kubeconfig: kubeconfig.clone(),
            files: files.to_owned(),
            named_files: named_files(kubeconfig, named.user.as_deref()),
            proxy: cluster.proxy_url.clone(),
        })
    }

    /// The same context of the same cluster, when its files hold other credentials by now.
    pub(super) fn as_it_is_now(&self) -> Option<Self> {
        let now = Self::find(&self.files, Some(&self.context)).ok()?;
        let differs = now.named_files != self.named_files
            || now.session_kubeconfig("x").ok()? != self.session_kubeconfig("x").ok()?;
        (differs && now.fingerprint == self.fingerprint).then_some(now)
    }

    /// A kubeconfig (YAML) with this context alone, its namespace being the lessons'.
    ///
    /// # Errors
    /// When it cannot be written as YAML.
    pub fn session_kubeconfig(&self, namespace: &str) -> Result<String, UserError> {
        let mut kubeconfig = self.kubeconfig.clone();
        kubeconfig.current_context = Some(self.context.clone());
        kubeconfig.contexts.retain(|context| context.name == self.context);
        let mut used = (String::new(), String::new());
        for context in kubeconfig.contexts.iter_mut().filter_map(|named| named.context.as_mut()) {
            context.namespace = Some(namespace.to_owned());
            used = (context.cluster.clone(), context.user.clone().unwrap_or_default());
        }
        kubeconfig.clusters.retain(|cluster| cluster.name == used.0);
        kubeconfig.auth_infos.retain(|user| user.name == used.1);
        serde_yaml::to_string(&kubeconfig).while_doing(|| "cannot write a kubeconfig".to_owned())
    }

    /// A client for this context; it connects when it is first used, through a proxy where the kubeconfig or
    /// the environment names one.
    ///
    /// # Errors
    /// When the credentials cannot be read.
    pub async fn client(
        &self,
        namespace: &str,
        environment: &BTreeMap<String, String>,
    ) -> Result<kube::Client, UserError> {
        let options =
            KubeConfigOptions { context: Some(self.context.clone()), ..KubeConfigOptions::default() };
        let mut config = kube::Config::from_custom_kubeconfig(self.kubeconfig.clone(), &options)
            .await
            .map_err(|error| self.cannot_use(&error))?;
        namespace.clone_into(&mut config.default_namespace);
        let proxy = proxy_of(&self.server, self.proxy.as_deref(), environment);
        config.proxy_url = proxy.and_then(|proxy| proxy.parse().ok());
        // A watch may be silent for long, and a Service that nobody serves (503) is something to judge.
        config.read_timeout = None;
        config.default_retry = false;
        kube::Client::try_from(config).map_err(|error| self.cannot_use(&error))
    }

    /// Why there is no client: mostly the program that signs in is not there, or does not do it.
    fn cannot_use(&self, error: &dyn std::fmt::Display) -> UserError {
        let context = &self.context;
        let named = self.kubeconfig.contexts.iter().find(|named| named.name == *context);
        let user = named.and_then(|named| named.context.as_ref()?.user.as_deref());
        let mut logins = self.kubeconfig.auth_infos.iter().filter(|named| Some(named.name.as_str()) == user);
        let program = logins.next().and_then(|named| named.auth_info.as_ref()?.exec.as_ref());
        let Some((exec, command)) = program.and_then(|exec| Some((exec, exec.command.as_deref()?))) else {
            return UserError::new(format!("cannot use the context {context:?}: {error}"))
                .or_korean(UserError::new(format!("컨텍스트 {context:?}을(를) 쓸 수 없습니다: {error}")));
        };
        let told = exec.install_hint.as_deref().map(str::trim).filter(|hint| !hint.is_empty());
        UserError::new(format!("cannot sign in to {context:?} with {command}: {error}"))
            .hint(told.unwrap_or(
                "it belongs to the tool that made this context: install that, or sign in again with it",
            ))
            .or_korean(
                UserError::new(format!("{command}(으)로 {context:?}에 로그인할 수 없습니다: {error}")).hint(
                    told.unwrap_or(
                        "이 컨텍스트를 만든 도구에 들어 있습니다. 도구를 설치하거나 다시 로그인하세요",
                    ),
                ),
            )
    }

    /// Whether a kubeconfig file still leads to this cluster under its current context.
    ///
    /// # Errors
    /// With what it says instead.
    pub(super) fn still_current_in(&self, file: &Path) -> Result<(), String> {
        match Self::find(&[file.to_owned()], None) {
            Ok(now) if now.context != self.context => Err(now.context),
            Ok(now) if now.fingerprint != self.fingerprint => Err(now.server),
            Ok(_) => Ok(()),
            Err(error) => Err(error.message),
        }
    }
}

/// Reads and merges the files that exist.
fn read(files: &[PathBuf]) -> Result<Kubeconfig, UserError> {
    let mut merged: Option<Kubeconfig> = None;
    for file in files.iter().filter(|file| file.exists()) {
        let doing = || format!("cannot read {}", file.display());
        // What it names beside it must be found from other folders, too.
        let file = std::path::absolute(file).while_doing(doing)?;
        let next = Kubeconfig::read_from(&file).while_doing(doing)?;
        merged = Some(match merged {
            Some(earlier) => earlier.merge(next).while_doing(doing)?,
            None => next,
        });
    }
    merged.ok_or_else(|| {
        UserError::new("there is no kubeconfig")
            .hint("set KUBECONFIG, or start a cluster that writes one (minikube start, kind create cluster)")
            .or_korean(UserError::new("kubeconfig가 없습니다").hint(
                "KUBECONFIG를 정하거나 kubeconfig를 쓰는 클러스터를 시작하세요(minikube start, kind create cluster)",
            ))
    })
}

/// A digest of what stands in the files of a user: minikube, for one, renews certificates there.
fn named_files(kubeconfig: &Kubeconfig, user: Option<&str>) -> Vec<u8> {
    let found = kubeconfig.auth_infos.iter().find(|named| Some(named.name.as_str()) == user);
    let user = found.and_then(|named| named.auth_info.as_ref());
    let paths = user.map(|user| [&user.client_certificate, &user.client_key]);
    let mut digest = Sha256::new();
    for path in paths.iter().flatten().filter_map(|path| path.as_deref()) {
        digest.update(std::fs::read(path).unwrap_or_default());
    }
    digest.finalize().to_vec()
}

fn fingerprint(server: &str, cluster: &Cluster) -> String {
    let inline = cluster.certificate_authority_data.as_deref().and_then(|data| STANDARD.decode(data).ok());
    let in_file = || cluster.certificate_authority.as_deref().and_then(|path| std::fs::read(path).ok());
    let mut digest = Sha256::new();
    digest.update(server.as_bytes());
    digest.update([0]);
    // Without a certificate of its own the cluster is known by its name alone.
    digest.update(inline.or_else(in_file).unwrap_or_default());
    let hexadecimal: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    hexadecimal.chars().take(FINGERPRINT_CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KUBECONFIG: &str = r#"
apiVersion: v1
kind: Config
current-context: podlings
clusters:
- name: podlings
  cluster:
    server: https://127.0.0.1:32771
    certificate-authority-data: YQ==
    extensions: [{name: cluster_info, extension: {provider: minikube.sigs.k8s.io}}]
- {name: other, cluster: {server: "https://[::1]:6443"}}
- {name: eks, cluster: {server: "https://ABC.gr7.eu-west-1.eks.amazonaws.com"}}
users: [{name: me, user: {token: x}}, {name: you, user: {token: secret-of-another}}]
contexts:
- {name: podlings, context: {cluster: podlings, user: me, namespace: default}}
- {name: kind-a, context: {cluster: other, user: you}}
- {name: mine, context: {cluster: other, user: you}}
- {name: shop, context: {cluster: eks, user: you}}
- {name: dangling, context: {cluster: gone, user: you}}
"#;

    fn written() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config");
        std::fs::write(&file, KUBECONFIG).unwrap();
        (folder, file)
    }

    #[test]
    fn contexts_are_listed_with_what_they_are() {
        let (_folder, file) = written();
        let all = Target::all(&[file]).unwrap();
        let guesses: Vec<(&str, Guess)> =
            all.iter().map(|target| (target.context.as_str(), target.guess)).collect();
        assert_eq!(
            guesses,
            [
                ("podlings", Guess::OwnMinikube),
                ("kind-a", Guess::Kind),
                ("mine", Guess::Local),
                ("shop", Guess::Managed("EKS")),
            ]
        );
        assert!(all[0].is_current && !all[1].is_current);
    }

    #[test]
    fn a_session_gets_one_context_and_nobody_elses_credentials() {
        let (_folder, file) = written();
        let target = Target::find(&[file], None).unwrap();
        let session = target.session_kubeconfig("lessons").unwrap();
        assert!(!session.contains("secret-of-another") && !session.contains("kind-a"), "{session}");
        assert!(session.contains("namespace: lessons"), "{session}");
    }

    #[tokio::test]
    async fn a_program_that_does_not_sign_in_is_named_with_how_to_get_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config");
        let text = "clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\n\
            users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./no-such, \
            interactiveMode: Never, installHint: brew install it}}}]\n\
            contexts: [{name: class, context: {cluster: c, user: u}}]\n";
        std::fs::write(&file, text).unwrap();
        let target = Target::find(&[file], Some("class")).unwrap();
        let Err(error) = target.client("default", &BTreeMap::new()).await else { panic!("a client") };
        assert!(error.message.contains("/no-such: ") && error.hints == ["brew install it"], "{error:?}");
    }

    #[test]
    fn a_switch_of_context_or_cluster_is_noticed() {
        let (_folder, file) = written();
        let target = Target::find(std::slice::from_ref(&file), None).unwrap();
        assert_eq!(target.still_current_in(&file), Ok(()));
        let rewrite = |from: &str, to: &str| std::fs::write(&file, KUBECONFIG.replacen(from, to, 1)).unwrap();
        rewrite("current-context: podlings", "current-context: shop");
        assert_eq!(target.still_current_in(&file), Err("shop".to_owned()));
        rewrite("YQ==", "Yg==");
        assert_eq!(target.still_current_in(&file), Err("https://127.0.0.1:32771".to_owned()));
    }
}
