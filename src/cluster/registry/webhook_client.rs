//! Calls of webhooks: where the server is, whether it is believed, what it answers
//! (`apiserver/pkg/util/webhook`).

use std::fmt::Debug;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::apimachinery::{Object, ObjectKey, builtin};
use crate::base::{Value, json};

use super::super::authentication::check_server;
use super::Registry;

/// A program that answers webhooks, as far as its container's part of the Pod tells.
pub(crate) trait WebhookServer: Debug + Sync {
    /// The file whose certificate it shows on a port; `None` where it serves no webhooks.
    fn certificate_file(&self, container: &Value, port: u16) -> Option<String>;

    /// Answers what was posted to a path, with what it knows of the cluster; `None` where it has nothing.
    fn answer(
        &self,
        registry: &Registry,
        container: &Value,
        path: &str,
        body: &Value,
    ) -> Option<WebhookAnswer>;
}

/// What a webhook server answers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WebhookAnswer {
    /// Seconds until it comes.
    pub after: i64,
    /// Its body.
    pub body: Value,
}

impl WebhookAnswer {
    /// A review with its response, which comes at once.
    pub(crate) fn to(review: &Value, mut response: Value) -> Self {
        response["uid"] = review["request"]["uid"].clone();
        let body = json!({"kind": review["kind"], "apiVersion": review["apiVersion"], "response": response});
        Self { after: 0, body }
    }
}

impl Registry {
    /// Says who answers webhooks in this cluster.
    pub(crate) fn set_webhook_servers(&mut self, servers: &'static [&'static dyn WebhookServer]) {
        self.webhook_servers = servers;
    }

    /// Posts to the server that a `clientConfig` names; `nobody` is said where no program is modelled.
    ///
    /// # Errors
    /// Why no answer came, as upstream tells it.
    pub(super) fn call_webhook(
        &self,
        client: &Value,
        timeout: i64,
        body: &Value,
        nobody: &str,
    ) -> Result<Value, String> {
        if let Some(url) = client["url"].as_str() {
            return Err(format!("Post \"{url}?timeout={timeout}s\": {nobody}"));
        }
        let text = |field: &str| client["service"][field].as_str().unwrap_or_default();
        let (name, namespace, path) = (text("name"), text("namespace"), text("path"));
        let port = client["service"]["port"].as_i64().unwrap_or(443);
        let host = format!("{name}.{namespace}.svc");
        let url = format!("https://{host}:{port}{path}?timeout={timeout}s");
        let failed = |why: String| format!("Post \"{url}\": {why}");
        let server = self.webhook_server(&ObjectKey::new(namespace, name), port, nobody).map_err(failed)?;
        let trusted = client["caBundle"].as_str().and_then(|bundle| STANDARD.decode(bundle).ok());
        let shown = server.certificate(self).unwrap_or_default();
        check_server(&shown, &trusted.unwrap_or_default(), &host, self.now()).map_err(failed)?;
        let answer = server.program.answer(self, server.container, path, body);
        let answer = answer.ok_or_else(|| "the server could not find the requested resource".to_owned())?;
        if answer.after > timeout {
            return Err(failed("context deadline exceeded".to_owned()));
        }
        Ok(answer.body)
    }

    /// Who answers behind a port of a Service.
    fn webhook_server(&self, service: &ObjectKey, port: i64, nobody: &str) -> Result<Server<'_>, String> {
        let found = self.store.get(&builtin::SERVICE, service);
        let found = found.ok_or_else(|| format!("service {:?} not found", service.name))?;
        let entry = found.list("/spec/ports").iter().find(|entry| entry["port"] == port);
        let entry =
            entry.ok_or_else(|| format!("no service port {port} found for service {:?}", service.name))?;
        let refused =
            || format!("dial tcp {}:{port}: connect: connection refused", found.text("/spec/clusterIP"));
        let endpoints = self.store.get(&builtin::ENDPOINTS, service).ok_or_else(refused)?;
        let (pod, port) = endpoint(endpoints, &entry["name"]).ok_or_else(refused)?;
        let pod = self.store.get(&builtin::POD, &ObjectKey::new(&service.namespace, pod));
        let pod = pod.ok_or_else(refused)?;
        let servers = pod.list("/spec/containers").iter().flat_map(|container| {
            self.webhook_servers.iter().filter_map(move |program| {
                let file = program.certificate_file(container, port)?;
                Some(Server { pod, container, program: *program, file })
            })
        });
        servers.into_iter().next().ok_or_else(|| nobody.to_owned())
    }
}

/// A program that answers, where it runs.
struct Server<'a> {
    pod: &'a Object,
    container: &'a Value,
    program: &'static dyn WebhookServer,
    /// Where its certificate is.
    file: String,
}

impl Server<'_> {
    /// The certificate (PEM), from the Secret that is mounted there.
    fn certificate(&self, registry: &Registry) -> Option<Vec<u8>> {
        let mounts = self.container["volumeMounts"].as_array()?;
        let (volume, file) = mounts.iter().find_map(|mount| {
            let folder = mount["mountPath"].as_str()?.trim_end_matches('/');
            Some((&mount["name"], self.file.strip_prefix(folder)?.strip_prefix('/')?))
        })?;
        let volume = self.pod.list("/spec/volumes").iter().find(|other| other["name"] == *volume)?;
        let items = volume["secret"]["items"].as_array();
        let item = items.and_then(|items| items.iter().find(|item| item["path"] == file));
        let key = item.map_or(Some(file), |item| item["key"].as_str())?;
        let name = volume["secret"]["secretName"].as_str()?;
        let secret = registry.store.get(&builtin::SECRET, &ObjectKey::new(self.pod.namespace(), name))?;
        STANDARD.decode(secret.get("/data")?[key].as_str()?).ok()
    }
}

/// The first ready Pod behind a named port of a Service, with the port's number.
fn endpoint<'a>(endpoints: &'a Object, port_name: &Value) -> Option<(&'a str, u16)> {
    endpoints.list("/subsets").iter().find_map(|subset| {
        let ports = subset["ports"].as_array()?;
        let port = ports.iter().find(|port| port["name"] == *port_name)?["port"].as_u64()?;
        let address = subset["addresses"].as_array()?.first()?;
        Some((address["targetRef"]["name"].as_str()?, u16::try_from(port).ok()?))
    })
}
