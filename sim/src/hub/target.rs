//! Which connections a fault or a request of the control API is meant for.

use super::client::ConnId;
use crate::json::Json;

/// Which connections something is meant for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// All of them.
    All,
    /// One.
    Conn(ConnId),
    /// Those of one user, named with or without the domain.
    Login(String),
}

impl Target {
    /// Whether a connection is meant. Its login is `None` until it has logged in.
    pub fn matches(&self, conn: ConnId, login: Option<&str>) -> bool {
        match self {
            Target::All => true,
            Target::Conn(wanted) => conn == *wanted,
            Target::Login(wanted) => login.is_some_and(|login| {
                let number = login.split_once('@').map(|(number, _)| number);
                login == wanted || number == Some(wanted)
            }),
        }
    }

    /// `row` with the member that selects these connections, as a request would name it.
    pub fn show(&self, row: Json) -> Json {
        match self {
            Target::All => row,
            Target::Conn(conn) => row.with("conn", *conn),
            Target::Login(login) => row.with("login", login.as_str()),
        }
    }
}
