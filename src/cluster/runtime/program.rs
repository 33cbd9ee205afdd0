//! What a modelled program is, and the list of them.

use super::consumption::Consumption;
use super::http::{HttpRequest, HttpResponse};
use super::process::Process;
use super::programs;
use super::system::System;

/// What SIGTERM does to a process that is number 1 of its container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sigterm {
    /// It ends in good order.
    Exits {
        /// Exit code.
        code: i32,
        /// Milliseconds until then.
        after: i64,
    },
    /// It has no handler, and the kernel spares process 1: only SIGKILL helps.
    Ignored,
}

/// What a process says of its health over gRPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GrpcHealth {
    /// `SERVING`.
    Serving,
    /// `NOT_SERVING`.
    NotServing,
}

/// A modelled program. It keeps what it must remember in [`Process::memory`].
pub(crate) trait Program: Sync {
    /// Name in the catalogue of images.
    fn name(&self) -> &'static str;

    /// Prints its first lines; ends by setting the exit code.
    fn start(&self, process: &mut Process, system: &mut dyn System);

    /// Goes on at the moment it asked for.
    fn wake(&self, process: &mut Process, system: &mut dyn System) {
        let _ = (process, system);
    }

    /// Whether its ports expect TLS.
    fn speaks_tls(&self, process: &Process) -> bool {
        let _ = process;
        false
    }

    /// The ports on which it answers HTTP.
    fn ports(&self, process: &Process) -> Vec<u16> {
        let _ = process;
        Vec::new()
    }

    /// Whether it answers only who asks from inside of its own Pod, bound to 127.0.0.1.
    fn only_inside(&self, process: &Process) -> bool {
        let _ = process;
        false
    }

    /// Answers a request; `None` closes the connection without a word.
    fn serve(
        &self,
        process: &mut Process,
        request: &HttpRequest,
        system: &mut dyn System,
    ) -> Option<HttpResponse> {
        let _ = (process, request, system);
        None
    }

    /// The ports on which it takes datagrams.
    fn udp_ports(&self, process: &Process) -> Vec<u16> {
        let _ = process;
        Vec::new()
    }

    /// Takes a datagram from an address; gives back what it answers, if anything.
    fn take_datagram(
        &self,
        process: &mut Process,
        content: &[u8],
        client: &str,
        system: &mut dyn System,
    ) -> Option<Vec<u8>> {
        let _ = (process, content, client, system);
        None
    }

    /// What it says of its health over gRPC; `None` when it does not speak of it.
    fn grpc_health(&self, process: &Process, port: u16) -> Option<GrpcHealth> {
        let _ = (process, port);
        None
    }

    /// What it takes all the time, when that depends on how it was called.
    fn consumption(&self, process: &Process) -> Option<Consumption> {
        let _ = process;
        None
    }

    /// How its first process calls itself; `None` by its command line.
    fn title(&self, process: &Process) -> Option<String> {
        let _ = process;
        None
    }

    /// User and title of the processes that it starts, on a machine with so many processors.
    fn workers(&self, process: &Process, processors: u64) -> Vec<(i64, String)> {
        let _ = (process, processors);
        Vec::new()
    }

    /// What SIGHUP does: nothing, to process 1 that has no handler.
    fn on_sighup(&self, process: &mut Process, system: &mut dyn System) {
        let _ = (process, system);
    }

    /// What SIGTERM does.
    fn on_sigterm(&self) -> Sigterm {
        Sigterm::Exits { code: 0, after: 150 }
    }
}

/// Every program. A new one is a file in `programs` and a line here.
static PROGRAMS: &[&dyn Program] = &[
    &programs::SampleApp,
    &programs::NGINX,
    &programs::NGINX_UNPRIVILEGED,
    &programs::PythonHttp,
    &programs::BusyboxHttpd,
    &programs::NcServer,
    &programs::Httpd,
    &programs::HttpEcho,
    &programs::EchoServer,
    &programs::IngressNginx,
    &programs::WebhookCertgen,
    &programs::PhpApache,
    &programs::MetricsServer,
    &programs::Greeter,
    &programs::Agnhost,
    &programs::Stress,
    &programs::GoStress,
    &programs::Burner,
    &programs::Hoarder,
    &programs::Redis,
    &programs::CONTROL_PLANE,
    &programs::POSTGRES,
    &programs::MYSQL,
    &programs::MARIADB,
    &programs::MONGO,
    &programs::MEMCACHED,
    &programs::RABBITMQ,
    &programs::ETCD,
    &programs::FLUENTD,
    &programs::CASSANDRA,
    &programs::CUDA,
    &programs::HELLO_WORLD,
    &programs::PAUSE,
    &programs::IDLE,
];

/// The program of that name; one that idles when there is none.
pub(crate) fn program(name: &str) -> &'static dyn Program {
    PROGRAMS.iter().copied().find(|program| program.name() == name).unwrap_or(&programs::IDLE)
}
