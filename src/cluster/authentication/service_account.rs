//! Tokens of service accounts: what they claim, and whether that still holds
//! (`pkg/serviceaccount/{claims,legacy,jwt}.go`).

use jiff::SignedDuration;
use serde::Serialize;

use crate::apimachinery::builtin::{NODE, POD, SECRET, SERVICE_ACCOUNT};
use crate::apimachinery::{Kind, Object, ObjectKey};
use crate::base::{Timestamp, Value, json};

use super::super::authorization::User;
use super::super::storage::Store;
use super::authority::Authority;
use super::certificate::CREDENTIAL_ID;
use super::web_token;

/// Who issues the tokens, and for whom they are meant unless something else is said.
pub(crate) const API_AUDIENCE: &str = "https://kubernetes.default.svc.cluster.local";
/// Who issues the tokens that stand in Secrets.
const LEGACY_ISSUER: &str = "kubernetes/serviceaccount";
/// Where other programs find the public key.
const KEY_SET_URL: &str = "https://192.168.49.2:8443/openid/v1/jwks";
/// How long a token outlives the deletion of what it is bound to.
const DELETION_GRACE: SignedDuration = SignedDuration::from_secs(60);

/// An object that a token is bound to: it ends with it.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    /// The object.
    pub object: std::sync::Arc<Object>,
    /// The node of a bound Pod.
    pub node: Option<std::sync::Arc<Object>>,
}

/// What a new token says.
#[derive(Clone, Debug)]
pub(crate) struct TokenClaims<'a> {
    /// The service account.
    pub account: &'a Object,
    /// For whom the token is.
    pub audiences: &'a [String],
    /// When it was made.
    pub now: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
    /// When its user should have asked for another one, if it lives longer than was asked for.
    pub warn_after: Option<Timestamp>,
    /// What it is bound to.
    pub bound: Option<&'a Bound>,
    /// Its identifier.
    pub id: String,
}

impl TokenClaims<'_> {
    /// The signed token; `None` without randomness.
    pub(crate) fn sign(&self, authority: &Authority) -> Option<String> {
        let account = self.account;
        let reference = |object: &Object| json!({"name": object.name(), "uid": object.uid()});
        let mut private = json!({"namespace": account.namespace(), "serviceaccount": reference(account)});
        if let Some(Bound { object, node }) = self.bound {
            private[object.kind().to_lowercase()] = reference(object);
            if let Some(node) = node {
                private["node"] = reference(node);
            }
        }
        if let Some(moment) = self.warn_after {
            private["warnafter"] = moment.as_second().into();
        }
        let claims = json!({
            "aud": self.audiences,
            "exp": self.expires.as_second(),
            "iat": self.now.as_second(),
            "iss": API_AUDIENCE,
            "jti": self.id,
            "kubernetes.io": private,
            "nbf": self.now.as_second(),
            "sub": subject(account),
        });
        web_token::sign(authority, &claims)
    }
}

fn subject(account: &Object) -> String {
    format!("system:serviceaccount:{}:{}", account.namespace(), account.name())
}

/// The token that a Secret of an account holds; it does not end by itself.
pub(crate) fn legacy_claims(authority: &Authority, account: &Object, secret: &Object) -> Option<String> {
    let claims = json!({
        "iss": LEGACY_ISSUER,
        "kubernetes.io/serviceaccount/namespace": account.namespace(),
        "kubernetes.io/serviceaccount/secret.name": secret.name(),
        "kubernetes.io/serviceaccount/service-account.name": account.name(),
        "kubernetes.io/serviceaccount/service-account.uid": account.uid(),
        "sub": subject(account),
    });
    web_token::sign(authority, &claims)
}

/// The account behind a token and the audiences that it has in common with `audiences`; `None` for
/// tokens that are not ours, are over, or whose account or object is gone.
pub(crate) fn user_of_token(
    authority: &Authority,
    store: &Store,
    now: Timestamp,
    token: &str,
    audiences: &[String],
) -> Option<(User, Vec<String>)> {
    let claims = web_token::verified(authority, token)?;
    if claims["iss"] == LEGACY_ISSUER {
        let user = legacy_user(store, &claims, token)?;
        // Such a token names no audience: it is for the API server.
        let fits = audiences.iter().any(|audience| audience == API_AUDIENCE);
        return fits.then(|| (user, vec![API_AUDIENCE.to_owned()]));
    }
    let second = now.as_second();
    let until = claims["exp"].as_i64()?;
    if claims["iss"] != API_AUDIENCE || second >= until || second < claims["nbf"].as_i64()? {
        return None;
    }
    let meant: Vec<String> = claims["aud"]
        .as_array()?
        .iter()
        .filter_map(Value::as_str)
        .filter(|audience| audiences.iter().any(|wanted| wanted == audience))
        .map(str::to_owned)
        .collect();
    if meant.is_empty() {
        return None;
    }
    let private = &claims["kubernetes.io"];
    let namespace = private["namespace"].as_str()?;
    let account = found(store, &SERVICE_ACCOUNT, namespace, &private["serviceaccount"], now)?;
    let mut user = User::service_account(namespace, account.name());
    user.uid = account.uid().to_owned();
    user.extra.insert(CREDENTIAL_ID.to_owned(), vec![format!("JTI={}", claims["jti"].as_str()?)]);
    for (field, kind) in [("pod", &POD), ("secret", &SECRET), ("node", &NODE)] {
        let Some(reference) = private.get(field) else { continue };
        let place = if kind.namespaced { namespace } else { "" };
        let alone = field != "node" || private.get("pod").is_none();
        if alone {
            found(store, kind, place, reference, now)?;
        }
        if field != "secret" {
            for part in ["name", "uid"] {
                let value = reference[part].as_str()?.to_owned();
                user.extra.insert(format!("authentication.kubernetes.io/{field}-{part}"), vec![value]);
            }
        }
    }
    user.groups.push(super::super::authorization::AUTHENTICATED.to_owned());
    Some((user, meant))
}

/// The object that a claim names, unless it is another one by now or on its way out for too long.
fn found<'a>(
    store: &'a Store,
    kind: &Kind,
    namespace: &str,
    reference: &Value,
    now: Timestamp,
) -> Option<&'a Object> {
    let object = store.get(kind, &ObjectKey::new(namespace, reference["name"].as_str()?))?;
    let over = object
        .deletion_timestamp()
        .is_some_and(|moment| moment.checked_add(DELETION_GRACE).is_ok_and(|end| end < now));
    (object.uid() == reference["uid"].as_str()? && !over).then_some(object)
}

fn legacy_user(store: &Store, claims: &Value, token: &str) -> Option<User> {
    use base64::Engine;
    let text = |name: &str| claims[format!("kubernetes.io/serviceaccount/{name}")].as_str();
    let namespace = text("namespace")?;
    let secret = store.get(&SECRET, &ObjectKey::new(namespace, text("secret.name")?))?;
    let held = base64::engine::general_purpose::STANDARD.decode(secret.text("/data/token")).ok()?;
    let account = store.get(&SERVICE_ACCOUNT, &ObjectKey::new(namespace, text("service-account.name")?))?;
    let same = held == token.as_bytes() && account.uid() == text("service-account.uid")?;
    if !same || secret.is_terminating() {
        return None;
    }
    let mut user = User::service_account(namespace, account.name());
    user.uid = account.uid().to_owned();
    user.groups.push(super::super::authorization::AUTHENTICATED.to_owned());
    Some(user)
}

/// What `/.well-known/openid-configuration` and `/openid/v1/jwks` answer.
pub(crate) fn openid_configuration(authority: &Authority, path: &str) -> Option<String> {
    match path.trim_end_matches('/') {
        "/.well-known/openid-configuration" => {
            let configuration = OpenidConfiguration {
                issuer: API_AUDIENCE,
                jwks_uri: KEY_SET_URL,
                response_types_supported: ["id_token"],
                subject_types_supported: ["public"],
                id_token_signing_alg_values_supported: ["ES256"],
            };
            serde_json::to_string(&configuration).ok()
        }
        "/openid/v1/jwks" => serde_json::to_string(&web_token::key_set(authority)).ok(),
        _ => None,
    }
}

/// What a client needs to know of the issuer of tokens.
#[derive(Serialize)]
struct OpenidConfiguration {
    issuer: &'static str,
    jwks_uri: &'static str,
    response_types_supported: [&'static str; 1],
    subject_types_supported: [&'static str; 1],
    id_token_signing_alg_values_supported: [&'static str; 1],
}
