//! The `token` subresource of ServiceAccounts, and the tokens that Pods find in their volumes
//! (`pkg/registry/core/serviceaccount/storage/token.go`).

use std::sync::Arc;

use jiff::SignedDuration;

use crate::apimachinery::builtin::{NODE, POD, SECRET, SERVICE_ACCOUNT};
use crate::apimachinery::{FieldError, Kind, Object, ObjectKey, Status, seconds, unstored};
use crate::base::{Random, Timestamp, Value, json};

use super::super::authentication::{API_AUDIENCE, Authority, Bound, TokenClaims};
use super::super::authorization::User;
use super::Registry;

/// Seconds that a token is valid when the request does not say.
const LIFETIME_DEFAULT: i64 = 3_600;
/// Fewest seconds that a token is valid.
const LIFETIME_MIN: i64 = 600;
/// Most seconds that a request may ask for.
const LIFETIME_MAX: i64 = 1 << 32;
/// What the volume that every Pod gets asks for; such tokens live for a year, so that programs that
/// read the file only once go on working.
const LIFETIME_EXTENDED: i64 = 3_607;
const YEAR: SignedDuration = SignedDuration::from_hours(365 * 24);

static TOKEN_REQUEST: Kind = Kind {
    kind: "TokenRequest",
    plural: "tokenrequests",
    singular: "tokenrequest",
    namespaced: true,
    ..unstored::TOKEN_REVIEW
};

impl Registry {
    /// The keys of the cluster.
    ///
    /// # Errors
    /// 500 when the operating system gave no randomness to make them.
    pub(crate) fn authority(&self) -> Result<&Arc<Authority>, Status> {
        self.authority.as_ref().ok_or_else(|| Status::internal("the cluster has no keys"))
    }

    /// Gives the cluster other keys; called before anything is signed.
    pub(crate) fn set_authority(&mut self, authority: Option<Arc<Authority>>) {
        self.authority = authority;
    }

    /// Answers a TokenRequest about a service account.
    ///
    /// # Errors
    /// 404 (no such account or object), 409 (the object is another one), 400 and 422.
    pub(crate) fn request_token(
        &mut self,
        account: &ObjectKey,
        request: Object,
        user: &User,
    ) -> Result<Object, Status> {
        super::admission::admit_token(self, account, &request, user)?;
        let account = self.get(&SERVICE_ACCOUNT, account)?;
        let mut answer = request;
        let mut audiences: Vec<String> =
            answer.list("/spec/audiences").iter().filter_map(Value::as_str).map(str::to_owned).collect();
        if audiences.is_empty() {
            audiences.push(API_AUDIENCE.to_owned());
        }
        let lifetime = answer.number("/spec/expirationSeconds").unwrap_or(LIFETIME_DEFAULT);
        check_lifetime(lifetime)?;
        let bound = match answer.get("/spec/boundObjectRef") {
            Some(reference) => Some(self.bound(&account, reference)?),
            None => None,
        };
        let id = self.random.uuid();
        let (token, expires) = self.signed(&account, &audiences, lifetime, bound.as_ref(), id)?;
        answer.set("/apiVersion", TOKEN_REQUEST.api_version());
        answer.set("/kind", TOKEN_REQUEST.kind);
        answer.set("/metadata/name", account.name());
        answer.set("/metadata/namespace", account.namespace());
        answer.set("/metadata/creationTimestamp", seconds(self.now));
        answer.set("/spec/audiences", audiences);
        answer.set("/spec/expirationSeconds", lifetime);
        if bound.is_none() {
            answer.set("/spec/boundObjectRef", Value::Null);
        }
        answer.set("/status", json!({"expirationTimestamp": seconds(expires), "token": token}));
        Ok(answer)
    }

    /// The token that a projected volume of a Pod shows.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn projected_token(&self, pod: &Object, source: &Value) -> Result<String, String> {
        let name = pod.text("/spec/serviceAccountName");
        let key = ObjectKey::new(pod.namespace(), if name.is_empty() { "default" } else { name });
        let told = |status: Status| format!("failed to fetch token: {}", status.message);
        let account = self.get(&SERVICE_ACCOUNT, &key).map_err(told)?;
        let audience = source["audience"].as_str().filter(|audience| !audience.is_empty());
        let audiences = [audience.unwrap_or(API_AUDIENCE).to_owned()];
        let lifetime = source["expirationSeconds"].as_i64().unwrap_or(LIFETIME_DEFAULT);
        let bound = Bound { node: self.node_of(pod), object: Arc::new(pod.clone()) };
        // Volumes are filled without drawing from the cluster's generator.
        let text = format!("{} {} {}", pod.uid(), source["path"], self.now);
        let seed = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let id = Random::seeded(seed).uuid();
        self.signed(&account, &audiences, lifetime, Some(&bound), id).map(|(token, _)| token).map_err(told)
    }

    fn signed(
        &self,
        account: &Object,
        audiences: &[String],
        lifetime: i64,
        bound: Option<&Bound>,
        id: String,
    ) -> Result<(String, Timestamp), Status> {
        let after = |duration| self.now.checked_add(duration).unwrap_or(self.now);
        let asked = after(SignedDuration::from_secs(lifetime));
        let extends = lifetime == LIFETIME_EXTENDED
            && audiences == [API_AUDIENCE]
            && bound.is_some_and(|bound| bound.object.kind() == POD.kind);
        let (expires, warn_after) = if extends { (after(YEAR), Some(asked)) } else { (asked, None) };
        let claims = TokenClaims { account, audiences, now: self.now, expires, warn_after, bound, id };
        let token = claims.sign(self.authority()?).ok_or_else(|| Status::internal("no randomness"))?;
        Ok((token, asked))
    }

    /// The object that a token shall be bound to.
    fn bound(&self, account: &Object, reference: &Value) -> Result<Bound, Status> {
        let text = |field: &str| reference[field].as_str().unwrap_or_default();
        let (name, uid) = (text("name"), text("uid"));
        let kind = match (text("apiVersion"), text("kind")) {
            ("v1", "Pod") => &POD,
            ("v1", "Secret") => &SECRET,
            ("v1", "Node") => &NODE,
            (version, kind) => {
                let (group, version) = version.split_once('/').unwrap_or(("", version));
                let text = format!("cannot bind token to object of type {group}/{version}, Kind={kind}");
                return Err(Status::bad_request(text));
            }
        };
        let namespace = if kind.namespaced { account.namespace() } else { "" };
        let object = self.get(kind, &ObjectKey::new(namespace, name))?;
        if kind == &POD && object.text("/spec/serviceAccountName") != account.name() {
            return Err(Status::bad_request(format!(
                "cannot bind token for serviceaccount {:?} to pod running with different serviceaccount name.",
                account.name()
            )));
        }
        if !uid.is_empty() && uid != object.uid() {
            let why = format!(
                "the UID in the bound object reference ({uid}) does not match the UID in record. The object might have been deleted and then recreated"
            );
            let message = format!("Operation cannot be fulfilled on {} {name:?}: {why}", kind.kind);
            return Err(Status::failure(409, "Conflict", message));
        }
        let node = if kind == &POD { self.node_of(&object) } else { None };
        Ok(Bound { object, node })
    }

    fn node_of(&self, pod: &Object) -> Option<Arc<Object>> {
        self.get(&NODE, &ObjectKey::new("", pod.text("/spec/nodeName"))).ok()
    }
}

fn check_lifetime(lifetime: i64) -> Result<(), Status> {
    let why = if lifetime < LIFETIME_MIN {
        "may not specify a duration less than 10 minutes"
    } else if lifetime > LIFETIME_MAX {
        "may not specify a duration larger than 2^32 seconds"
    } else {
        return Ok(());
    };
    Err(Status::invalid(&TOKEN_REQUEST, "", &[FieldError::invalid("spec.expirationSeconds", lifetime, why)]))
}

#[cfg(test)]
mod tests {
    use super::super::super::authentication::user_of_token;
    use super::super::WriteOptions;
    use super::*;
    use crate::apimachinery::builtin::NAMESPACE;

    fn registry() -> (Registry, ObjectKey) {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut registry = Registry::new(now, Random::seeded(1));
        registry.load(&NAMESPACE, Object::new(&NAMESPACE, "", "default"));
        registry.load(&SERVICE_ACCOUNT, Object::new(&SERVICE_ACCOUNT, "default", "bot"));
        (registry, ObjectKey::new("default", "bot"))
    }

    fn asking(spec: Value) -> Object {
        Object::from_value(json!({"spec": spec})).unwrap()
    }

    #[test]
    fn a_token_holds_until_it_expires_or_its_account_goes() {
        let (mut registry, key) = registry();
        let answer = registry
            .request_token(&key, asking(json!({"expirationSeconds": 600})), &User::default())
            .unwrap();
        assert_eq!(answer.text("/status/expirationTimestamp"), "2026-01-01T00:10:00Z");
        let token = answer.text("/status/token").to_owned();
        let audiences = [API_AUDIENCE.to_owned()];
        let user = |registry: &Registry, second: i64| {
            let now = registry.now().checked_add(SignedDuration::from_secs(second)).unwrap();
            let authority = registry.authority().unwrap();
            user_of_token(authority, registry.store(), now, &token, &audiences).map(|(user, _)| user)
        };
        let found = user(&registry, 599).unwrap();
        assert_eq!(found.name, "system:serviceaccount:default:bot");
        assert_eq!(found.groups[1], "system:serviceaccounts:default");
        assert!(user(&registry, 600).is_none());
        let options = WriteOptions::component("test");
        registry.delete(&SERVICE_ACCOUNT, &key, &Default::default(), &options).unwrap();
        registry.load(&SERVICE_ACCOUNT, Object::new(&SERVICE_ACCOUNT, "default", "bot"));
        assert!(user(&registry, 0).is_none(), "the new account is another one");
    }

    #[test]
    fn requests_that_make_no_sense_are_refused() {
        let (mut registry, key) = registry();
        let mut refusal =
            |spec| registry.request_token(&key, asking(spec), &User::default()).unwrap_err().message;
        assert_eq!(
            refusal(json!({"expirationSeconds": 60})),
            r#"TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes"#
        );
        let pod = json!({"boundObjectRef": {"kind": "Pod", "apiVersion": "v1", "name": "web"}});
        assert_eq!(refusal(pod), r#"pods "web" not found"#);
    }
}
