//! Requests for certificates, the certificates that are signed for them, and the users behind these.

use jiff::SignedDuration;
use rcgen::SigningKey;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use x509_parser::prelude::{
    FromDer, GeneralName, ParsedExtension, X509Certificate, X509CertificationRequest, X509Name,
};

use crate::base::Timestamp;

use super::super::authorization::{AUTHENTICATED, User};
use super::super::runtime::ServerCertificate;
use super::authority::Authority;
use super::der;

/// Where a user's credential is told.
pub(super) const CREDENTIAL_ID: &str = "authentication.kubernetes.io/credential-id";

/// How far back the validity of a certificate begins, for clocks that disagree.
const BACKDATE: SignedDuration = SignedDuration::from_mins(5);
/// Random bytes of a serial number.
const SERIAL_BYTES: usize = 16;
/// Characters in a line of PEM.
const PEM_LINE: usize = 64;

const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 17];
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];

/// What a certificate may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Usage {
    /// A bit of the key usage.
    Key(u8),
    /// The encoded arcs of an extended key usage.
    Extended(&'static [u8]),
}

/// `certificates/v1 KeyUsage` and what each stands for.
const USAGES: &[(&str, Usage)] = &[
    ("signing", Usage::Key(0)),
    ("digital signature", Usage::Key(0)),
    ("content commitment", Usage::Key(1)),
    ("key encipherment", Usage::Key(2)),
    ("data encipherment", Usage::Key(3)),
    ("key agreement", Usage::Key(4)),
    ("cert sign", Usage::Key(5)),
    ("crl sign", Usage::Key(6)),
    ("encipher only", Usage::Key(7)),
    ("decipher only", Usage::Key(8)),
    ("any", Usage::Extended(&[0x55, 0x1d, 37, 0])),
    ("server auth", Usage::Extended(&[0x2b, 6, 1, 5, 5, 7, 3, 1])),
    ("client auth", Usage::Extended(&[0x2b, 6, 1, 5, 5, 7, 3, 2])),
    ("code signing", Usage::Extended(&[0x2b, 6, 1, 5, 5, 7, 3, 3])),
    ("email protection", Usage::Extended(&[0x2b, 6, 1, 5, 5, 7, 3, 4])),
    ("s/mime", Usage::Extended(&[0x2b, 6, 1, 5, 5, 7, 3, 4])),
    ("ipsec end system", Usage::Extended(&[0x2b, 6, 1, 5, 5, 7, 3, 5])),
    ("ipsec tunnel", Usage::Extended(&[0x2b, 6, 1, 5, 5, 7, 3, 6])),
    ("ipsec user", Usage::Extended(&[0x2b, 6, 1, 5, 5, 7, 3, 7])),
    ("timestamping", Usage::Extended(&[0x2b, 6, 1, 5, 5, 7, 3, 8])),
    ("ocsp signing", Usage::Extended(&[0x2b, 6, 1, 5, 5, 7, 3, 9])),
    ("microsoft sgc", Usage::Extended(&[0x2b, 6, 1, 4, 1, 0x82, 0x37, 10, 3, 3])),
    ("netscape sgc", Usage::Extended(&[0x60, 0x86, 0x48, 1, 0x86, 0xf8, 0x42, 4, 1])),
];

impl Usage {
    /// Every name, sorted.
    pub(crate) fn names() -> Vec<&'static str> {
        let mut names: Vec<&str> = USAGES.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names
    }

    /// The usage of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        USAGES.iter().find(|(known, _)| *known == name).map(|(_, usage)| *usage)
    }
}

/// A request for a certificate (PKCS #10) whose own signature is right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CertificateRequest {
    subject: Vec<u8>,
    public_key: Vec<u8>,
    alt_names: Option<Vec<u8>>,
    /// Common name of the subject.
    pub common_name: String,
    /// Organizations of the subject.
    pub organizations: Vec<String>,
    /// Alternative names that are names of hosts.
    pub dns_names: Vec<String>,
    /// How many alternative names are addresses.
    pub ip_addresses: usize,
    /// How many alternative names are something else: URIs, e-mail addresses.
    pub other_names: usize,
}

impl CertificateRequest {
    /// Reads a request in PEM.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn parse(pem: &[u8]) -> Result<Self, String> {
        let wrong_type = || "PEM block type must be CERTIFICATE REQUEST".to_owned();
        let (_, block) = x509_parser::pem::parse_x509_pem(pem).map_err(|_| wrong_type())?;
        if block.label != "CERTIFICATE REQUEST" {
            return Err(wrong_type());
        }
        let (_, request) = X509CertificationRequest::from_der(&block.contents)
            .map_err(|error| format!("asn1: structure error: {error}"))?;
        request.verify_signature().map_err(|_| "x509: signature is not valid".to_owned())?;
        let info = &request.certification_request_info;
        let mut parsed = Self {
            subject: info.subject.as_raw().to_vec(),
            public_key: info.subject_pki.raw.to_vec(),
            common_name: first_common_name(&info.subject),
            organizations: organizations(&info.subject),
            ..Self::default()
        };
        for extension in request.requested_extensions().into_iter().flatten() {
            if let ParsedExtension::SubjectAlternativeName(names) = extension {
                parsed.note_alt_names(&names.general_names);
            }
        }
        Ok(parsed)
    }

    fn note_alt_names(&mut self, names: &[GeneralName<'_>]) {
        let mut encoded = Vec::new();
        for name in names {
            match name {
                GeneralName::DNSName(name) => {
                    self.dns_names.push((*name).to_owned());
                    encoded.push(der::element(0x82, name.as_bytes()));
                }
                GeneralName::IPAddress(bytes) => {
                    self.ip_addresses += 1;
                    encoded.push(der::element(0x87, bytes));
                }
                GeneralName::RFC822Name(name) => {
                    self.other_names += 1;
                    encoded.push(der::element(0x81, name.as_bytes()));
                }
                GeneralName::URI(name) => {
                    self.other_names += 1;
                    encoded.push(der::element(0x86, name.as_bytes()));
                }
                _ => self.other_names += 1,
            }
        }
        self.alt_names = Some(der::sequence(&encoded));
    }

    /// Signs the certificate that is asked for, in PEM; `None` without randomness.
    pub(crate) fn signed(
        &self,
        authority: &Authority,
        usages: &[Usage],
        now: Timestamp,
        lifetime: SignedDuration,
    ) -> Option<String> {
        let algorithm = der::sequence(&[der::oid(ECDSA_WITH_SHA256)]);
        let mut serial = [0; SERIAL_BYTES];
        SystemRandom::new().fill(&mut serial).ok()?;
        // A positive number that needs no leading zero.
        serial[0] = serial[0] & 0x7f | 0x40;
        let (_, issuer) = X509Certificate::from_der(authority.certificate_der()).ok()?;
        let from = now.checked_sub(BACKDATE).unwrap_or(now);
        let until = now.checked_add(lifetime).unwrap_or(now);
        let body = der::sequence(&[
            der::element(0xa0, &der::element(der::INTEGER, &[2])),
            der::element(der::INTEGER, &serial),
            algorithm.clone(),
            issuer.subject().as_raw().to_vec(),
            der::sequence(&[der::time(from), der::time(until)]),
            self.subject.clone(),
            self.public_key.clone(),
            der::element(0xa3, &der::sequence(&self.extensions(usages))),
        ]);
        let signature = authority.key().sign(&body).ok()?;
        Some(pem("CERTIFICATE", &der::sequence(&[body, algorithm, der::bit_string(&signature)])))
    }

    fn extensions(&self, usages: &[Usage]) -> Vec<Vec<u8>> {
        let mut extensions = Vec::new();
        let mut bits = [0_u8; 2];
        let mut extended = Vec::new();
        for usage in usages {
            match usage {
                Usage::Key(bit) => bits[usize::from(bit / 8)] |= 0x80 >> (bit % 8),
                Usage::Extended(arcs) => extended.push(der::oid(arcs)),
            }
        }
        if bits != [0, 0] {
            let last = if bits[1] == 0 { bits[0] } else { bits[1] };
            let used: &[u8] = if bits[1] == 0 { &bits[..1] } else { &bits };
            let unused = u8::try_from(last.trailing_zeros()).unwrap_or_default();
            let value = der::element(der::BIT_STRING, &[&[unused], used].concat());
            extensions.push(der::extension(KEY_USAGE, true, &value));
        }
        if !extended.is_empty() {
            extensions.push(der::extension(EXTENDED_KEY_USAGE, false, &der::sequence(&extended)));
        }
        extensions.push(der::extension(BASIC_CONSTRAINTS, true, &der::sequence(&[])));
        if let Some(names) = &self.alt_names {
            extensions.push(der::extension(SUBJECT_ALT_NAME, false, names));
        }
        extensions
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let mut pem = format!("-----BEGIN {label}-----\n");
    for line in text.as_bytes().chunks(PEM_LINE) {
        pem.push_str(&String::from_utf8_lossy(line));
        pem.push('\n');
    }
    pem.push_str(&format!("-----END {label}-----\n"));
    pem
}

/// What a server's certificate (PEM, the first one) says; `None` when it is none.
pub(crate) fn server_certificate(pem: &[u8]) -> Option<ServerCertificate> {
    let (_, first) = x509_parser::pem::parse_x509_pem(pem).ok()?;
    let (_, parsed) = X509Certificate::from_der(&first.contents).ok()?;
    let alternative = parsed.subject_alternative_name().ok().flatten();
    let general = alternative.iter().flat_map(|found| &found.value.general_names);
    let mut names: Vec<String> = general
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            GeneralName::IPAddress(bytes) => {
                let address = <[u8; 4]>::try_from(*bytes).ok().map(std::net::Ipv4Addr::from);
                address.map(|address| address.to_string())
            }
            _ => None,
        })
        .collect();
    if names.is_empty() {
        names.push(first_common_name(parsed.subject()));
    }
    let time = |moment: x509_parser::time::ASN1Time| {
        let found = Timestamp::from_second(moment.timestamp()).ok();
        found.map(|found| found.strftime("%b %e %H:%M:%S %Y GMT").to_string()).unwrap_or_default()
    };
    let written = |name: &X509Name<'_>| name.to_string().replace(", ", "; ");
    Some(ServerCertificate {
        trusted: String::from_utf8_lossy(pem).trim().to_owned(),
        subject: written(parsed.subject()),
        issuer: written(parsed.issuer()),
        names,
        starts: time(parsed.validity().not_before),
        ends: time(parsed.validity().not_after),
    })
}

fn first_common_name(name: &X509Name<'_>) -> String {
    let mut names = name.iter_common_name().filter_map(|name| name.as_str().ok());
    names.next().unwrap_or_default().to_owned()
}

fn organizations(name: &X509Name<'_>) -> Vec<String> {
    name.iter_organization().filter_map(|name| name.as_str().ok()).map(str::to_owned).collect()
}

/// The user that a client certificate (DER) names; `None` when it names none.
///
/// Whether the cluster's authority signed it is somebody else's question.
pub(crate) fn user_of_certificate(certificate: &[u8]) -> Option<User> {
    let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
    let name = first_common_name(parsed.subject());
    if name.is_empty() {
        return None;
    }
    let mut user = User { name, groups: organizations(parsed.subject()), ..User::default() };
    let hash: String =
        digest(&SHA256, certificate).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    user.extra.insert(CREDENTIAL_ID.to_owned(), vec![format!("X509SHA256={hash}")]);
    user.groups.push(AUTHENTICATED.to_owned());
    Some(user)
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair};

    use super::*;

    #[test]
    fn a_request_becomes_a_certificate_of_the_authority() {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["web.example".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::OrganizationName, "dev");
        params.distinguished_name.push(DnType::CommonName, "jane");
        let request = params.serialize_request(&key).unwrap().pem().unwrap();
        let request = CertificateRequest::parse(request.as_bytes()).unwrap();
        assert_eq!(
            (request.common_name.as_str(), request.organizations.as_slice()),
            ("jane", &["dev".to_owned()][..])
        );
        assert_eq!(request.dns_names, ["web.example"]);
        let authority = Authority::fresh().unwrap();
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let usages = ["client auth", "digital signature"].map(|name| Usage::named(name).unwrap());
        let pem = request.signed(&authority, &usages, now, SignedDuration::from_hours(1)).unwrap();
        let (_, block) = x509_parser::pem::parse_x509_pem(pem.as_bytes()).unwrap();
        let (_, certificate) = X509Certificate::from_der(&block.contents).unwrap();
        let (_, issuer) = X509Certificate::from_der(authority.certificate_der()).unwrap();
        certificate.verify_signature(Some(issuer.public_key())).unwrap();
        assert_eq!(certificate.validity().not_after.timestamp(), 1_767_229_200);
        let usage = certificate.key_usage().unwrap().unwrap().value;
        assert!(usage.digital_signature() && !usage.key_encipherment());
        assert!(certificate.extended_key_usage().unwrap().unwrap().value.client_auth);
        let user = user_of_certificate(&block.contents).unwrap();
        assert_eq!(
            (user.name.as_str(), user.groups.as_slice()),
            ("jane", &["dev".to_owned(), AUTHENTICATED.to_owned()][..])
        );
        assert!(CertificateRequest::parse(pem.as_bytes()).is_err());
    }
}
