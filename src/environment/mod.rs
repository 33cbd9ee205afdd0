//! Where the learner's commands run: the embedded cluster, or a real one.

mod command_line;
mod deeds;
mod embedded;
mod external;
mod guard;
mod heard;
mod holdings;
mod inventory;
mod link;
mod lodging;
mod marks;
mod objects;
mod process;
mod profile;
mod renewal;
mod request;
mod rights;
mod stock;
mod target;
mod tools;
mod workspace;

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

use crate::base::{Clock, Streams, UserError, Value};

pub use command_line::{CommandLine, problem_of_line};
pub use deeds::{DEEDS, Deeds};
pub use embedded::{Embedded, World};
pub use external::{External, Terms, reach};
pub use guard::{Sign, signs_in_cluster, signs_in_names};
pub use heard::{HEARD, Heard};
pub use holdings::{Inventory, Mismatch};
pub use link::{Interruption, Write};
pub use lodging::Lodging;
pub use process::{Captured, HostPrograms, INTERRUPTED, ask_program, find_program};
pub use profile::{Cause, PROFILE, Profile, ProfileState, StartEvent, Trouble};
pub use rights::{Right, missing_looks, missing_rights};
pub use stock::Made;
pub use target::{Guess, Target, host_of};
pub use tools::ToolSettings;
pub use workspace::Workspace;

use objects::Objects;
use tools::Tools;

/// The label on everything that podlings creates on a real cluster.
pub const COURSE_LABEL: &str = "podlings.dev/course";

/// Where commands run.
pub enum Environment {
    /// The cluster inside this program.
    Embedded(Embedded),
    /// A cluster that a kubeconfig names.
    External(Box<External>),
}

impl Environment {
    fn tools(&self) -> &Arc<Tools> {
        match self {
            Self::Embedded(embedded) => embedded.tools(),
            Self::External(external) => external.tools(),
        }
    }

    /// A client of the cluster.
    #[must_use]
    pub fn client(&self) -> kube::Client {
        match self {
            Self::Embedded(embedded) => embedded.client(),
            Self::External(external) => external.client(),
        }
    }

    /// The namespace of the lessons.
    #[must_use]
    pub fn namespace(&self) -> &str {
        match self {
            Self::Embedded(_) => "default",
            Self::External(external) => external.namespace(),
        }
    }

    /// The learner's folder.
    #[must_use]
    pub fn workspace(&self) -> &Workspace {
        self.tools().workspace()
    }

    /// The clock, where time is ours to change.
    #[must_use]
    pub fn clock(&self) -> Option<Clock> {
        match self {
            Self::Embedded(embedded) => Some(embedded.clock()),
            Self::External(_) => None,
        }
    }

    /// Runs a line; Ctrl-C ends it with exit code 130.
    pub async fn run(&self, line: &CommandLine, streams: &mut Streams) -> i32 {
        match self {
            Self::Embedded(embedded) => embedded.tools().run(line, streams).await,
            Self::External(external) => external.run(line, streams).await,
        }
    }

    /// What kubectl said within the last line that the shell ran; once.
    #[must_use]
    pub fn heard(&self) -> Option<Heard> {
        self.tools().heard()
    }

    /// What commands made on a real cluster since this was last asked.
    #[must_use]
    pub fn take_made(&self) -> Vec<Made> {
        match self {
            Self::Embedded(_) => Vec::new(),
            Self::External(external) => external.take_made(),
        }
    }

    /// Whether lessons may touch what belongs to no namespace, and other namespaces than their own.
    #[must_use]
    pub fn allows_whole_cluster(&self) -> bool {
        match self {
            Self::Embedded(_) => true,
            Self::External(external) => external.allows_whole_cluster(),
        }
    }

    /// Whether lessons live in `default`, where `minikube service` looks.
    #[must_use]
    pub fn is_minikube(&self) -> bool {
        match self {
            Self::Embedded(_) => true,
            Self::External(external) => external.is_own(),
        }
    }

    /// Whether commands still go where the lessons run.
    ///
    /// # Errors
    /// When somebody switched the context of the session.
    pub fn verify(&self) -> Result<(), UserError> {
        match self {
            Self::Embedded(_) => Ok(()),
            Self::External(external) => external.verify(),
        }
    }

    /// Why the cluster cannot be worked with at the moment.
    #[must_use]
    pub fn interruption(&self) -> Option<Interruption> {
        match self {
            Self::Embedded(_) => None,
            Self::External(external) => external.interruption(),
        }
    }

    /// Waits until the connection is lost, or back.
    pub async fn link_changed(&self) {
        match self {
            Self::Embedded(_) => std::future::pending().await,
            Self::External(external) => external.link_changed().await,
        }
    }

    /// Waits until the cluster answers again.
    pub async fn back(&self) {
        if let Self::External(external) = self {
            external.back().await;
        }
    }

    /// What tells a real cluster from its predecessor, when it was made anew since this was last asked.
    pub async fn becomes_another(&self) -> Option<String> {
        match self {
            Self::Embedded(_) => None,
            Self::External(external) => external.becomes_another().await,
        }
    }

    /// What the engine wrote on a real cluster since this was last asked.
    #[must_use]
    pub fn take_writes(&self) -> Vec<Write> {
        match self {
            Self::Embedded(_) => Vec::new(),
            Self::External(external) => external.take_writes(),
        }
    }

    /// What a fresh start removes from a real cluster, and what it leaves since it is somebody else's.
    ///
    /// # Errors
    /// When the cluster cannot be reached.
    pub async fn removal(&self) -> Result<(Vec<String>, Vec<String>), UserError> {
        match self {
            Self::Embedded(_) => Ok((Vec::new(), Vec::new())),
            Self::External(external) => external.removal().await,
        }
    }

    /// Removes what the course and the learner made from a real cluster; names what others have there.
    ///
    /// # Errors
    /// When the cluster cannot be reached.
    pub async fn clean_up(&self) -> Result<Vec<String>, UserError> {
        match self {
            Self::Embedded(_) => Ok(Vec::new()),
            Self::External(external) => external.clean_up().await,
        }
    }

    /// A line that runs beside others until it ends or is dropped; nothing is typed at it.
    #[must_use]
    pub fn job(&self, line: CommandLine, mut streams: Streams) -> BoxFuture<'static, i32> {
        match self {
            Self::Embedded(embedded) => {
                let tools = Arc::clone(embedded.tools());
                Box::pin(async move { tools.run_apart(&line, &mut streams).await })
            }
            Self::External(external) => external.job(line, streams),
        }
    }

    /// The world as it is, to go back to; `None` where there is no way back.
    #[must_use]
    pub fn world(&self) -> Option<World> {
        match self {
            Self::Embedded(embedded) => Some(embedded.world()),
            Self::External(_) => None,
        }
    }

    /// Puts a world back, time included; `false` where there is no way back.
    #[must_use]
    pub fn put_back(&self, world: &World) -> bool {
        match self {
            Self::Embedded(embedded) => {
                embedded.put_back(world);
                true
            }
            Self::External(_) => false,
        }
    }

    /// Lets time pass until nothing happens for a while, at most `at_most`; `None` where time is real.
    #[must_use]
    pub fn settle(&self, at_most: Duration) -> Option<Duration> {
        match self {
            Self::Embedded(embedded) => Some(embedded.settle(at_most)),
            Self::External(_) => None,
        }
    }

    /// Makes a step's start state. `fresh` removes first what the course and the learner made;
    /// otherwise only what is absent is added.
    ///
    /// # Errors
    /// When the cluster refuses an object or cannot be reached.
    pub async fn prepare(&self, start: &[Value], fresh: bool) -> Result<(), UserError> {
        match self {
            Self::Embedded(embedded) => embedded.prepare(start, fresh).await,
            Self::External(external) => external.prepare(start, fresh).await,
        }
    }

    /// While on, simulated time jumps from one event to the next (manual time only).
    pub fn run_eagerly(&self, on: bool) {
        if let Self::Embedded(embedded) = self {
            embedded.run_eagerly(on);
        }
    }

    /// Goes to the next moment at which something happens, where simulated time moves by hand; tells
    /// how far that was. `None` when nothing is going to happen within `at_most`, or time is real.
    #[must_use]
    pub fn step(&self, at_most: Duration) -> Option<Duration> {
        match self {
            // Without time left there is no next moment: what is due again and again would never end.
            _ if at_most.is_zero() => None,
            Self::Embedded(embedded) => embedded.step(at_most),
            Self::External(_) => None,
        }
    }

    /// As [`step`](Self::step), for one who awaits that something has lasted for `lasting`: where
    /// nothing happens within it, time itself shows that, and passes.
    #[must_use]
    pub fn step_or_last(&self, at_most: Duration, lasting: Option<Duration>) -> Option<Duration> {
        let lasting = lasting.filter(|lasting| *lasting <= at_most);
        let stepped = self.step(lasting.unwrap_or(at_most));
        stepped.or_else(|| lasting.filter(|lasting| self.pass(*lasting)))
    }

    /// Lets `by` of simulated time pass at once; `false` where time is real.
    #[must_use]
    pub fn pass(&self, by: Duration) -> bool {
        match self {
            Self::Embedded(embedded) => {
                embedded.pass(by);
                true
            }
            Self::External(_) => false,
        }
    }

    /// What the cluster holds; on a real one, what the lessons' namespace holds.
    ///
    /// # Errors
    /// When the cluster cannot be reached.
    pub async fn inventory(&self) -> Result<Inventory, UserError> {
        let objects = Objects::new(self.client(), self.namespace());
        Inventory::read(&objects, self.namespace(), matches!(self, Self::Embedded(_))).await
    }

    /// Why the API server would not take an object, unknown fields included; `None` when it would.
    ///
    /// # Errors
    /// When the cluster cannot be reached.
    pub async fn refusal(&self, object: &Value) -> Result<Option<String>, UserError> {
        holdings::refusal(&Objects::new(self.client(), self.namespace()), object).await
    }

    /// The session ends: what must not be left behind is removed.
    ///
    /// # Errors
    /// When the cluster cannot be reached.
    pub async fn leave(&self) -> Result<(), UserError> {
        match self {
            Self::Embedded(embedded) => embedded.leave(),
            Self::External(external) => external.leave().await,
        }
    }
}
