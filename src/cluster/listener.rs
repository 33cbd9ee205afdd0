//! The API for other programs: loopback TLS, a token, a kubeconfig; and sockets for node ports.

use std::sync::Arc;

use crate::base::UserError;

use super::apiserver::ApiServer;
use super::driver::Shared;

/// An open listener; closes when dropped.
#[derive(Debug)]
pub struct Listener {
    port: u16,
    kubeconfig: String,
}

impl Listener {
    /// Opens a listener on 127.0.0.1.
    pub(super) async fn open(
        _shared: &Arc<Shared>,
        _server: &Arc<ApiServer>,
        _port: u16,
    ) -> Result<Self, UserError> {
        Err(UserError::new("other programs cannot reach this cluster yet"))
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A kubeconfig (YAML) whose only context, `minikube`, reaches this cluster.
    #[must_use]
    pub fn kubeconfig(&self) -> &str {
        &self.kubeconfig
    }
}
