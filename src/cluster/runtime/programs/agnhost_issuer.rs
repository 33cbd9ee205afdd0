//! The subcommand of agnhost that checks a token of a service account by what the API server tells of its issuer.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::base::Value;

use super::super::process::Process;
use super::super::system::System;
use super::agnhost::flag;

/// The subcommand.
pub(super) const NAME: &str = "test-service-account-issuer-discovery";

/// Runs to its end: 0 when the token is for the audience, 1 otherwise.
pub(super) fn run(process: &mut Process, system: &mut dyn System) {
    let words = process.command();
    let given = |name: &str| flag(&words, name).unwrap_or_default();
    let at = system.now().strftime("%Y/%m/%d %H:%M:%S").to_string();
    let (lines, failed) = match system.files().read(&given("token-path")) {
        Err(_) => (vec![format!("open {}: no such file or directory", given("token-path"))], true),
        Ok(token) => judged(&String::from_utf8_lossy(&token), &given("audience")),
    };
    for line in lines {
        process.print_error(format!("{at} {line}\n").as_bytes());
    }
    process.exit_code = Some(i32::from(failed));
}

/// What is told about a token, and whether it is of no use.
fn judged(token: &str, audience: &str) -> (Vec<String>, bool) {
    let got = "OK: Got token".to_owned();
    let payload = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part.trim()).ok());
    let claims = payload.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    let Some(claims) = claims else {
        return (vec![got, "go-jose/go-jose: compact JWS format must have three parts".to_owned()], true);
    };
    let issuer = claims["iss"].as_str().unwrap_or_default();
    let mut lines = vec![
        got,
        "validating with in-cluster discovery".to_owned(),
        format!("OK: got issuer {issuer}"),
        format!("OK: Constructed OIDC provider for issuer {issuer}"),
    ];
    let audiences: Vec<&str> =
        claims["aud"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if audiences.contains(&audience) {
        lines.push("OK: Validated signature on JWT".to_owned());
        lines.push("OK: Got valid claims from token!".to_owned());
        return (lines, false);
    }
    lines.push(format!(
        "failed to validate with in-cluster discovery: oidc: expected audience {audience:?} got {audiences:?}"
    ));
    lines.push("falling back to validating with external discovery".to_owned());
    lines.push(format!("Get \"{issuer}/.well-known/openid-configuration\": tls: failed to verify certificate: x509: certificate signed by unknown authority"));
    (lines, true)
}
