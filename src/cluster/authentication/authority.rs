//! The cluster's keys: the authority that signs certificates, and the one that signs tokens.
//!
//! They are secrets of this very cluster, drawn from the operating system and never from the seed:
//! whoever knows the seed must not be able to make them.

use std::sync::{Arc, LazyLock, OnceLock};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};

use crate::base::{ResultExt, UserError, Value, json};

use super::super::runtime::ServerCertificate;

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

/// Name of minikube's administrator.
const ADMINISTRATOR: &str = "minikube-user";

/// The keys of a cluster.
pub(crate) struct Authority {
    certificate_pem: String,
    certificate_der: Vec<u8>,
    key: KeyPair,
    token_key: EcdsaKeyPair,
    token_key_der: Vec<u8>,
    administrator: OnceLock<Option<Identity>>,
}

/// A certificate and its key, in PEM.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    /// The certificate.
    pub certificate: String,
    /// The certificate in DER.
    pub der: Vec<u8>,
    /// The key.
    pub key: String,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authority")
    }
}

impl Authority {
    /// Keys that nobody has seen before.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub(crate) fn fresh() -> Result<Self, UserError> {
        let key = KeyPair::generate().while_doing(doing)?;
        let certificate =
            authority_params().and_then(|params| params.self_signed(&key)).while_doing(doing)?;
        let (pem, der) = (certificate.pem(), certificate.der().to_vec());
        let token_key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .map_err(|_| UserError::new(format!("{}: no randomness", doing())))?;
        Self::from_parts(pem, der, key, token_key.as_ref().to_vec())
    }

    fn from_parts(
        certificate_pem: String,
        certificate_der: Vec<u8>,
        key: KeyPair,
        token_key_der: Vec<u8>,
    ) -> Result<Self, UserError> {
        let random = SystemRandom::new();
        let token_key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &token_key_der, &random)
            .map_err(|error| UserError::new(format!("{}: {error}", doing())))?;
        let administrator = OnceLock::new();
        Ok(Self { certificate_pem, certificate_der, key, token_key, token_key_der, administrator })
    }

    /// The keys of all clusters of this process that keep no state; `None` without randomness.
    pub(crate) fn of_this_process() -> Option<Arc<Self>> {
        static AUTHORITY: LazyLock<Option<Arc<Authority>>> =
            LazyLock::new(|| Authority::fresh().ok().map(Arc::new));
        AUTHORITY.clone()
    }

    /// The keys as a file holds them.
    pub(crate) fn to_value(&self) -> Value {
        json!({
            "ca.crt": self.certificate_pem,
            "ca.key": self.key.serialize_pem(),
            "sa.key": STANDARD.encode(&self.token_key_der),
        })
    }

    /// Reads what [`Authority::to_value`] gave.
    pub(crate) fn from_value(value: &Value) -> Option<Self> {
        let text = |name: &str| value[name].as_str();
        let pem = text("ca.crt")?.to_owned();
        let (_, parsed) = x509_parser::pem::parse_x509_pem(pem.as_bytes()).ok()?;
        let key = KeyPair::from_pem(text("ca.key")?).ok()?;
        let token_key = STANDARD.decode(text("sa.key")?).ok()?;
        Self::from_parts(pem.clone(), parsed.contents, key, token_key).ok()
    }

    /// The certificate of the authority, in PEM.
    pub(crate) fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// The same in DER.
    pub(crate) fn certificate_der(&self) -> &[u8] {
        &self.certificate_der
    }

    /// The key that signs certificates.
    pub(super) fn key(&self) -> &KeyPair {
        &self.key
    }

    /// Certificate (DER) and key (PKCS #8, DER) of the API server.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub(crate) fn server(&self) -> Result<(Vec<u8>, Vec<u8>), UserError> {
        let key = KeyPair::generate().while_doing(doing)?;
        let names: Vec<String> = SERVER_NAMES.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).while_doing(doing)?;
        params.distinguished_name.push(DnType::CommonName, "minikube");
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let signed = self.sign(params, &key).while_doing(doing)?;
        Ok((signed.der().to_vec(), key.serialize_der()))
    }

    /// The same certificate as clients see it.
    pub(crate) fn server_certificate(&self) -> ServerCertificate {
        ServerCertificate {
            trusted: self.certificate_pem().to_owned(),
            subject: "O=system:masters; CN=minikube".to_owned(),
            issuer: "CN=minikubeCA".to_owned(),
            names: SERVER_NAMES.iter().map(|name| (*name).to_owned()).collect(),
            ..ServerCertificate::default()
        }
    }

    fn sign(&self, params: CertificateParams, key: &KeyPair) -> Result<rcgen::Certificate, rcgen::Error> {
        let own = authority_params()?;
        let issuer = Issuer::from_params(&own, &self.key);
        params.signed_by(key, &issuer)
    }

    /// What the administrator of the cluster proves themselves with.
    pub(crate) fn administrator(&self) -> Option<&Identity> {
        let made = self.administrator.get_or_init(|| {
            let key = KeyPair::generate().ok()?;
            let mut params = CertificateParams::new(Vec::new()).ok()?;
            params.distinguished_name.push(DnType::OrganizationName, "system:masters");
            params.distinguished_name.push(DnType::CommonName, ADMINISTRATOR);
            params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
            params.extended_key_usages =
                vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
            let certificate = self.sign(params, &key).ok()?;
            let der = certificate.der().to_vec();
            Some(Identity { certificate: certificate.pem(), der, key: key.serialize_pem() })
        });
        made.as_ref()
    }

    /// Signs the text of a token (ECDSA, P-256, SHA-256).
    pub(super) fn sign_token(&self, text: &[u8]) -> Option<Vec<u8>> {
        self.token_key.sign(&SystemRandom::new(), text).ok().map(|signature| signature.as_ref().to_vec())
    }

    /// The public point of the key that signs tokens.
    pub(super) fn token_public_key(&self) -> &[u8] {
        self.token_key.public_key().as_ref()
    }

    /// The name of that key in tokens.
    pub(super) fn token_key_id(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, self.token_public_key()))
    }
}

fn doing() -> String {
    "cannot make the keys of the cluster".to_owned()
}

fn authority_params() -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "minikubeCA");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyCertSign];
    Ok(params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_the_same_after_they_were_put_away() {
        let authority = Authority::fresh().unwrap();
        let again = Authority::from_value(&authority.to_value()).unwrap();
        assert_eq!(again.certificate_der(), authority.certificate_der());
        assert_eq!(again.token_key_id(), authority.token_key_id());
        assert!(again.administrator().unwrap().certificate.starts_with("-----BEGIN CERTIFICATE-----"));
        assert!(Authority::from_value(&json!({})).is_none());
    }
}
