//! How the listener does TLS, whom it believes, and the kubeconfig that opens it.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio_rustls::rustls::client::danger::HandshakeSignatureValid;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, UnixTime};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use tokio_rustls::rustls::{
    DigitallySignedStruct, DistinguishedName, Error, RootCertStore, ServerConfig, SignatureScheme,
};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::base::{ResultExt, Timestamp, UserError};

use super::super::apiserver::ClientCertificate;
use super::super::authentication::{Authority, user_of_certificate};

/// The secrets of one listener.
pub(super) struct Credentials {
    authority: Arc<Authority>,
    verifier: Arc<dyn ClientCertVerifier>,
}

impl Credentials {
    /// Credentials under an authority.
    ///
    /// # Errors
    /// When its certificate is none.
    pub(super) fn new(authority: Arc<Authority>) -> Result<Self, UserError> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(authority.certificate_der().to_vec())).while_doing(doing)?;
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider())
            .build()
            .while_doing(doing)?;
        Ok(Self { authority, verifier })
    }

    /// How the server does TLS: HTTP/2 where the client can, with any client certificate or none.
    ///
    /// # Errors
    /// When the certificate does not fit its key.
    pub(super) fn tls(&self) -> Result<ServerConfig, UserError> {
        let (certificate, key) = self.authority.server()?;
        let key = PrivatePkcs8KeyDer::from(key);
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .while_doing(doing)?
            .with_client_cert_verifier(Arc::new(AnyCertificate(Arc::clone(&self.verifier))))
            .with_single_cert(vec![CertificateDer::from(certificate)], key.into())
            .while_doing(doing)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }

    /// What a client's certificates are worth at a moment of simulated time.
    pub(super) fn judge(
        &self,
        certificates: Option<&[CertificateDer<'_>]>,
        now: Timestamp,
    ) -> ClientCertificate {
        let Some((own, others)) = certificates.and_then(<[_]>::split_first) else {
            return ClientCertificate::Absent;
        };
        let seconds = u64::try_from(now.as_second()).unwrap_or_default();
        let moment = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let trusted = self.verifier.verify_client_cert(own, others, moment).is_ok();
        match (trusted, user_of_certificate(own), end_of(own)) {
            (true, Some(user), Some(until)) => ClientCertificate::Trusted { user: Arc::new(user), until },
            _ => ClientCertificate::Untrusted,
        }
    }

    /// A kubeconfig whose only context, `minikube`, reaches the server at that port as its administrator.
    ///
    /// # Errors
    /// When the operating system gave no randomness for their key.
    pub(super) fn kubeconfig(&self, port: u16) -> Result<String, UserError> {
        let administrator = self
            .authority
            .administrator()
            .ok_or_else(|| UserError::new(format!("{}: no randomness", doing())))?;
        let authority = STANDARD.encode(self.authority.certificate_pem());
        let certificate = STANDARD.encode(&administrator.certificate);
        let key = STANDARD.encode(&administrator.key);
        Ok(format!(
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
    client-certificate-data: {certificate}
    client-key-data: {key}
"
        ))
    }
}

fn doing() -> String {
    "cannot make the certificate of the API server".to_owned()
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// When a certificate ends.
fn end_of(certificate: &[u8]) -> Option<Timestamp> {
    let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
    Timestamp::from_second(parsed.validity().not_after.timestamp()).ok()
}

/// Lets every client in whose key fits its certificate; whom to believe is decided by request, as the
/// API server does, so that a certificate of somebody else's is answered with 401 and not cut off.
#[derive(Debug)]
struct AnyCertificate(Arc<dyn ClientCertVerifier>);

impl ClientCertVerifier for AnyCertificate {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.0.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        _own: &CertificateDer<'_>,
        _others: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
