//! Who asks.

use std::sync::Arc;

use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::apimachinery::Status;

use super::super::authorization::{AUTHENTICATED, MASTERS, User};

/// Name of minikube's administrator.
const ADMINISTRATOR: &str = "minikube-user";

/// Who may do everything.
fn administrator() -> User {
    User::new(ADMINISTRATOR, &[MASTERS, AUTHENTICATED])
}

/// How the requests of a connection prove who sends them.
#[derive(Clone, Debug)]
pub(crate) enum Authentication {
    /// The connection itself is the proof.
    Connection(Arc<User>),
    /// Every request carries this bearer token.
    Token(Arc<str>),
}

impl Authentication {
    /// A connection that may do everything.
    pub(crate) fn administrator() -> Self {
        Self::Connection(Arc::new(administrator()))
    }

    /// The user behind a request.
    ///
    /// # Errors
    /// 401 without the token.
    pub(super) fn user(&self, headers: &HeaderMap) -> Result<Arc<User>, Status> {
        match self {
            Self::Connection(user) => Ok(Arc::clone(user)),
            Self::Token(token) => {
                let given = headers
                    .get(AUTHORIZATION)
                    .and_then(|value| value.as_bytes().strip_prefix(b"Bearer "))
                    .unwrap_or_default();
                if equal_in_constant_time(given, token.as_bytes()) {
                    Ok(Arc::new(administrator()))
                } else {
                    Err(Status::unauthorized())
                }
            }
        }
    }
}

/// Compares without telling by its duration where the first difference is.
fn equal_in_constant_time(one: &[u8], two: &[u8]) -> bool {
    one.len() == two.len() && one.iter().zip(two).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_opens_the_door() {
        let door = Authentication::Token("secret".into());
        for (given, opens) in
            [("Bearer secret", true), ("Bearer secre", false), ("Bearer secret2", false), ("secret", false)]
        {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, given.parse().unwrap());
            assert_eq!(door.user(&headers).is_ok(), opens, "{given}");
        }
        assert_eq!(door.user(&HeaderMap::new()).unwrap_err().code, 401);
    }
}
