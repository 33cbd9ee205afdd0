//! Whether a client believes a server's certificate, in the words of Go's `crypto/x509`.

use x509_parser::pem::Pem;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::certificate::server_certificate;
use crate::base::Timestamp;

/// Whether a server that shows `shown` (PEM, its own certificate first) is believed to be `host` by a
/// client that trusts `trusted` (PEM).
///
/// # Errors
/// What Go's TLS client says of a server that is not believed.
pub(crate) fn check_server(shown: &[u8], trusted: &[u8], host: &str, now: Timestamp) -> Result<(), String> {
    judged(shown, trusted, host, now).map_err(|why| format!("tls: failed to verify certificate: x509: {why}"))
}

fn judged(shown: &[u8], trusted: &[u8], host: &str, now: Timestamp) -> Result<(), String> {
    const UNKNOWN: &str = "certificate signed by unknown authority";
    let (shown_blocks, trusted_blocks) = (blocks(shown), blocks(trusted));
    let chain = parsed(&shown_blocks);
    let own = chain.first().ok_or(UNKNOWN)?;
    check_time(own, now)?;
    let names = server_certificate(shown).map(|found| found.names).unwrap_or_default();
    if own.subject_alternative_name().ok().flatten().is_none() {
        // Those names are of the subject alone, which Go does not look at.
        return Err(if names.iter().any(|name| name.eq_ignore_ascii_case(host)) {
            "certificate relies on legacy Common Name field, use SANs instead".to_owned()
        } else {
            format!("certificate is not valid for any names, but wanted to match {host}")
        });
    }
    let wildcard = host.split_once('.').map(|(_, rest)| format!("*.{rest}"));
    if !names.iter().any(|name| name.eq_ignore_ascii_case(host) || Some(name) == wildcard.as_ref()) {
        return Err(format!("certificate is valid for {}, not {host}", names.join(", ")));
    }
    if leads_to(own, &chain, &parsed(&trusted_blocks)) { Ok(()) } else { Err(UNKNOWN.to_owned()) }
}

fn blocks(pem: &[u8]) -> Vec<Pem> {
    Pem::iter_from_buffer(pem).flatten().collect()
}

fn parsed(blocks: &[Pem]) -> Vec<X509Certificate<'_>> {
    blocks.iter().filter_map(|block| Some(X509Certificate::from_der(&block.contents).ok()?.1)).collect()
}

fn check_time(certificate: &X509Certificate<'_>, now: Timestamp) -> Result<(), String> {
    let validity = certificate.validity();
    let (begins, ends) = (validity.not_before.timestamp(), validity.not_after.timestamp());
    let (word, limit) = match now.as_second() {
        second if second < begins => ("before", begins),
        second if second > ends => ("after", ends),
        _ => return Ok(()),
    };
    let written = |moment: Timestamp| moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let limit = Timestamp::from_second(limit).unwrap_or(now);
    let why = "certificate has expired or is not yet valid";
    Err(format!("{why}: current time {} is {word} {}", written(now), written(limit)))
}

/// Whether signatures lead from a certificate, over others of its chain, to one that is trusted.
fn leads_to(
    own: &X509Certificate<'_>,
    chain: &[X509Certificate<'_>],
    trusted: &[X509Certificate<'_>],
) -> bool {
    let signed = |one: &X509Certificate<'_>, by: &X509Certificate<'_>| {
        one.issuer() == by.subject() && one.verify_signature(Some(by.public_key())).is_ok()
    };
    let mut present = own;
    for _ in 0..chain.len() {
        if trusted.iter().any(|anchor| anchor.as_raw() == present.as_raw() || signed(present, anchor)) {
            return true;
        }
        let next = chain.iter().find(|other| other.as_raw() != present.as_raw() && signed(present, other));
        let Some(next) = next else { return false };
        present = next;
    }
    false
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

    use super::*;

    #[test]
    fn a_server_is_believed_by_who_trusts_its_authority_and_only_under_its_names() {
        let authority_key = KeyPair::generate().unwrap();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let trusted = authority.self_signed(&authority_key).unwrap().pem();
        let issuer = Issuer::new(authority, authority_key);
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["hook.team.svc".to_owned()]).unwrap();
        let shown = params.signed_by(&key, &issuer).unwrap().pem();
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let told = |trusted: &str, host: &str, now| {
            check_server(shown.as_bytes(), trusted.as_bytes(), host, now).unwrap_err()
        };
        assert_eq!(check_server(shown.as_bytes(), trusted.as_bytes(), "hook.team.svc", now), Ok(()));
        assert_eq!(check_server(shown.as_bytes(), shown.as_bytes(), "hook.team.svc", now), Ok(()));
        assert!(told("", "hook.team.svc", now).ends_with("x509: certificate signed by unknown authority"));
        assert!(
            told(&trusted, "hook.other.svc", now).ends_with("valid for hook.team.svc, not hook.other.svc")
        );
        let mut legacy = CertificateParams::new(Vec::new()).unwrap();
        legacy.distinguished_name.push(DnType::CommonName, "hook.team.svc");
        let legacy = legacy.self_signed(&key).unwrap().pem();
        let told_of = |host| check_server(legacy.as_bytes(), legacy.as_bytes(), host, now).unwrap_err();
        assert!(told_of("hook.team.svc").ends_with("legacy Common Name field, use SANs instead"));
        assert!(told_of("other").ends_with("not valid for any names, but wanted to match other"));
        let late = Timestamp::from_second(100_000_000_000).unwrap();
        assert!(told(&trusted, "hook.team.svc", late).contains("is after 4096-01-01T00:00:00Z"));
    }
}
