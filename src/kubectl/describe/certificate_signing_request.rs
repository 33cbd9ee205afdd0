//! Describes CertificateSigningRequests, with what the request in them asks for.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use x509_parser::oid_registry::OID_X509_SERIALNUMBER;
use x509_parser::prelude::{
    AttributeTypeAndValue, FromDer, GeneralName, ParsedExtension, X509CertificationRequest,
};

use super::text::{Text, array, long_time, text_of};
use crate::base::{Value, human_duration};

/// What stands before the parts of a subject; two more characters come with the alignment.
const INDENT: &str = "       ";

/// Describes a CertificateSigningRequest.
pub(crate) fn describe(text: &mut Text, object: &Value) {
    let (metadata, spec) = (&object["metadata"], &object["spec"]);
    text.field(0, "Name", text_of(&metadata["name"]));
    text.field(0, "Labels", pairs(&metadata["labels"]));
    text.field(0, "Annotations", pairs(&metadata["annotations"]));
    text.field(0, "CreationTimestamp", long_time(&metadata["creationTimestamp"]));
    text.field(0, "Requesting User", text_of(&spec["username"]));
    text.field_if(0, "Signer", text_of(&spec["signerName"]));
    if let Some(seconds) = spec["expirationSeconds"].as_i64() {
        text.field(0, "Requested Duration", human_duration(SignedDuration::from_secs(seconds)));
    }
    text.field(0, "Status", status(object));
    let bytes = STANDARD.decode(text_of(&spec["request"])).unwrap_or_default();
    if let Ok((_, block)) = x509_parser::pem::parse_x509_pem(&bytes)
        && let Ok((_, request)) = X509CertificationRequest::from_der(&block.contents)
    {
        subject(text, &request);
        alternative_names(text, &request);
    }
}

fn pairs(map: &Value) -> String {
    let pairs: Vec<String> = map
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={}", text_of(value)))
        .collect();
    if pairs.is_empty() { "<none>".to_owned() } else { pairs.join(",") }
}

fn status(object: &Value) -> String {
    let conditions = array(&object["status"]["conditions"]);
    let has = |kind: &str| conditions.iter().any(|condition| condition["type"] == kind);
    let mut text = match (has("Denied"), has("Approved")) {
        (true, _) => "Denied",
        (false, true) => "Approved",
        (false, false) => "Pending",
    }
    .to_owned();
    if has("Failed") {
        text.push_str(",Failed");
    }
    if !text_of(&object["status"]["certificate"]).is_empty() {
        text.push_str(",Issued");
    }
    text
}

fn subject(text: &mut Text, request: &X509CertificationRequest<'_>) {
    let name = &request.certification_request_info.subject;
    let read = |values: &mut dyn Iterator<Item = &AttributeTypeAndValue<'_>>| -> Vec<String> {
        values.filter_map(|value| value.as_str().ok()).map(str::to_owned).collect()
    };
    let first = |values: Vec<String>| values.into_iter().next().unwrap_or_default();
    text.line(0, "Subject:");
    text.line(0, format!("{INDENT}\tCommon Name:\t{}", first(read(&mut name.iter_common_name()))));
    text.line(
        0,
        format!("{INDENT}\tSerial Number:\t{}", first(read(&mut name.iter_by_oid(&OID_X509_SERIALNUMBER)))),
    );
    list(text, "Organization", &read(&mut name.iter_organization()));
    list(text, "Organizational Unit", &read(&mut name.iter_organizational_unit()));
    list(text, "Country", &read(&mut name.iter_country()));
    list(text, "Locality", &read(&mut name.iter_locality()));
    list(text, "Province", &read(&mut name.iter_state_or_province()));
}

fn alternative_names(text: &mut Text, request: &X509CertificationRequest<'_>) {
    let mut lists: [(&str, Vec<String>); 4] =
        [("DNS Names", vec![]), ("Email Addresses", vec![]), ("URIs", vec![]), ("IP Addresses", vec![])];
    for extension in request.requested_extensions().into_iter().flatten() {
        let ParsedExtension::SubjectAlternativeName(names) = extension else { continue };
        for name in &names.general_names {
            let (list, value) = match name {
                GeneralName::DNSName(name) => (0, (*name).to_owned()),
                GeneralName::RFC822Name(name) => (1, (*name).to_owned()),
                GeneralName::URI(name) => (2, (*name).to_owned()),
                GeneralName::IPAddress(bytes) => (3, address(bytes)),
                _ => continue,
            };
            lists[list].1.push(value);
        }
    }
    if lists.iter().all(|(_, values)| values.is_empty()) {
        return;
    }
    text.line(0, "Subject Alternative Names:");
    for (title, values) in &lists {
        list(text, title, values);
    }
}

fn address(bytes: &[u8]) -> String {
    match (<[u8; 4]>::try_from(bytes), <[u8; 16]>::try_from(bytes)) {
        (Ok(bytes), _) => std::net::Ipv4Addr::from(bytes).to_string(),
        (_, Ok(bytes)) => std::net::Ipv6Addr::from(bytes).to_string(),
        _ => String::new(),
    }
}

/// Values below each other, or nothing.
fn list(text: &mut Text, title: &str, values: &[String]) {
    for (index, value) in values.iter().enumerate() {
        if index == 0 {
            text.line(0, format!("{INDENT}\t{title}:\t{value}"));
        } else {
            text.line(0, format!("{INDENT}\t\t{value}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair};

    use crate::base::json;

    use super::*;

    #[test]
    fn the_request_is_opened() {
        let mut params = CertificateParams::new(vec!["web.example".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::OrganizationName, "dev");
        params.distinguished_name.push(DnType::CommonName, "jane");
        let pem = params.serialize_request(&KeyPair::generate().unwrap()).unwrap().pem().unwrap();
        let object = json!({
            "metadata": {"name": "jane", "creationTimestamp": "2026-11-23T03:39:11Z"},
            "spec": {"username": "minikube-user", "signerName": "a.io/b", "expirationSeconds": 86_400,
                "request": STANDARD.encode(pem)},
        });
        let mut text = Text::default();
        describe(&mut text, &object);
        assert_eq!(
            text.aligned(),
            "\
Name:                jane
Labels:              <none>
Annotations:         <none>
CreationTimestamp:   Mon, 23 Nov 2026 03:39:11 +0000
Requesting User:     minikube-user
Signer:              a.io/b
Requested Duration:  24h
Status:              Pending
Subject:
         Common Name:    jane
         Serial Number:  
         Organization:   dev
Subject Alternative Names:
         DNS Names:  web.example
"
        );
    }
}
