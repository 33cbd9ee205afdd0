//! A cluster that a kubeconfig names: we are a guest there.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;

use crate::apimachinery::builtin::CUSTOM_RESOURCE_DEFINITION;
use crate::base::{Clock, Streams, UserError, Value, sleep, timeout};

use super::command_line::CommandLine;
use super::inventory::{self, Root};
use super::link::{Interruption, Link, Write};
use super::lodging::Lodging;
use super::marks;
use super::objects::{Objects, is_later_version, reason};
use super::profile::PROFILE;
use super::renewal::Renewable;
use super::stock::{Made, Stock};
use super::target::Target;
use super::tools::{ToolSettings, Tools};

/// How long a cluster may take to answer at all.
const ANSWER_MAX: Duration = Duration::from_secs(15);

/// Time between two looks whether a lost cluster is back.
const BACK_INTERVAL: Duration = Duration::from_secs(1);

/// How a session uses a cluster.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Whether the cluster is ours alone: lessons then live in `default`, where `minikube service` looks.
    pub own: bool,
    /// Whether lessons may touch what belongs to no namespace.
    pub whole_cluster: bool,
    /// Whether everything goes when the session ends.
    pub remove_at_end: bool,
    /// Uids of what earlier sessions made.
    pub recorded: BTreeSet<String>,
    /// Where lessons live; in `default` where the cluster is our own.
    pub lodging: Lodging,
    /// The image that lessons run, to find out beforehand whether the cluster takes it.
    pub trial: Option<String>,
}

impl Terms {
    /// The namespace of the lessons.
    #[must_use]
    pub fn namespace(&self) -> &str {
        if self.own { "default" } else { &self.lodging.namespace }
    }
}

/// A real cluster.
pub struct External {
    clients: Renewable,
    /// The engine's own; the learner's commands have theirs.
    client: kube::Client,
    link: Link,
    tools: Arc<Tools>,
    terms: Terms,
    kubeconfig: std::path::PathBuf,
    /// What tells this cluster from one made anew under the same name.
    identity: Mutex<Option<String>>,
    /// Whether the namespace was there already.
    found: bool,
    stock: Stock,
}

/// Asks a cluster whether it is there: its version.
///
/// # Errors
/// When it does not answer.
pub async fn reach(target: &Target, client: &kube::Client) -> Result<String, UserError> {
    let (context, server) = (&target.context, &target.server);
    let unreachable = |why: String| {
        UserError::new(format!("the cluster of {context:?} at {server} does not answer: {why}"))
            .hint("start it, or learn on the embedded cluster: podlings learn")
            .or_korean(
                UserError::new(format!("{context:?}의 클러스터({server})가 응답하지 않습니다: {why}"))
                    .hint("클러스터를 시작하거나 내장 클러스터에서 배우세요: podlings learn"),
            )
    };
    match timeout(ANSWER_MAX, client.apiserver_version()).await {
        Some(Ok(version)) => Ok(version.git_version),
        Some(Err(kube::Error::Api(status))) if status.code == 401 => {
            let why = &status.message;
            Err(UserError::new(format!(
                "the cluster of {context:?} does not accept these credentials: {why}"
            ))
            .hint("sign in again with the tool that made this context")
            .or_korean(
                UserError::new(format!("{context:?}의 클러스터가 이 자격 증명을 받아들이지 않습니다: {why}"))
                    .hint("이 컨텍스트를 만든 도구로 다시 로그인하세요"),
            ))
        }
        Some(Err(error)) => Err(unreachable(reason(&error))),
        None => Err(unreachable(format!("no answer within {} seconds", ANSWER_MAX.as_secs()))),
    }
}

impl External {
    /// Makes the namespace of the lessons if it is not there, and takes stock of what others have in it.
    ///
    /// # Errors
    /// When the cluster does not answer, or a namespace of that name belongs to somebody else.
    pub async fn connect(
        target: &Target,
        learner: kube::Client,
        settings: &ToolSettings,
        terms: Terms,
    ) -> Result<Self, UserError> {
        let link = Link::new();
        let clients =
            Renewable::new(learner, target, terms.namespace(), &settings.kubeconfig, &settings.environment);
        let learner = clients.client();
        let client = link.watch_over(learner.clone(), terms.namespace());
        let namespace = if terms.own { None } else { terms.lodging.make(&client).await? };
        let found = terms.own || namespace.is_some();
        let marked = namespace.as_ref().map(marks::read).unwrap_or_default();
        let deeds = settings.deeds_of(&target.fingerprint, terms.namespace());
        deeds.open();
        let mut settings = settings.clone();
        if terms.own {
            settings.environment.insert("MINIKUBE_PROFILE".to_owned(), PROFILE.to_owned());
        }
        let names = ["kubectl", "k"];
        let tools = Tools::new(&settings, &target.context, learner, Clock::system(), &names, Some(&deeds))?;
        let own = (terms.own, terms.own || terms.whole_cluster);
        let stock = Stock::new(client.clone(), terms.namespace(), own, terms.recorded.clone(), deeds);
        let is_empty = stock.open(marked).await?;
        let external = Self {
            clients,
            client,
            link,
            tools: Arc::new(tools),
            found,
            kubeconfig: settings.kubeconfig.clone(),
            identity: Mutex::default(),
            stock,
            terms,
        };
        external.becomes_another().await;
        if is_empty {
            // What a lesson made may be what a quota is full of.
            external.try_pod().await?;
        }
        Ok(external)
    }

    /// Before anything is made: whether Pods would be taken.
    async fn try_pod(&self) -> Result<(), UserError> {
        let Some(image) = &self.terms.trial else { return Ok(()) };
        let tried = self.terms.lodging.try_pod(&Objects::new(self.client(), self.namespace()), image).await;
        if tried.is_err() {
            self.clean_up().await?;
        }
        tried
    }

    /// What tells this cluster from one made anew under the same name; `None` where it may not be asked.
    #[must_use]
    pub fn identity(&self) -> Option<String> {
        self.identity.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the cluster is another one than when this was last asked: it was made anew meanwhile.
    pub(super) async fn becomes_another(&self) -> Option<String> {
        let objects = Objects::new(self.client(), self.namespace());
        let system = objects.find("/api/v1/namespaces/kube-system").await.ok().flatten()?;
        let uid = system["metadata"]["uid"].as_str()?.to_owned();
        let mut known = self.identity.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known.replace(uid.clone());
        before.is_some_and(|before| before != uid).then_some(uid)
    }

    /// Whether the lessons' namespace was there before, with what an earlier session left in it.
    #[must_use]
    pub fn is_resumed(&self) -> bool {
        self.found
    }

    pub(super) fn tools(&self) -> &Arc<Tools> {
        &self.tools
    }

    pub(super) fn client(&self) -> kube::Client {
        self.client.clone()
    }

    pub(super) fn namespace(&self) -> &str {
        self.terms.namespace()
    }

    pub(super) fn is_own(&self) -> bool {
        self.terms.own
    }

    pub(super) fn allows_whole_cluster(&self) -> bool {
        self.terms.own || self.terms.whole_cluster
    }

    pub(super) fn take_writes(&self) -> Vec<Write> {
        self.link.take_writes()
    }

    pub(super) fn interruption(&self) -> Option<Interruption> {
        self.link.interruption()
    }

    pub(super) async fn link_changed(&self) {
        self.link.changed().await;
    }

    /// Waits until the cluster answers again.
    pub(super) async fn back(&self) {
        while self.interruption().is_some() {
            sleep(BACK_INTERVAL).await;
            // The link itself notes how it went.
            let _ = timeout(ANSWER_MAX, self.client.apiserver_version()).await;
        }
    }

    /// Whether commands still go where lessons run.
    pub(super) fn verify(&self) -> Result<(), UserError> {
        let target = self.clients.target();
        let Err(now) = target.still_current_in(&self.kubeconfig) else { return Ok(()) };
        let context = &target.context;
        Err(UserError::new(format!(
            "the context is not {context:?} any more ({now}); the lesson stands still"
        ))
        .hint(format!("kubectl config use-context {context} goes on with it; quit leaves it"))
        .or_korean(
            UserError::new(format!(
                "컨텍스트가 이제 {context:?}이(가) 아닙니다({now}). 수업이 멈춰 있습니다"
            ))
            .hint(format!(
                "kubectl config use-context {context} 를 입력하면 이어집니다. quit으로 나갈 수 있습니다"
            )),
        ))
    }

    /// A minikube line for the shell, which finds the real one.
    pub(super) fn real_minikube(&self, line: &CommandLine) -> Option<CommandLine> {
        match line {
            CommandLine::Minikube(arguments) if self.terms.own => {
                let words = std::iter::once("minikube").chain(arguments.iter().map(String::as_str));
                shlex::try_join(words).ok().map(CommandLine::Shell)
            }
            _ => None,
        }
    }

    /// Runs a line, and finds out what it made.
    pub(super) async fn run(&self, line: &CommandLine, streams: &mut Streams) -> i32 {
        let real = self.real_minikube(line);
        let line = real.as_ref().unwrap_or(line);
        if line.may_write() {
            return self.stock.around(line, self.tools.run(line, streams)).await;
        }
        self.tools.run(line, streams).await
    }

    /// The same beside others.
    pub(super) fn job(&self, line: CommandLine, mut streams: Streams) -> BoxFuture<'static, i32> {
        let (tools, stock) = (Arc::clone(&self.tools), self.stock.clone());
        let line = self.real_minikube(&line).unwrap_or(line);
        Box::pin(async move {
            if line.may_write() {
                return stock.around(&line, tools.run_apart(&line, &mut streams)).await;
            }
            tools.run_apart(&line, &mut streams).await
        })
    }

    /// What commands made since this was last asked.
    pub(super) fn take_made(&self) -> Vec<Made> {
        self.stock.take_made()
    }

    /// What a fresh start removes, and what it leaves since it is not ours.
    pub(super) async fn removal(&self) -> Result<(Vec<String>, Vec<String>), UserError> {
        let (ours, others) = self.stock.take_whole().await?;
        let shown = |roots: Vec<Root>| roots.iter().map(Root::shown).collect();
        let met = others.into_iter().filter(|root| root.namespace.is_some() || root.shared).collect();
        Ok((shown(ours), shown(met)))
    }

    pub(super) async fn prepare(&self, start: &[Value], fresh: bool) -> Result<(), UserError> {
        self.verify()?;
        if !self.terms.own {
            self.terms.lodging.make(&self.client).await?;
        }
        let objects = Objects::new(self.client(), self.namespace());
        if fresh {
            let (ours, _) = self.stock.take_whole().await?;
            inventory::remove(&objects, &ours).await?;
        }
        for (index, object) in start.iter().enumerate() {
            if fresh && is_later_version(start, index) {
                objects.rolled_out(object).await?;
            }
            objects.make(object, fresh).await?;
            if object["kind"] == CUSTOM_RESOURCE_DEFINITION.kind {
                // What comes next may be of this kind.
                objects.rolled_out(object).await?;
            }
        }
        for object in start.iter().filter(|_| fresh) {
            objects.rolled_out(object).await?;
        }
        Ok(())
    }

    pub(super) async fn leave(&self) -> Result<(), UserError> {
        if self.terms.remove_at_end { self.clean_up().await.map(|_| ()) } else { Ok(()) }
    }

    /// Removes what the course and the learner made, and the namespace with it; names what others have
    /// in the namespace, which then stays.
    pub(super) async fn clean_up(&self) -> Result<Vec<String>, UserError> {
        let objects = Objects::new(self.client(), self.namespace());
        let (ours, others) = self.stock.take_whole().await?;
        inventory::remove(&objects, &ours).await?;
        let stays = self.terms.own || others.iter().any(|root| root.namespace.is_some());
        let met = others.iter().filter(|root| root.namespace.is_some() || root.shared);
        let others: Vec<String> = met.map(Root::shown).collect();
        if stays {
            return Ok(others);
        }
        self.terms.lodging.remove(&objects).await.map(|()| others)
    }
}
