//! Programs that run but do nothing here, and say so.

use super::super::process::{Process, System};
use super::super::program::{Program, Sigterm};

/// A program of which only starting and ending are modelled.
pub(in super::super) struct Unmodelled {
    name: &'static str,
    /// What it would do on a real node; empty for programs that really do nothing.
    does: &'static str,
    /// Whether it ends at once when nobody is at its terminal.
    needs_terminal: bool,
    /// A variable without which it refuses to start, and what it says then.
    requires: Option<(&'static [&'static str], &'static str)>,
    /// Where it takes connections, though it answers none.
    port: Option<u16>,
    sigterm: Sigterm,
}

const PLAIN: Unmodelled = Unmodelled {
    name: "idle",
    does: "",
    needs_terminal: false,
    requires: None,
    port: None,
    sigterm: Sigterm::Exits { code: 0, after: 200 },
};

/// Anything adopted from a running cluster.
pub(in super::super) static IDLE: Unmodelled = PLAIN;
/// The container that holds a Pod's namespaces.
pub(in super::super) static PAUSE: Unmodelled = Unmodelled { name: "pause", ..PLAIN };
/// redis-server.
pub(in super::super) static REDIS: Unmodelled =
    Unmodelled { name: "redis", does: "Redis' protocol", port: Some(6379), ..PLAIN };
/// postgres.
pub(in super::super) static POSTGRES: Unmodelled = Unmodelled {
    name: "postgres",
    does: "PostgreSQL's protocol",
    port: Some(5432),
    requires: Some((
        &["POSTGRES_PASSWORD", "POSTGRES_HOST_AUTH_METHOD"],
        "Error: Database is uninitialized and superuser password is not specified.\n       You must specify POSTGRES_PASSWORD to a non-empty value for the superuser.\n",
    )),
    ..PLAIN
};
/// mysqld.
pub(in super::super) static MYSQL: Unmodelled = Unmodelled {
    name: "mysql",
    does: "MySQL's protocol",
    port: Some(3306),
    requires: Some((
        &["MYSQL_ROOT_PASSWORD", "MYSQL_ALLOW_EMPTY_PASSWORD", "MYSQL_RANDOM_ROOT_PASSWORD"],
        "[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified\n    You need to specify one of the following as an environment variable:\n    - MYSQL_ROOT_PASSWORD\n    - MYSQL_ALLOW_EMPTY_PASSWORD\n    - MYSQL_RANDOM_ROOT_PASSWORD\n",
    )),
    ..PLAIN
};
/// The prompts of node and python.
pub(in super::super) static REPL: Unmodelled =
    Unmodelled { name: "repl", needs_terminal: true, does: "an interpreter", ..PLAIN };
/// The test program of Kubernetes' own suites.
pub(in super::super) static AGNHOST: Unmodelled =
    Unmodelled { name: "agnhost", does: "agnhost's subcommands", ..PLAIN };

impl Program for Unmodelled {
    fn name(&self) -> &'static str {
        self.name
    }

    fn start(&self, process: &mut Process, _: &mut dyn System) {
        if let Some((variables, message)) = self.requires
            && !variables.iter().any(|variable| process.environment.contains_key(*variable))
        {
            process.print_error(message.as_bytes());
            process.exit_code = Some(1);
        } else if self.needs_terminal && !process.input.open {
            process.exit_code = Some(0);
        } else if !self.does.is_empty() {
            process.print_line(&format!("not simulated: {}; the process runs and stays idle", self.does));
        }
    }

    fn ports(&self, _: &Process) -> Vec<u16> {
        self.port.into_iter().collect()
    }

    fn on_sigterm(&self) -> Sigterm {
        self.sigterm
    }
}
