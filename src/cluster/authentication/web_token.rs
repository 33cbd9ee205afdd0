//! Signed tokens (JWT): a header, claims and a signature, each in URL-safe base64.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde::Serialize;

use crate::base::{Value, json};

use super::authority::Authority;

/// Bytes that a token may have; nobody is asked to check longer ones.
const LENGTH_MAX: usize = 16 * 1024;
const ALGORITHM: &str = "ES256";
/// Bytes of one coordinate of the public key.
const COORDINATE: usize = 32;

/// Signs claims; `None` without randomness.
pub(super) fn sign(authority: &Authority, claims: &Value) -> Option<String> {
    let header = json!({"alg": ALGORITHM, "kid": authority.token_key_id()});
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(&header), part(claims));
    let signature = authority.sign_token(text.as_bytes())?;
    Some(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// The claims of a token that this authority signed.
pub(super) fn verified(authority: &Authority, token: &str) -> Option<Value> {
    if token.len() > LENGTH_MAX {
        return None;
    }
    let (text, signature) = token.rsplit_once('.')?;
    let (header, claims) = text.split_once('.')?;
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let value = |part: &str| serde_json::from_slice::<Value>(&decoded(part)?).ok();
    if value(header)?["alg"] != ALGORITHM {
        return None;
    }
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, authority.token_public_key());
    key.verify(text.as_bytes(), &decoded(signature)?).ok()?;
    value(claims)
}

/// The public key, as `/openid/v1/jwks` tells it.
pub(super) fn key_set(authority: &Authority) -> KeySet {
    // The point is written uncompressed: a four, then both coordinates.
    let point = authority.token_public_key();
    let coordinate =
        |from: usize| URL_SAFE_NO_PAD.encode(point.get(from..from + COORDINATE).unwrap_or_default());
    KeySet {
        keys: [Key {
            purpose: "sig",
            kty: "EC",
            kid: authority.token_key_id(),
            crv: "P-256",
            alg: ALGORITHM,
            x: coordinate(1),
            y: coordinate(1 + COORDINATE),
        }],
    }
}

/// The keys by which tokens are checked.
#[derive(Serialize)]
pub(super) struct KeySet {
    keys: [Key; 1],
}

#[derive(Serialize)]
struct Key {
    #[serde(rename = "use")]
    purpose: &'static str,
    kty: &'static str,
    kid: String,
    crv: &'static str,
    alg: &'static str,
    x: String,
    y: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_signed_is_believed() {
        let (authority, other) = (Authority::fresh().unwrap(), Authority::fresh().unwrap());
        let claims = json!({"sub": "jane"});
        let token = sign(&authority, &claims).unwrap();
        assert_eq!(verified(&authority, &token), Some(claims));
        assert_eq!(verified(&other, &token), None);
        let forged = token.replacen('.', ".e", 1);
        assert_eq!(verified(&authority, &forged), None);
        let (text, _) = token.rsplit_once('.').unwrap();
        assert_eq!(verified(&authority, &format!("{text}.")), None);
    }
}
