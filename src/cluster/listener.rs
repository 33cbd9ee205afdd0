//! The API for other programs: loopback TLS, a token, a kubeconfig; and sockets for node ports.

/// An open listener; closes when dropped.
pub struct Listener {
    port: u16,
    kubeconfig: String,
}

impl Listener {
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
