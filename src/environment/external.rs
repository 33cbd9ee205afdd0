//! A cluster that a kubeconfig names: we are a guest there.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use kube::config::{KubeConfigOptions, Kubeconfig};
use serde_json::{Value, json};

use crate::base::{Clock, ResultExt, UserError, sleep, timeout};

use super::COURSE_LABEL;
use super::guard::refuse_production;
use super::objects::{LOOK_INTERVAL, Objects, is_later_version, is_not_found, reason, unreachable};
use super::tools::{ToolSettings, Tools};

/// The namespace in which lessons live on a real cluster.
const NAMESPACE: &str = "podlings";

/// How long a cluster may take to answer at all.
const ANSWER_MAX: Duration = Duration::from_secs(15);

/// How long a namespace may take to go.
const GONE_MAX: Duration = Duration::from_secs(90);

/// A context that a learner may choose.
#[derive(Clone, Debug)]
pub struct Target {
    kubeconfig: Kubeconfig,
    /// Name of the context.
    pub context: String,
    /// URL of its server.
    pub server: String,
}

impl Target {
    /// Finds a context (the current one when none is named) in the kubeconfig files.
    ///
    /// # Errors
    /// When no file can be read, there is no such context, or it looks like production.
    pub fn find(files: &[PathBuf], context: Option<&str>) -> Result<Self, UserError> {
        let mut merged: Option<Kubeconfig> = None;
        for file in files.iter().filter(|file| file.exists()) {
            let doing = || format!("cannot read {}", file.display());
            let next = Kubeconfig::read_from(file).while_doing(doing)?;
            merged = Some(match merged {
                Some(earlier) => earlier.merge(next).while_doing(doing)?,
                None => next,
            });
        }
        let Some(kubeconfig) = merged else {
            return Err(UserError::new("there is no kubeconfig").hint(
                "set KUBECONFIG, or start a cluster that writes one (minikube start, kind create cluster)",
            ));
        };
        let names: Vec<&str> = kubeconfig.contexts.iter().map(|context| context.name.as_str()).collect();
        let listed = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        let Some(context) = context.map(str::to_owned).or_else(|| kubeconfig.current_context.clone()) else {
            return Err(UserError::new("the kubeconfig has no current context")
                .hint(format!("name one with --context; it has: {listed}")));
        };
        let server = server_of(&kubeconfig, &context).ok_or_else(|| {
            UserError::new(format!("the kubeconfig has no usable context {context:?}"))
                .hint(format!("it has: {listed}"))
        })?;
        refuse_production(&context, &server)?;
        Ok(Self { kubeconfig, context, server })
    }

    /// A kubeconfig (YAML) with this context alone, its namespace being the lessons'.
    ///
    /// # Errors
    /// When it cannot be written as YAML.
    pub fn session_kubeconfig(&self) -> Result<String, UserError> {
        let mut kubeconfig = self.kubeconfig.clone();
        kubeconfig.current_context = Some(self.context.clone());
        kubeconfig.contexts.retain(|context| context.name == self.context);
        for context in kubeconfig.contexts.iter_mut().filter_map(|named| named.context.as_mut()) {
            context.namespace = Some(NAMESPACE.to_owned());
        }
        serde_yaml::to_string(&kubeconfig).while_doing(|| "cannot write a kubeconfig".to_owned())
    }

    /// A client for this context; it connects when it is first used.
    ///
    /// # Errors
    /// When the credentials cannot be read.
    pub async fn client(&self) -> Result<kube::Client, UserError> {
        let options =
            KubeConfigOptions { context: Some(self.context.clone()), ..KubeConfigOptions::default() };
        let doing = || format!("cannot use the context {:?}", self.context);
        let mut config = kube::Config::from_custom_kubeconfig(self.kubeconfig.clone(), &options)
            .await
            .while_doing(doing)?;
        NAMESPACE.clone_into(&mut config.default_namespace);
        // A watch may be silent for long, and a Service that nobody serves (503) is something to judge.
        config.read_timeout = None;
        config.default_retry = false;
        kube::Client::try_from(config).while_doing(doing)
    }
}

fn server_of(kubeconfig: &Kubeconfig, context: &str) -> Option<String> {
    let named = kubeconfig.contexts.iter().find(|named| named.name == context)?;
    let cluster = &named.context.as_ref()?.cluster;
    let cluster = kubeconfig.clusters.iter().find(|named| &named.name == cluster)?;
    cluster.cluster.as_ref()?.server.clone()
}

/// A real cluster, in a namespace of our own.
pub struct External {
    client: kube::Client,
    tools: Arc<Tools>,
    /// Whether the namespace goes when the session ends.
    remove_at_end: bool,
}

impl External {
    /// Connects, and makes the namespace of the lessons if it is not there.
    ///
    /// # Errors
    /// When the cluster does not answer, or a namespace of that name belongs to somebody else.
    pub async fn connect(
        target: &Target,
        settings: &ToolSettings,
        remove_at_end: bool,
    ) -> Result<Self, UserError> {
        let client = target.client().await?;
        let answer = timeout(ANSWER_MAX, client.apiserver_version()).await;
        let unreachable = |why: String| {
            UserError::new(format!(
                "the cluster of {:?} at {} does not answer: {why}",
                target.context, target.server
            ))
            .hint("start it, or learn on the embedded cluster: podlings learn")
        };
        match answer {
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(unreachable(reason(&error))),
            None => return Err(unreachable(format!("no answer within {} seconds", ANSWER_MAX.as_secs()))),
        }
        make_namespace(&client).await?;
        let tools =
            Tools::new(settings, &target.context, client.clone(), Clock::system(), &["kubectl", "k"])?;
        Ok(Self { client, tools: Arc::new(tools), remove_at_end })
    }

    pub(super) fn tools(&self) -> &Arc<Tools> {
        &self.tools
    }

    pub(super) fn client(&self) -> kube::Client {
        self.client.clone()
    }

    pub(super) fn namespace(&self) -> &str {
        NAMESPACE
    }

    pub(super) async fn prepare(&self, start: &[Value], fresh: bool) -> Result<(), UserError> {
        let objects = Objects::new(self.client(), NAMESPACE);
        if fresh {
            objects.remove_all().await?;
        }
        for (index, object) in start.iter().enumerate() {
            if fresh && is_later_version(start, index) {
                objects.rolled_out(object).await?;
            }
            objects.make(object, fresh).await?;
        }
        for object in start.iter().filter(|_| fresh) {
            objects.rolled_out(object).await?;
        }
        Ok(())
    }

    pub(super) async fn leave(&self) -> Result<(), UserError> {
        if !self.remove_at_end {
            return Ok(());
        }
        let objects = Objects::new(self.client(), NAMESPACE);
        match objects.request(Method::DELETE, &namespace_path(), &json!({})).await {
            Err(error) if !is_not_found(&error) => Err(unreachable(&error)),
            _ => gone(&objects).await,
        }
    }
}

/// Waits until the namespace is gone.
async fn gone(objects: &Objects) -> Result<(), UserError> {
    let mut waited = Duration::ZERO;
    while waited < GONE_MAX {
        if objects.find(&namespace_path()).await?.is_none() {
            return Ok(());
        }
        sleep(LOOK_INTERVAL).await;
        waited += LOOK_INTERVAL;
    }
    Err(UserError::new(format!("the namespace {NAMESPACE:?} does not go away"))
        .hint(format!("kubectl get namespace {NAMESPACE} -o yaml says what it waits for")))
}

fn namespace_path() -> String {
    format!("/api/v1/namespaces/{NAMESPACE}")
}

async fn make_namespace(client: &kube::Client) -> Result<(), UserError> {
    let objects = Objects::new(client.clone(), NAMESPACE);
    match objects.find(&namespace_path()).await? {
        Some(present) if present["metadata"]["labels"][COURSE_LABEL] != "podlings" => {
            return Err(UserError::new(format!("the namespace {NAMESPACE:?} on this cluster is not ours"))
                .hint(format!(
                    "podlings only works in a namespace that carries the label {COURSE_LABEL}=podlings"
                )));
        }
        // A session that just ended may still be taking its namespace away.
        Some(present) if present["status"]["phase"] == "Terminating" => gone(&objects).await?,
        Some(_) => return Ok(()),
        None => {}
    }
    let namespace = json!({
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": {"name": NAMESPACE, "labels": {COURSE_LABEL: "podlings"}},
    });
    objects.request(Method::POST, "/api/v1/namespaces?fieldManager=podlings", &namespace).await.map_err(
        |error| {
            UserError::new(format!("cannot make the namespace {NAMESPACE:?}: {}", reason(&error)))
                .hint("lessons need the right to create a namespace of their own")
        },
    )?;
    Ok(())
}
