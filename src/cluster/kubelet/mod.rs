//! The kubelet: runs the Pods that are bound to its node and reports their state.

use serde::{Deserialize, Serialize};

use crate::apimachinery::{ObjectKey, Status};
use crate::base::Timestamp;

use super::network::{ConnectError, HttpRequest, HttpResponse};
use super::registry::Registry;
use super::runtime::{LogOptions, LogPage, ProcessId, ProcessOutput};

/// Everything that runs on the nodes: containers, their logs and files, pulls and back-offs, addresses.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct NodeState {}

#[expect(clippy::todo, reason = "skeleton")]
#[expect(unused_variables, reason = "skeleton")]
impl NodeState {
    /// The next moment at which something on a node happens by itself (a process ends, a line is
    /// printed, a pull completes).
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        None
    }

    /// Lets everything happen that is due at `registry.now()`; gives back the Pods whose kubelet must look.
    pub(crate) fn run_due(&mut self, registry: &mut Registry) -> Vec<ObjectKey> {
        Vec::new()
    }

    /// Starts a command in a running container.
    pub(crate) fn exec(
        &mut self,
        registry: &mut Registry,
        pod: &ObjectKey,
        container: Option<&str>,
        command: &[String],
        tty: bool,
        stdin: bool,
    ) -> Result<ProcessId, Status> {
        todo!()
    }

    /// Attaches to the main process of a container.
    pub(crate) fn attach(
        &mut self,
        registry: &mut Registry,
        pod: &ObjectKey,
        container: Option<&str>,
    ) -> Result<ProcessId, Status> {
        todo!()
    }

    /// Gives bytes to the standard input of a process.
    pub(crate) fn write_stdin(&mut self, registry: &mut Registry, process: ProcessId, bytes: &[u8]) {
        todo!()
    }

    /// Ends the standard input of a process.
    pub(crate) fn close_stdin(&mut self, registry: &mut Registry, process: ProcessId) {
        todo!()
    }

    /// Takes what a process has printed since the last call, and its exit code once it ended.
    pub(crate) fn take_output(&mut self, process: ProcessId) -> ProcessOutput {
        todo!()
    }

    /// Forgets an exec process whose client is gone, or detaches.
    pub(crate) fn hang_up(&mut self, registry: &mut Registry, process: ProcessId) {
        todo!()
    }

    /// The log of a container from a cursor on.
    pub(crate) fn logs(
        &self,
        registry: &Registry,
        pod: &ObjectKey,
        options: &LogOptions,
    ) -> Result<LogPage, Status> {
        todo!()
    }

    /// Makes one HTTP request to a Pod's port.
    pub(crate) fn http_to_pod(
        &mut self,
        registry: &mut Registry,
        pod: &ObjectKey,
        port: u16,
        request: &HttpRequest,
    ) -> Result<HttpResponse, ConnectError> {
        todo!()
    }

    /// Makes one HTTP request to a Service's port (the number in `spec.ports[].port`), balanced over
    /// its ready endpoints as kube-proxy would.
    pub(crate) fn http_to_service(
        &mut self,
        registry: &mut Registry,
        service: &ObjectKey,
        port: u16,
        request: &HttpRequest,
    ) -> Result<HttpResponse, ConnectError> {
        todo!()
    }
}
