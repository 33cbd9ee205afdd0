//! Where the learner's commands run: the embedded cluster, or a real one.

mod command_line;
mod embedded;
mod external;
mod guard;
mod inventory;
mod objects;
mod process;
mod tools;
mod workspace;

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use serde_json::Value;

use crate::base::{Clock, Streams, UserError};

pub use command_line::{CommandLine, problem_of_line};
pub use embedded::{Embedded, World};
pub use external::{External, Target};
pub use guard::refuse_production;
pub use inventory::{Inventory, Mismatch};
pub use process::{HostPrograms, INTERRUPTED};
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
    External(External),
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
        self.tools().run(line, streams).await
    }

    /// A line that runs beside others until it ends or is dropped; nothing is typed at it.
    #[must_use]
    pub fn job(&self, line: CommandLine, mut streams: Streams) -> BoxFuture<'static, i32> {
        let tools = Arc::clone(self.tools());
        Box::pin(async move { tools.run_apart(&line, &mut streams).await })
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
        Inventory::read(&objects, matches!(self, Self::Embedded(_))).await
    }

    /// Why the API server would not take an object, unknown fields included; `None` when it would.
    ///
    /// # Errors
    /// When the cluster cannot be reached.
    pub async fn refusal(&self, object: &Value) -> Result<Option<String>, UserError> {
        Objects::new(self.client(), self.namespace()).refusal(object).await
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
