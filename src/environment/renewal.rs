//! Credentials that were renewed while a session ran: the learner signed in again, and its clients go on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::{Request, Response, StatusCode};
use kube::client::Body;
use tower::service_fn;

use super::target::Target;
use crate::base::write_private;

/// A client that takes renewed credentials once the old ones are refused; clones share it.
#[derive(Clone)]
pub(super) struct Renewable {
    present: Arc<Mutex<(kube::Client, Target)>>,
    namespace: String,
    /// The session's kubeconfig, which follows.
    session: PathBuf,
    environment: BTreeMap<String, String>,
}

impl Renewable {
    pub(super) fn new(
        client: kube::Client,
        target: &Target,
        namespace: &str,
        session: &Path,
        environment: &BTreeMap<String, String>,
    ) -> Self {
        Self {
            present: Arc::new(Mutex::new((client, target.clone()))),
            namespace: namespace.to_owned(),
            session: session.to_owned(),
            environment: environment.clone(),
        }
    }

    /// A client that does as the present one does.
    pub(super) fn client(&self) -> kube::Client {
        let clients = self.clone();
        let through = service_fn(move |request| {
            let clients = clients.clone();
            async move { clients.send(request).await }
        });
        kube::Client::new(through, &self.namespace)
    }

    async fn send(&self, request: Request<Body>) -> kube::Result<Response<Body>> {
        let client = self.present().0.clone();
        let answer = client.send(request).await;
        let refused = match &answer {
            Ok(response) => response.status() == StatusCode::UNAUTHORIZED,
            Err(error) => matches!(error, kube::Error::Auth(_)),
        };
        if refused {
            // Whoever asks again asks with the new ones.
            let _ = self.renew().await;
        }
        answer
    }

    fn present(&self) -> MutexGuard<'_, (kube::Client, Target)> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The context, with the credentials that are used at present.
    pub(super) fn target(&self) -> Target {
        self.present().1.clone()
    }

    /// Takes the credentials that the learner's kubeconfig holds by now, if it holds others for the same
    /// cluster; `false` when there is nothing new.
    async fn renew(&self) -> bool {
        let Some(now) = self.target().as_it_is_now() else { return false };
        let Ok(client) = now.client(&self.namespace, &self.environment).await else { return false };
        let Ok(text) = now.session_kubeconfig(&self.namespace) else { return false };
        // Jobs and shims read it meanwhile.
        if write_private(&self.session, &text).is_err() {
            return false;
        }
        *self.present() = (client, now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn new_credentials_for_the_same_cluster_are_taken_and_no_others() {
        let folder = tempfile::tempdir().unwrap();
        let (file, session) = (folder.path().join("config"), folder.path().join("session"));
        let write = |server: &str, token: &str| {
            let text = format!(
                "clusters: [{{name: c, cluster: {{server: {server:?}}}}}]\n\
                 users: [{{name: u, user: {{token: {token}}}}}]\n\
                 contexts: [{{name: class, context: {{cluster: c, user: u}}}}]\n"
            );
            std::fs::write(&file, text).unwrap();
        };
        write("https://127.0.0.1:1", "old");
        let target = Target::find(std::slice::from_ref(&file), Some("class")).unwrap();
        let clients = {
            let nothing = BTreeMap::new();
            let client = target.client("podlings", &nothing).await.unwrap();
            Renewable::new(client, &target, "podlings", &session, &nothing)
        };
        assert!(!clients.renew().await, "nothing is new");
        write("https://127.0.0.1:2", "new");
        assert!(!clients.renew().await, "another cluster");
        write("https://127.0.0.1:1", "new");
        assert!(clients.renew().await);
        let text = std::fs::read_to_string(&session).unwrap();
        assert!(text.contains("token: new") && text.contains("namespace: podlings"), "{text}");
        assert!(!clients.renew().await, "taken already");
    }

    #[test]
    fn a_certificate_that_was_renewed_in_its_file_is_new() {
        let folder = tempfile::tempdir().unwrap();
        let (file, certificate) = (folder.path().join("config"), folder.path().join("client.crt"));
        let text = format!(
            "clusters: [{{name: c, cluster: {{server: 'https://127.0.0.1:1'}}}}]\n\
             users: [{{name: u, user: {{client-certificate: {certificate:?}}}}}]\n\
             contexts: [{{name: class, context: {{cluster: c, user: u}}}}]\n"
        );
        std::fs::write(&file, text).unwrap();
        std::fs::write(&certificate, "old").unwrap();
        let target = Target::find(&[file], Some("class")).unwrap();
        assert!(target.as_it_is_now().is_none());
        std::fs::write(&certificate, "new").unwrap();
        assert!(target.as_it_is_now().is_some());
    }
}
