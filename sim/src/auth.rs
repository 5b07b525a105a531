//! Who may log in: passwords from the configuration, tokens from it and from the HTTP API.

use std::collections::HashMap;

use uuid::Uuid;

use crate::config::{Config, User};
use crate::json::Json;
use crate::limits::MOST_TOKENS;

/// Why a login was refused: a JSON-RPC error code and its message.
pub type Refusal = (i32, &'static str);

/// The code of a login that was tried and refused.
pub const AUTH_FAILED: i32 = -32001;
/// The code of a request that came without a login.
const AUTH_REQUIRED: i32 = -32000;

/// For whom a token was issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A user, by number.
    User(String),
    /// A back end with a developer key.
    Developer,
}

/// The tokens that the HTTP API has issued.
#[derive(Debug, Default)]
pub struct Tokens {
    issued: HashMap<String, (Owner, Option<u64>)>,
}

impl Tokens {
    /// Issues a token that is valid until `expires` (Unix milliseconds). None if there are so many
    /// valid tokens that there may be no more.
    pub fn issue(&mut self, owner: Owner, expires: Option<u64>, now: u64) -> Option<String> {
        if self.issued.len() >= MOST_TOKENS {
            self.issued
                .retain(|_, (_, expires)| expires.is_none_or(|expires| now < expires));
        }
        (self.issued.len() < MOST_TOKENS).then(|| {
            let token = Uuid::new_v4().to_string();
            self.issued.insert(token.clone(), (owner, expires));
            token
        })
    }

    /// Whose token this is, unless it has expired.
    pub fn owner(&self, token: &str, now: u64) -> Option<&Owner> {
        let (owner, expires) = self.issued.get(token)?;
        expires.is_none_or(|expires| now < expires).then_some(owner)
    }

    /// Lets the tokens that match expire now, and counts them.
    pub fn expire(&mut self, matches: impl Fn(&str, &Owner) -> bool) -> usize {
        let before = self.issued.len();
        self.issued
            .retain(|token, (owner, _)| !matches(token, owner));
        before.saturating_sub(self.issued.len())
    }

    /// Forgets all tokens.
    pub fn clear(&mut self) {
        self.issued.clear();
    }
}

/// Finds the user whose credentials stand in the `params` of a request.
pub fn check<'a>(
    config: &'a Config,
    tokens: &Tokens,
    params: Option<&Json>,
    now: u64,
) -> Result<&'a User, Refusal> {
    let params = params.ok_or((AUTH_FAILED, "Missing params"))?;
    let login = params.get_str("login").filter(|login| !login.is_empty());
    let login = login.ok_or((AUTH_REQUIRED, "Authentication Required"))?;
    let password = params.get_str("passwd").filter(|passwd| !passwd.is_empty());
    let password = password.ok_or((AUTH_FAILED, "Missing passwd"))?;

    let (number, domain) = match login.split_once('@') {
        Some((number, _)) if config.force_register_domain => (number, config.domain.as_str()),
        None if config.force_register_domain => (login, config.domain.as_str()),
        Some(parts) => parts,
        None => return Err((AUTH_FAILED, "Missing or improper credentials")),
    };
    let user = config
        .user(number)
        .filter(|_| domain.eq_ignore_ascii_case(&config.domain));
    let user = user.ok_or((AUTH_FAILED, "Login Incorrect"))?;

    let accepted = match token(params) {
        Some(token) => {
            user.tokens.iter().any(|fixed| fixed == token)
                || tokens.owner(token, now) == Some(&Owner::User(user.login.clone()))
        }
        None => password == user.jsonrpc_password.as_ref().unwrap_or(&user.password),
    };
    if accepted {
        Ok(user)
    } else {
        Err((AUTH_FAILED, "Authentication Failure"))
    }
}

/// The token of a login; pages send an empty one when they log in by password.
fn token(params: &Json) -> Option<&str> {
    let login_params = params.get("loginParams")?;
    ["xui_sessid", "xcc_token"]
        .into_iter()
        .find_map(|name| login_params.get_str(name).filter(|token| !token.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(tokens: &Tokens, now: u64, login_params: &str) -> Result<String, Refusal> {
        let config = Config::parse(
            "users = [{login = '1001', password = '1234', tokens = ['fixed']}, \
             {login = '1002', password = '1234'}]",
        )
        .unwrap();
        let params = format!(
            r#"{{"login":"1001@xswitch.cn","passwd":"password","loginParams":{login_params}}}"#
        );
        let params = Json::parse(&params);
        check(&config, tokens, params.as_ref(), now).map(|user| user.login.clone())
    }

    #[test]
    fn a_token_counts_for_its_owner_until_it_expires() {
        let mut tokens = Tokens::default();
        let own = tokens
            .issue(Owner::User("1001".into()), Some(1000), 0)
            .unwrap();
        let others = tokens.issue(Owner::User("1002".into()), None, 0).unwrap();
        let developer = tokens.issue(Owner::Developer, None, 0).unwrap();
        let refused = Err((AUTH_FAILED, "Authentication Failure"));
        let accepted = Ok("1001".to_owned());

        for name in ["xui_sessid", "xcc_token"] {
            let params = |token: &str| format!(r#"{{"{name}":"{token}"}}"#);
            assert_eq!(login(&tokens, 999, &params(&own)), accepted);
            assert_eq!(login(&tokens, 1000, &params(&own)), refused);
            assert_eq!(login(&tokens, 0, &params(&others)), refused);
            assert_eq!(login(&tokens, 0, &params(&developer)), refused);
            assert_eq!(login(&tokens, 0, &params("fixed")), accepted);
            assert_eq!(login(&tokens, 0, &params("wrong")), refused);
            // An empty token does not count, so that the password is tried, which is wrong.
            assert_eq!(login(&tokens, 0, &params("")), refused);
        }
        let both = format!(r#"{{"xui_sessid":"","xcc_token":"{own}"}}"#);
        assert_eq!(login(&tokens, 0, &both), accepted);
        tokens.clear();
        assert_eq!(login(&tokens, 0, &both), refused);
    }

    #[test]
    fn tokens_are_bounded_and_expired_ones_make_room() {
        let mut tokens = Tokens::default();
        for _ in 0..MOST_TOKENS {
            assert!(tokens.issue(Owner::Developer, Some(1000), 0).is_some());
        }
        assert_eq!(tokens.issue(Owner::Developer, None, 999), None);
        assert!(tokens.issue(Owner::Developer, None, 1000).is_some());
    }
}
