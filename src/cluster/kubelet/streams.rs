//! What clients reach through the API server: logs, exec, attach, HTTP to Pods and Services.

use crate::apimachinery::builtin::POD;
use crate::apimachinery::{Object, ObjectKey, Status};

use super::super::network::{ConnectError, HttpRequest, HttpResponse};
use super::super::registry::Registry;
use super::super::runtime::{
    self, ImageReference, Input, LogOptions, LogPage, Process, ProcessId, ProcessOutput,
};
use super::NodeState;
use super::pod_runtime::ContainerRuntime;
use super::pod_spec;

impl NodeState {
    /// Starts a command in a running container.
    ///
    /// # Errors
    /// 400 for a container that is not there or not running; 500 in the runtime's words when the
    /// command cannot be started.
    pub(crate) fn exec(
        &mut self,
        registry: &mut Registry,
        pod: &ObjectKey,
        container: Option<&str>,
        command: &[String],
        tty: bool,
        stdin: bool,
    ) -> Result<ProcessId, Status> {
        let (name, main) = self.running_container(registry, pod, container)?;
        let slot = pod.to_string();
        self.renew_tokens(registry, &slot);
        let main = self.processes.get(&main).cloned();
        let image = self
            .pods
            .get(&slot)
            .and_then(|pod| pod.containers.get(&name)?.run.as_ref())
            .and_then(|run| ImageReference::parse(&run.image).ok())
            .and_then(|reference| runtime::image_of(&reference));
        let file = self.file_of(&slot, &name, image, command.first());
        let work = runtime::executable(image, command, file).map_err(|why| {
            let id = registry.random().hex(64);
            let message = format!(
                "error executing command in container: failed to exec in container: failed to start exec {id:?}: OCI runtime exec failed: exec failed: unable to start container process: {why}"
            );
            Status::internal(message)
        })?;
        let mut environment = main.as_ref().map(|main| main.environment.clone()).unwrap_or_default();
        environment.remove("TERM");
        if tty {
            environment.insert("TERM".to_owned(), "xterm".to_owned());
        }
        let id = self.spawn(Process {
            number: u32::try_from(self.last_process % 30_000).unwrap_or_default() + 40,
            pod: slot,
            container: name,
            arguments: command.to_vec(),
            environment,
            working_directory: main
                .as_ref()
                .map_or_else(|| "/".to_owned(), |main| main.working_directory.clone()),
            tty,
            input: Input { open: stdin, ..Input::default() },
            terminal: runtime::Terminal::default(),
            stdout: Vec::new(),
            stderr: Vec::new(),
            order: Vec::new(),
            work,
            memory: main.as_ref().map(|main| main.memory.clone()).unwrap_or_default(),
            wake: None,
            doom: None,
            exit_code: None,
            used: 0,
        });
        self.start_process(registry, id);
        Ok(id)
    }

    /// Attaches to the main process of a container.
    ///
    /// # Errors
    /// As for [`NodeState::exec`].
    pub(crate) fn attach(
        &mut self,
        registry: &mut Registry,
        pod: &ObjectKey,
        container: Option<&str>,
    ) -> Result<ProcessId, Status> {
        let (_, main) = self.running_container(registry, pod, container)?;
        self.last_process += 1;
        let id = ProcessId(self.last_process);
        self.attachments.add(id, main);
        Ok(id)
    }

    fn running_container(
        &self,
        registry: &Registry,
        pod: &ObjectKey,
        container: Option<&str>,
    ) -> Result<(String, ProcessId), Status> {
        let object = registry.get(&POD, pod)?;
        self.dial(registry, &object)
            .map_err(|why| Status::failure(500, "", format!("error dialing backend: {why}")))?;
        if object.text("/spec/nodeName").is_empty() {
            return Err(Status::bad_request(format!("pod {} does not have a host assigned", pod.name)));
        }
        let name = choose_container(&object, container)?;
        let running = self.pods.get(&pod.to_string()).and_then(|pod| pod.containers.get(&name)?.process());
        match running {
            Some(process) => Ok((name, process)),
            // Plain words: the node's streaming server knows no reasons.
            None => Err(Status::failure(500, "", format!("container not found ({name:?})"))),
        }
    }

    /// Gives bytes to the standard input of a process.
    pub(crate) fn write_stdin(&mut self, registry: &mut Registry, process: ProcessId, bytes: &[u8]) {
        let process = self.attachments.main(process);
        self.with_process(registry, process, |entry, host| entry.take_input(bytes, host));
    }

    /// Ends the standard input of a process. A container's stays open for the next client, unless it is
    /// `stdinOnce`.
    pub(crate) fn close_stdin(&mut self, registry: &mut Registry, client: ProcessId) {
        let process = self.attachments.main(client);
        if process != client && !self.takes_stdin_once(registry, process) {
            return;
        }
        self.with_process(registry, process, |entry, host| {
            entry.input.open = false;
            entry.run(false, host);
        });
    }

    fn takes_stdin_once(&self, registry: &Registry, main: ProcessId) -> bool {
        let Some(process) = self.processes.get(&main) else { return false };
        let pod = self.pods.get(&process.pod).and_then(|pod| registry.get(&POD, &pod.key).ok());
        pod.and_then(|pod| pod_spec::container(&pod, &process.container)?.get("/stdinOnce")?.as_bool())
            .unwrap_or_default()
    }

    /// As [`NodeState::take_output`], and lets a process go on that waited for its reader. Also tells
    /// how much of its standard input nobody has read.
    pub(crate) fn take_output_of(
        &mut self,
        registry: &mut Registry,
        client: ProcessId,
    ) -> (ProcessOutput, usize) {
        let waits = self.processes.get(&client).is_some_and(|process| process.waits_for_reader());
        let output = self.take_output(client);
        if waits {
            self.run_process(registry, client, false);
        }
        let main = self.attachments.main(client);
        (output, self.processes.get(&main).map(|main| main.unread()).unwrap_or_default())
    }

    /// Takes what a process has printed since the last call, and its exit code once it ended.
    pub(crate) fn take_output(&mut self, process: ProcessId) -> ProcessOutput {
        if let Some(output) = self.attachments.take(process) {
            return output;
        }
        let Some(entry) = self.processes.get_mut(&process) else {
            return ProcessOutput { exit_code: Some(0), ..ProcessOutput::default() };
        };
        let output = ProcessOutput {
            stdout: std::mem::take(&mut entry.stdout),
            stderr: std::mem::take(&mut entry.stderr),
            exit_code: entry.exit_code,
        };
        if entry.exit_code.is_some() {
            self.forget_process(process);
        }
        output
    }

    /// Forgets an exec process whose client is gone, or detaches.
    pub(crate) fn hang_up(&mut self, registry: &mut Registry, process: ProcessId) {
        if self.attachments.main(process) != process {
            self.close_stdin(registry, process);
        }
        if !self.attachments.remove(process)
            && self.processes.get(&process).is_some_and(|entry| entry.number != 1)
        {
            self.forget_process(process);
        }
    }

    /// The log of a container from a cursor on.
    ///
    /// # Errors
    /// 400 in upstream's words when there is no log to read.
    pub(crate) fn logs(
        &self,
        registry: &Registry,
        pod: &ObjectKey,
        options: &LogOptions,
    ) -> Result<LogPage, Status> {
        let object = registry.get(&POD, pod)?;
        let name = choose_container(&object, options.container.as_deref())?;
        if object.text("/spec/nodeName").is_empty() {
            return Err(Status::bad_request(format!("pod {} does not have a host assigned", pod.name)));
        }
        if let Err(why) = self.dial(registry, &object) {
            let address = why.split(' ').nth(2).unwrap_or_default().trim_end_matches(':');
            let url = format!("https://{address}/containerLogs/{pod}/{name}");
            return Err(Status::failure(500, "", format!("Get {url:?}: {why}")));
        }
        let container = self.pods.get(&pod.to_string()).and_then(|pod| pod.container(&name));
        if options.previous {
            let log = container.and_then(|container| container.previous_log.as_ref());
            return log.map(|log| log.page(options, true)).ok_or_else(|| {
                let message =
                    format!("previous terminated container {name:?} in pod {:?} not found", pod.name);
                Status::bad_request(message)
            });
        }
        match container {
            Some(container) if container.run.is_some() => {
                Ok(container.log.page(options, !container.is_running()))
            }
            container => Err(waiting_to_start(container, &object, &name)),
        }
    }

    /// Makes one HTTP request to a Pod's port.
    ///
    /// # Errors
    /// When no response comes.
    pub(crate) fn http_to_pod(
        &mut self,
        registry: &mut Registry,
        pod: &ObjectKey,
        port: u16,
        request: &HttpRequest,
    ) -> Result<HttpResponse, ConnectError> {
        let id = self.listener(pod, port)?;
        self.serve(registry, id, port, request)
    }

    /// As `http_to_pod`, for who comes from outside of the Pod.
    ///
    /// # Errors
    /// When no response comes.
    pub(crate) fn http_to_address(
        &mut self,
        registry: &mut Registry,
        pod: &ObjectKey,
        port: u16,
        request: &HttpRequest,
    ) -> Result<HttpResponse, ConnectError> {
        let id = self.listener_outside(pod, port)?;
        self.serve(registry, id, port, request)
    }

    /// What a server answers on one of its ports.
    fn serve(
        &mut self,
        registry: &mut Registry,
        id: ProcessId,
        port: u16,
        request: &HttpRequest,
    ) -> Result<HttpResponse, ConnectError> {
        self.charge_request(id, registry.now());
        let response = self.with_process(registry, id, |process, host| {
            process.note_port(port);
            process.serve(request, host)
        });
        response.flatten().ok_or(ConnectError::EmptyReply)
    }

    /// Charges a server with the work on one request; how long that takes depends on its limit.
    fn charge_request(&mut self, server: ProcessId, now: crate::base::Timestamp) {
        let Some(process) = self.processes.get(&server) else { return };
        let (slot, name, cost) =
            (process.pod.clone(), process.container.clone(), runtime::request_cost(process));
        self.charge(&slot, &name, now, cost);
        let limit = self.pods.get(&slot).and_then(|pod| Some(pod.containers.get(&name)?.cpu_limit));
        let speed = limit.filter(|limit| *limit > 0).unwrap_or(1_000).min(1_000);
        self.latency = i64::try_from(cost / speed).unwrap_or(i64::MAX);
    }

    /// Makes one HTTP request to the API server, which expects TLS.
    ///
    /// # Errors
    /// Refused when no API server runs beside the nodes.
    pub(super) fn http_to_api(
        &mut self,
        registry: &mut Registry,
        request: &HttpRequest,
    ) -> Result<HttpResponse, ConnectError> {
        if !request.secure {
            let text = "Client sent an HTTP request to an HTTPS server.\n";
            return Ok(HttpResponse::text(400, "text/plain; charset=utf-8", text));
        }
        let api = self.api.ok_or(ConnectError::Refused)?;
        Ok(api(registry, request))
    }

    /// The process that takes what is sent to a Pod's port by UDP.
    pub(super) fn receiver(&self, pod: &ObjectKey, port: u16) -> Result<ProcessId, ConnectError> {
        let runtime = self.pods.get(&pod.to_string()).ok_or(ConnectError::TimedOut)?;
        let mut running = runtime.running().map(|(_, process)| process);
        let takes = |process: &ProcessId| {
            self.processes.get(process).is_some_and(|process| process.udp_ports().contains(&port))
        };
        running.find(takes).ok_or(ConnectError::Refused)
    }

    /// As `listener`, for who comes from outside of the Pod.
    pub(super) fn listener_outside(&self, pod: &ObjectKey, port: u16) -> Result<ProcessId, ConnectError> {
        let id = self.listener(pod, port)?;
        let hidden = self.processes.get(&id).is_some_and(|process| process.only_inside());
        if hidden { Err(ConnectError::Refused) } else { Ok(id) }
    }

    /// The process that answers on a Pod's port.
    pub(super) fn listener(&self, pod: &ObjectKey, port: u16) -> Result<ProcessId, ConnectError> {
        let runtime = self.pods.get(&pod.to_string()).ok_or(ConnectError::TimedOut)?;
        let mut running = runtime.running().map(|(_, process)| process);
        running
            .find(|process| {
                self.processes.get(process).is_some_and(|process| process.ports().contains(&port))
            })
            .ok_or(ConnectError::Refused)
    }
}

/// The container that was asked for, or the only or default one.
fn choose_container(pod: &Object, asked: Option<&str>) -> Result<String, Status> {
    match asked.filter(|name| !name.is_empty()) {
        Some(name) if pod_spec::container(pod, name).is_some() => Ok(name.to_owned()),
        Some(name) => {
            Err(Status::bad_request(format!("container {name} is not valid for pod {}", pod.name())))
        }
        None => {
            let names: Vec<&str> = pod_spec::containers(pod).map(|spec| spec.name()).collect();
            match names.as_slice() {
                [one] => Ok((*one).to_owned()),
                _ => Err(Status::bad_request(format!(
                    "a container name must be specified for pod {}, choose one of: [{}]",
                    pod.name(),
                    names.join(" ")
                ))),
            }
        }
    }
}

fn waiting_to_start(container: Option<&ContainerRuntime>, pod: &Object, name: &str) -> Status {
    let reason =
        container.and_then(|container| container.waiting.as_ref()).map(|waiting| waiting.reason.as_str());
    let why = match reason {
        Some("ErrImagePull") => "image can't be pulled",
        Some("ImagePullBackOff") => "trying and failing to pull image",
        Some(reason) => reason,
        None if pod_spec::init_containers(pod).next().is_some() => "PodInitializing",
        None => "ContainerCreating",
    };
    Status::bad_request(format!("container {name:?} in pod {:?} is waiting to start: {why}", pod.name()))
}
