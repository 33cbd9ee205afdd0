//! Roles that gather, Secrets with tokens, and certificates that are signed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, DnType, KeyPair};

use crate::base::json;

use super::super::super::authentication::{API_AUDIENCE, user_of_certificate, user_of_token};
use super::*;

#[test]
fn a_role_gathers_the_rules_of_those_that_its_selector_chooses() {
    let mut simulation = cluster();
    let selector = json!({"clusterRoleSelectors": [{"matchLabels": {"team": "a"}}]});
    create(&mut simulation, &builtin::CLUSTER_ROLE, "all", json!({"aggregationRule": selector}));
    let rules = json!([{"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}]);
    let part = json!({"labels": {"team": "a"}, "rules": rules});
    create(&mut simulation, &builtin::CLUSTER_ROLE, "part", part);
    run(&mut simulation, 0);
    assert_eq!(get(&simulation, &builtin::CLUSTER_ROLE, "all").value()["rules"], rules);
    delete(&mut simulation, &builtin::CLUSTER_ROLE, "part");
    run(&mut simulation, 0);
    assert_eq!(get(&simulation, &builtin::CLUSTER_ROLE, "all").list("/rules").len(), 0);
    let admin = get(&simulation, &builtin::CLUSTER_ROLE, "admin");
    assert!(
        admin.list("/rules").len() > get(&simulation, &builtin::CLUSTER_ROLE, "edit").list("/rules").len()
    );
}

#[test]
fn a_secret_gets_the_token_of_its_account_and_goes_with_it() {
    let mut simulation = cluster();
    create(&mut simulation, &builtin::SERVICE_ACCOUNT, "bot", json!({}));
    let annotations = json!({"annotations": {"kubernetes.io/service-account.name": "bot"}});
    let mut secret = Object::new(&builtin::SECRET, "default", "bot-token");
    secret.set("/metadata/annotations", annotations["annotations"].clone());
    secret.set("/type", "kubernetes.io/service-account-token");
    let options = WriteOptions::component("test");
    simulation.registry.create(&builtin::SECRET, "default", secret, &options).unwrap();
    run(&mut simulation, 0);
    let secret = get(&simulation, &builtin::SECRET, "bot-token");
    let token = String::from_utf8(STANDARD.decode(secret.text("/data/token")).unwrap()).unwrap();
    let user = |simulation: &Simulation| {
        let registry = &simulation.registry;
        let audiences = [API_AUDIENCE.to_owned()];
        let authority = registry.authority().unwrap();
        let found = user_of_token(authority, registry.store(), registry.now(), &token, &audiences);
        found.map(|(user, _)| user.name)
    };
    assert_eq!(user(&simulation), Some("system:serviceaccount:default:bot".to_owned()));
    delete(&mut simulation, &builtin::SERVICE_ACCOUNT, "bot");
    run(&mut simulation, 0);
    assert!(simulation.registry.get(&builtin::SECRET, &key("bot-token")).is_err());
    assert_eq!(user(&simulation), None);
}

fn request(organization: &str) -> String {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::OrganizationName, organization);
    params.distinguished_name.push(DnType::CommonName, "jane");
    let pem = params.serialize_request(&KeyPair::generate().unwrap()).unwrap().pem().unwrap();
    STANDARD.encode(pem)
}

#[test]
fn an_approved_request_is_signed_and_later_forgotten() {
    let kind = &builtin::CERTIFICATE_SIGNING_REQUEST;
    let mut simulation = cluster();
    let spec = |request: String, usage: &str| {
        json!({"spec": {"request": request, "usages": [usage],
            "signerName": "kubernetes.io/kube-apiserver-client"}})
    };
    create(&mut simulation, kind, "jane", spec(request("dev"), "client auth"));
    create(&mut simulation, kind, "odd", spec(request("dev"), "server auth"));
    let mut masters = Object::new(kind, "", "masters");
    masters.set("/spec", spec(request("system:masters"), "client auth")["spec"].clone());
    let options = WriteOptions::component("test");
    let refusal = simulation.registry.create(kind, "", masters, &options).unwrap_err();
    assert_eq!(
        refusal.message,
        r#"certificatesigningrequests.certificates.k8s.io "masters" is forbidden: use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed"#
    );
    for name in ["jane", "odd"] {
        let mut approved = Object::clone(&get(&simulation, kind, name));
        assert_eq!(approved.text("/spec/username"), "system:test");
        // Whoever approves may have a clock that is far behind.
        let long_ago = "2020-01-01T00:00:00Z";
        let condition = json!({"type": "Approved", "status": "True", "lastUpdateTime": long_ago});
        approved.set("/status/conditions", json!([condition]));
        let options = WriteOptions { subresource: "approval", ..WriteOptions::component("test") };
        simulation.registry.update(kind, &approved.key(), approved, &options).unwrap();
    }
    run(&mut simulation, 0);
    let signed = get(&simulation, kind, "jane");
    let pem = STANDARD.decode(signed.text("/status/certificate")).unwrap();
    let (_, block) = x509_parser::pem::parse_x509_pem(&pem).unwrap();
    let user = user_of_certificate(&block.contents).unwrap();
    assert_eq!((user.name.as_str(), user.groups[0].as_str()), ("jane", "dev"));
    let odd = get(&simulation, kind, "odd");
    assert_eq!(
        odd.condition("Failed").unwrap()["message"],
        "invalid usage for client certificate: server auth"
    );
    run(&mut simulation, 3_600);
    assert_eq!(simulation.registry.list(kind, None).len(), 0);
}
