//! What may be typed after `podlings`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::lesson::Language;

/// Learn Kubernetes by doing, on a cluster inside this program or on your own.
#[derive(Debug, Parser)]
#[command(name = "podlings", version, about, max_term_width = 100)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options of every command.
#[derive(Debug, Args)]
pub(super) struct Common {
    /// Keep progress, the cluster and your files in this folder
    #[arg(long, global = true, value_name = "FOLDER")]
    pub state: Option<PathBuf>,
    /// Take the chapters from this folder instead of the built-in course
    #[arg(long, global = true, value_name = "FOLDER")]
    pub course: Option<PathBuf>,
    /// Take the sample app of the lessons from a registry of your own (no tag; for minikube and real clusters)
    #[arg(long, global = true, value_name = "IMAGE")]
    pub sample_image: Option<String>,
    /// Use ASCII only: no symbols, no emoji
    #[arg(long, global = true, visible_alias = "no-emoji")]
    pub ascii: bool,
    /// Print line by line for a screen reader: no colour, no pictures, nothing drawn anew
    /// (also: PODLINGS_SCREEN_READER=1)
    #[arg(long, global = true)]
    pub screen_reader: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Learn: resume where you stopped, or start at a chapter or step
    Learn(Learn),
    /// List chapters, steps and progress
    List(List),
    /// Look at this machine: terminal, tools, clusters, rights; and say how to mend what is not in order
    Doctor(Doctor),
    /// Serve an embedded cluster to kubectl and other programs until interrupted
    Cluster(ServeCluster),
    /// Scaffold, lint and prove chapters
    Author(Author),
    /// The built-in kubectl
    #[command(disable_help_flag = true)]
    Kubectl(Passed),
    /// The built-in minikube, over the embedded cluster
    #[command(disable_help_flag = true)]
    Minikube(Passed),
}

#[derive(Debug, Default, Args)]
pub(super) struct Learn {
    /// Where to start: a chapter (2, deployments) or a step (deployments/scale)
    #[arg(value_name = "CHAPTER[/STEP]")]
    pub place: Option<String>,
    /// Language of the lessons: en or ko
    #[arg(long, value_name = "LANGUAGE")]
    pub lang: Option<Language>,
    /// Which cluster to learn on
    #[arg(long, value_enum, default_value_t)]
    pub environment: EnvironmentKind,
    /// The kubeconfig context to use, with --environment kubeconfig
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,
    /// Start minikube without asking, with --environment minikube
    #[arg(long)]
    pub start: bool,
    /// Go on although the cluster looks like production, or the lessons' needs exceed a namespace
    #[arg(long)]
    pub i_know: bool,
    /// Seed of the embedded cluster: equal seeds give equal names and addresses
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// Language of the titles: en or ko
    #[arg(long, value_name = "LANGUAGE")]
    pub lang: Option<Language>,
}

#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Language: en or ko
    #[arg(long, value_name = "LANGUAGE")]
    pub lang: Option<Language>,
}

#[derive(Debug, Args)]
pub(super) struct ServeCluster {
    /// Write the kubeconfig here (mode 0600)
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// Port on 127.0.0.1; 0 picks a free one
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub port: u16,
    /// Number of nodes, 1 to 100
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=100), value_name = "N")]
    pub nodes: u16,
    /// Simulated seconds per second
    #[arg(long, default_value_t = 1.0, value_name = "X")]
    pub speed: f64,
    /// Seed: equal seeds give equal names and addresses
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

#[derive(Debug, Args)]
pub(super) struct Author {
    #[command(subcommand)]
    pub command: AuthorCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum AuthorCommand {
    /// Write a chapter to begin with, in the present folder or that of --course
    New(AuthorNew),
    /// Read chapters and say what is wrong with them
    ///
    /// Ends with 0 when nothing is wrong, 1 when something is, 2 when it cannot be told.
    Lint(AuthorLint),
    /// Prove chapters: run every solution, every mistake, every changed solution
    ///
    /// Ends with 0 when all is proved, 1 when something is not, 2 when it cannot be told.
    Test(AuthorTest),
}

#[derive(Debug, Args)]
pub(super) struct AuthorNew {
    /// Name of the chapter: labels, or 06-labels to choose its number
    #[arg(value_name = "NAME")]
    pub name: String,
}

#[derive(Debug, Args)]
pub(super) struct AuthorLint {
    /// Folder of a course, or of one chapter; the built-in course without it
    #[arg(value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
    /// Look at one language only: en or ko
    #[arg(long, value_name = "LANGUAGE")]
    pub lang: Option<Language>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// End with 1 for warnings as well
    #[arg(long, value_enum, value_name = "WHAT")]
    pub deny: Option<Deny>,
}

#[derive(Debug, Args)]
pub(super) struct AuthorTest {
    /// Folder of a course or chapter, and which chapter or step of it (pods, pods/run)
    #[arg(value_name = "FOLDER|PLACE", num_args = 0..=2)]
    pub what: Vec<String>,
    /// Which cluster to prove on
    #[arg(long, value_enum, default_value_t)]
    pub environment: EnvironmentKind,
    /// The kubeconfig context to use, with --environment kubeconfig
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,
    /// Prove on a context that looks like production, too
    #[arg(long)]
    pub i_know: bool,
    /// Judge answers and feedback in one language only: en or ko
    #[arg(long, value_name = "LANGUAGE")]
    pub lang: Option<Language>,
    /// Do not try changed solutions
    #[arg(long, conflicts_with = "mutants")]
    pub no_mutants: bool,
    /// Try changed solutions on a real cluster, too
    #[arg(long)]
    pub mutants: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// End with 1 for warnings as well
    #[arg(long, value_enum, value_name = "WHAT")]
    pub deny: Option<Deny>,
    /// Seed of the embedded cluster
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

/// What else shall count as wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Deny {
    /// Warnings
    Warnings,
}

#[derive(Debug, Args)]
pub(super) struct Passed {
    /// Handed over as they are
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub arguments: Vec<String>,
}

/// Kinds of clusters to learn on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum EnvironmentKind {
    /// The cluster inside this program
    #[default]
    Embedded,
    /// A minikube profile of our own
    Minikube,
    /// The cluster that a kubeconfig names
    Kubeconfig,
}
