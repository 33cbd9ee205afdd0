//! What opens the door: a certificate authority, a server certificate, a token, a kubeconfig.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

use crate::base::{ResultExt, UserError};

/// Random bytes of a token.
const TOKEN_BYTES: usize = 32;

/// Under which names the API server is known, as minikube's certificate lists them.
const SERVER_NAMES: &[&str] = &[
    "minikube",
    "control-plane.minikube.internal",
    "kubernetes.default.svc.cluster.local",
    "kubernetes.default.svc",
    "kubernetes.default",
    "kubernetes",
    "localhost",
    "127.0.0.1",
    "10.96.0.1",
    "192.168.49.2",
];

/// The secrets of one listener.
pub(super) struct Credentials {
    authority_pem: String,
    certificate: CertificateDer<'static>,
    key: PrivatePkcs8KeyDer<'static>,
    token: String,
}

impl Credentials {
    /// Credentials that nobody has seen before.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub(super) fn fresh() -> Result<Self, UserError> {
        let (authority_pem, issuer) = authority().while_doing(doing)?;
        let key = KeyPair::generate().while_doing(doing)?;
        let certificate = server_certificate(&key, &issuer).while_doing(doing)?;
        let mut bytes = [0; TOKEN_BYTES];
        let filled = ring::default_provider().secure_random.fill(&mut bytes);
        filled.map_err(|_| UserError::new(format!("{}: no randomness", doing())))?;
        let token = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { authority_pem, certificate, key: key.serialize_der().into(), token })
    }

    /// The bearer token of the one user.
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// How the server does TLS: HTTP/2 where the client can.
    ///
    /// # Errors
    /// When the certificate does not fit its key.
    pub(super) fn tls(&self) -> Result<ServerConfig, UserError> {
        let provider: Arc<CryptoProvider> = Arc::new(ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .while_doing(doing)?
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate.clone()], self.key.clone_key().into())
            .while_doing(doing)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }

    /// A kubeconfig whose only context, `minikube`, reaches the server at that port.
    pub(super) fn kubeconfig(&self, port: u16) -> String {
        let authority = STANDARD.encode(&self.authority_pem);
        let token = &self.token;
        format!(
            "\
apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: {authority}
    server: https://127.0.0.1:{port}
  name: minikube
contexts:
- context:
    cluster: minikube
    namespace: default
    user: minikube
  name: minikube
current-context: minikube
kind: Config
preferences: {{}}
users:
- name: minikube
  user:
    token: {token}
"
        )
    }
}

fn doing() -> String {
    "cannot make the certificate of the API server".to_owned()
}

fn authority() -> Result<(String, Issuer<'static, KeyPair>), rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "minikubeCA");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyCertSign];
    let key = KeyPair::generate()?;
    let pem = params.self_signed(&key)?.pem();
    Ok((pem, Issuer::new(params, key)))
}

fn server_certificate(
    key: &KeyPair,
    issuer: &Issuer<'static, KeyPair>,
) -> Result<CertificateDer<'static>, rcgen::Error> {
    let names: Vec<String> = SERVER_NAMES.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, "minikube");
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params.signed_by(key, issuer)?.der().clone())
}
