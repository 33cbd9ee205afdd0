//! Programs that run but do nothing here, and say so.

use super::super::process::Process;
use super::super::program::{GrpcHealth, Program, Sigterm};
use super::super::system::System;

/// A program of which only starting and ending are modelled.
pub(in super::super) struct Unmodelled {
    name: &'static str,
    /// What it would do on a real node; empty for programs that really do nothing.
    does: &'static str,
    /// Whether that is done all the same, elsewhere.
    works: bool,
    /// What it says before it ends at once; empty for what stays.
    says: &'static str,
    /// A variable without which it refuses to start, and what it says then.
    requires: Option<(&'static [&'static str], &'static str)>,
    /// Where it takes connections, though it answers none.
    port: Option<u16>,
    /// Whether it says over gRPC that it serves.
    grpc_health: bool,
    sigterm: Sigterm,
}

const PLAIN: Unmodelled = Unmodelled {
    name: "idle",
    does: "",
    works: false,
    says: "",
    requires: None,
    port: None,
    grpc_health: false,
    sigterm: Sigterm::Exits { code: 0, after: 200 },
};

/// Anything adopted from a running cluster.
pub(in super::super) static IDLE: Unmodelled = PLAIN;
/// The container that holds a Pod's namespaces.
pub(in super::super) static PAUSE: Unmodelled = Unmodelled { name: "pause", ..PLAIN };
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
/// mariadbd.
pub(in super::super) static MARIADB: Unmodelled = Unmodelled {
    name: "mariadb",
    does: "MySQL's protocol",
    port: Some(3306),
    requires: Some((
        &[
            "MARIADB_ROOT_PASSWORD",
            "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD",
            "MARIADB_RANDOM_ROOT_PASSWORD",
            "MYSQL_ROOT_PASSWORD",
            "MYSQL_ALLOW_EMPTY_PASSWORD",
            "MYSQL_RANDOM_ROOT_PASSWORD",
        ],
        "[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified\n\tYou need to specify one of MARIADB_ROOT_PASSWORD, MARIADB_ROOT_PASSWORD_HASH, MARIADB_ALLOW_EMPTY_ROOT_PASSWORD and MARIADB_RANDOM_ROOT_PASSWORD\n",
    )),
    ..PLAIN
};
/// mongod.
pub(in super::super) static MONGO: Unmodelled =
    Unmodelled { name: "mongo", does: "MongoDB's protocol", port: Some(27017), ..PLAIN };
/// memcached.
pub(in super::super) static MEMCACHED: Unmodelled =
    Unmodelled { name: "memcached", does: "memcached's protocol", port: Some(11211), ..PLAIN };
/// rabbitmq-server.
pub(in super::super) static RABBITMQ: Unmodelled =
    Unmodelled { name: "rabbitmq", does: "AMQP", port: Some(5672), ..PLAIN };
/// etcd.
pub(in super::super) static ETCD: Unmodelled = Unmodelled {
    name: "etcd",
    does: "etcd's API besides its health",
    port: Some(2379),
    grpc_health: true,
    ..PLAIN
};
/// fluentd.
pub(in super::super) static FLUENTD: Unmodelled =
    Unmodelled { name: "fluentd", does: "collecting logs", port: Some(24224), ..PLAIN };
/// cassandra.
pub(in super::super) static CASSANDRA: Unmodelled =
    Unmodelled { name: "cassandra", does: "Cassandra's protocol", port: Some(9042), ..PLAIN };
/// What makes the cluster go, which the cluster inside does in its place.
pub(in super::super) static CONTROL_PLANE: Unmodelled =
    Unmodelled { name: "control-plane", does: "what this program prints", works: true, ..PLAIN };
/// A test of graphics processors, of which the nodes have none.
pub(in super::super) static CUDA: Unmodelled = Unmodelled {
    name: "cuda",
    requires: Some((
        &["NVIDIA_VISIBLE_DEVICES"],
        "[Vector addition of 50000 elements]\nFailed to allocate device vector A (error code CUDA driver version is insufficient for CUDA runtime version)!\n",
    )),
    ..PLAIN
};
/// hello-world: greets and ends.
pub(in super::super) static HELLO_WORLD: Unmodelled = Unmodelled {
    name: "hello-world",
    says: "\nHello from Docker!\nThis message shows that your installation appears to be working correctly.\n",
    ..PLAIN
};

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
        } else if !self.says.is_empty() {
            process.print_line(self.says);
            process.exit_code = Some(0);
        } else if !self.does.is_empty() {
            let instead = match self.works {
                true => "the cluster inside podlings does its work",
                false => "the process runs and stays idle",
            };
            process.print_line(&format!("not simulated: {}; {instead}", self.does));
        }
    }

    fn speaks_tls(&self, _: &Process) -> bool {
        true
    }

    fn ports(&self, _: &Process) -> Vec<u16> {
        self.port.into_iter().collect()
    }

    fn grpc_health(&self, _: &Process, port: u16) -> Option<GrpcHealth> {
        (self.grpc_health && self.port == Some(port)).then_some(GrpcHealth::Serving)
    }

    fn on_sigterm(&self) -> Sigterm {
        self.sigterm
    }
}
