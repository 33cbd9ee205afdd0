//! podlings teaches Kubernetes in the terminal: real commands, real objects, a cluster inside one binary.
//!
//! # The rooms
//!
//! A room may import only the rooms of its own row. A test (`tests/suite/architecture.rs`) reads
//! this table and refuses an import that it does not list.
//!
//! | room | may import |
//! |---|---|
//! | `base` | – |
//! | `apimachinery` | base |
//! | `lesson` | apimachinery, base |
//! | `cluster` | apimachinery, base |
//! | `kubectl` | apimachinery, base |
//! | `minikube` | cluster, apimachinery, base |
//! | `environment` | minikube, kubectl, cluster, apimachinery, base |
//! | `check` | lesson, apimachinery, base |
//! | `progress` | lesson, base |
//! | `report` | progress, lesson, base |
//! | `tutor` | report, progress, check, environment, lesson, base |
//! | `repl` | tutor, report, progress, kubectl, lesson, base |
//! | `dashboard` | report, progress, lesson, base |
//! | `cli` | dashboard, repl, tutor, report, progress, check, environment, minikube, kubectl, cluster, lesson, apimachinery, base |
//!
//! # Where to look
//!
//! - What the embedded cluster does: `cluster`, whose own page lists what is not simulated.
//! - What a kubectl command prints: `kubectl::commands`, one file each.
//! - What a chapter may say: `lesson`; how it is judged: `check`.
//! - How a line becomes a verdict: `tutor::Session` decides, `tutor::Driver` performs.
//!
//! # How to add things
//!
//! - A chapter: a folder in `lessons/` and no Rust; `lessons/AUTHORS.md` says how.
//! - A kind: a line in `apimachinery/kinds/builtin.rs` and a strategy in `cluster/registry`.
//! - A controller: a file in `cluster/controllers` and a line in its list.
//! - An image: a line in `cluster/runtime/catalogue.rs`.
//! - A kubectl command: a file in `kubectl/commands` and a line in its list.

pub mod apimachinery;
pub mod base;
pub mod check;
pub mod cli;
pub mod cluster;
pub mod environment;
pub mod kubectl;
pub mod lesson;
pub mod minikube;
pub mod progress;
pub mod repl;
pub mod tutor;
