//! Who asks.

use std::sync::Arc;

use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::apimachinery::Status;
use crate::base::Timestamp;

use super::super::authentication::{API_AUDIENCE, user_of_token};
use super::super::authorization::User;
use super::super::registry::Registry;

/// How the requests of a connection prove who sends them.
#[derive(Clone, Debug)]
pub(crate) enum Authentication {
    /// The connection itself is the proof.
    Connection(Arc<User>),
    /// The client may have shown a certificate; every request may carry a token.
    Client(ClientCertificate),
}

/// What a client showed when it connected.
#[derive(Clone, Debug)]
pub(crate) enum ClientCertificate {
    /// Nothing.
    Absent,
    /// A certificate of the cluster's authority.
    Trusted {
        /// Whom it names.
        user: Arc<User>,
        /// When it ends.
        until: Timestamp,
    },
    /// Something else.
    Untrusted,
}

impl Authentication {
    /// The user behind a request.
    ///
    /// # Errors
    /// 401 for credentials that are not valid; without any, the user is anonymous.
    pub(super) fn user(
        &self,
        headers: &HeaderMap,
        registry: &Registry,
        now: Timestamp,
    ) -> Result<Arc<User>, Status> {
        let certificate = match self {
            Self::Connection(user) => return Ok(Arc::clone(user)),
            Self::Client(certificate) => certificate,
        };
        match certificate {
            ClientCertificate::Trusted { user, until } if now < *until => return Ok(Arc::clone(user)),
            _ => {}
        }
        let Some(token) = bearer_token(headers) else {
            return match certificate {
                ClientCertificate::Absent => Ok(Arc::new(User::anonymous())),
                _ => Err(Status::unauthorized()),
            };
        };
        let audiences = [API_AUDIENCE.to_owned()];
        let found = user_of_token(registry.authority()?, registry.store(), now, token, &audiences);
        found.map(|(user, _)| Arc::new(user)).ok_or_else(Status::unauthorized)
    }
}

/// The token of `Authorization: Bearer TOKEN`.
fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty()).then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Random;

    #[test]
    fn credentials_are_valid_or_refused_and_none_is_nobody() {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let registry = Registry::new(now, Random::seeded(1));
        let name = |certificate: ClientCertificate, token: &str| {
            let mut headers = HeaderMap::new();
            if !token.is_empty() {
                headers.insert(AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
            }
            let user = Authentication::Client(certificate).user(&headers, &registry, now);
            user.map(|user| user.name.clone()).map_err(|status| status.code)
        };
        let jane = |until: &str| ClientCertificate::Trusted {
            user: Arc::new(User::new("jane", &[])),
            until: until.parse().unwrap(),
        };
        assert_eq!(name(ClientCertificate::Absent, ""), Ok("system:anonymous".to_owned()));
        assert_eq!(name(ClientCertificate::Absent, "guess"), Err(401));
        assert_eq!(name(ClientCertificate::Untrusted, ""), Err(401));
        assert_eq!(name(jane("2026-01-02T00:00:00Z"), "guess"), Ok("jane".to_owned()));
        assert_eq!(name(jane("2025-01-02T00:00:00Z"), ""), Err(401));
    }
}
