//! Credentials that were renewed while a session ran: the learner signed in again, and its clients go on.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use http::{Request, Response};
use kube::client::Body;
use tower_service::Service;

use super::target::Target;

/// A client behind which another one can be put; clones share it.
#[derive(Clone)]
pub(super) struct Renewable {
    present: Arc<Mutex<kube::Client>>,
}

impl Renewable {
    pub(super) fn new(client: kube::Client) -> Self {
        Self { present: Arc::new(Mutex::new(client)) }
    }

    /// A client that does as the present one does.
    pub(super) fn client(&self, namespace: &str) -> kube::Client {
        kube::Client::new(self.clone(), namespace)
    }

    fn present(&self) -> kube::Client {
        self.present.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes the credentials that the learner's kubeconfig holds by now, if it holds others than `target`
    /// for the same cluster; the session's kubeconfig follows. Answers what is used from now on.
    pub(super) async fn renew(&self, target: &Target, namespace: &str, session: &Path) -> Option<Target> {
        let now = target.as_it_is_now()?;
        let client = now.client(namespace).await.ok()?;
        let text = now.session_kubeconfig(namespace).ok()?;
        // The file is there, and its mode stays: nobody else may read it.
        std::fs::write(session, text).ok()?;
        *self.present.lock().unwrap_or_else(PoisonError::into_inner) = client;
        Some(now)
    }
}

impl Service<Request<Body>> for Renewable {
    type Response = Response<Body>;
    type Error = kube::Error;
    type Future = BoxFuture<'static, kube::Result<Response<Body>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let client = self.present();
        Box::pin(async move { client.send(request).await })
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
        let clients = Renewable::new(target.client("podlings").await.unwrap());
        assert!(clients.renew(&target, "podlings", &session).await.is_none(), "nothing is new");
        write("https://127.0.0.1:2", "new");
        assert!(clients.renew(&target, "podlings", &session).await.is_none(), "another cluster");
        write("https://127.0.0.1:1", "new");
        let now = clients.renew(&target, "podlings", &session).await.unwrap();
        let text = std::fs::read_to_string(&session).unwrap();
        assert!(text.contains("token: new") && text.contains("namespace: podlings"), "{text}");
        assert!(clients.renew(&now, "podlings", &session).await.is_none());
    }
}
