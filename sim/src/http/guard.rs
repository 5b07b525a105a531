//! Who may talk to the simulator. Pages of every site on the web run in the same browser as the
//! developer's own, and a browser lets each of them send requests to this machine.
//!
//! Three checks, each with an option or a way that opens it:
//!
//! - `Host` must be a name of this machine (`--allow-host` adds names). Otherwise a site whose name
//!   is made to point to 127.0.0.1 could read everything here as if it were its own.
//! - `Origin` of requests that change something, and of WebSockets, must be this server itself, or a
//!   page on this machine (`--allow-origin` adds origins). Tools send no `Origin`, and may do all.
//! - A body must be declared as JSON. A browser asks before it sends such a body to another origin.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::answer::{Answer, Result};

/// Which hosts and origins are let in.
#[derive(Clone, Debug)]
pub struct Guard {
    /// The address that the server listens on.
    listens: IpAddr,
    hosts: Vec<String>,
    origins: Vec<String>,
}

impl Guard {
    /// A guard of a server that listens on `listens`. It lets in what names this machine, and
    /// besides the hosts (`name` without a port) and the origins (`https://name:port`) given.
    pub fn new(listens: IpAddr, hosts: &[String], origins: &[String]) -> Guard {
        let lower = |names: &[String]| names.iter().map(|name| name.to_ascii_lowercase()).collect();
        Guard {
            listens,
            hosts: lower(hosts),
            origins: lower(origins),
        }
    }

    fn check(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<()> {
        let host = self.check_host(uri, headers)?;
        let changes = !matches!(*method, Method::GET | Method::HEAD);
        if changes || headers.contains_key(header::UPGRADE) {
            self.check_origin(&host, headers)?;
        }
        check_content_type(headers)
    }

    /// The `Host` of a request, if it is one of ours.
    fn check_host(&self, uri: &Uri, headers: &HeaderMap) -> Result<Authority> {
        let refused = |host: &str| {
            let message = format!(
                "the host {host:?} is not served here; if it is yours, start the simulator with --allow-host"
            );
            Answer::Error(StatusCode::FORBIDDEN, message)
        };
        let text = text(headers, &header::HOST)?.unwrap_or_default();
        let host: Authority = text.parse().map_err(|_| refused(text))?;
        let allowed = |host: &Authority| {
            let name = name_of(host);
            // Whoever listens on every address may be called by each. An address can't be made to
            // point to another machine, as a name can.
            let by_address = self.listens.is_unspecified() && name.parse::<IpAddr>().is_ok();
            by_address || self.is_own(&name)
        };
        let others = uri.authority().filter(|other| !allowed(other));
        match others {
            Some(other) => Err(refused(other.as_str())),
            None if allowed(&host) => Ok(host),
            None => Err(refused(text)),
        }
    }

    fn check_origin(&self, host: &Authority, headers: &HeaderMap) -> Result<()> {
        let Some(origin) = text(headers, &header::ORIGIN)? else {
            return Ok(());
        };
        let origin = origin.to_ascii_lowercase();
        let uri: Option<Uri> = origin.parse().ok();
        let page = uri.as_ref().and_then(|uri| {
            let web = matches!(uri.scheme_str(), Some("http" | "https"));
            uri.authority().filter(|_| web)
        });
        let own = page.is_some_and(|page| {
            page.as_str().eq_ignore_ascii_case(host.as_str()) || self.is_own(&name_of(page))
        });
        if own || self.origins.contains(&origin) {
            return Ok(());
        }
        let message = format!(
            "pages of {origin:?} may not do this; if they are yours, start the simulator with --allow-origin {origin}"
        );
        Err(Answer::Error(StatusCode::FORBIDDEN, message))
    }

    /// Whether this name or address, in lower case, is one of this server's.
    fn is_own(&self, name: &str) -> bool {
        let address = name.parse::<IpAddr>().ok();
        let local = match address {
            Some(address) => address.is_loopback() || address == self.listens,
            // Browsers resolve these names themselves, so that nobody else can own them.
            None => name == "localhost" || name.ends_with(".localhost"),
        };
        local || self.hosts.iter().any(|host| host == name)
    }
}

/// The name or address of a host in lower case, an IPv6 address without its brackets.
fn name_of(host: &Authority) -> String {
    let name = host.host().trim_start_matches('[').trim_end_matches(']');
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// A header that occurs once at most.
fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>> {
    let mut values = headers.get_all(name).iter();
    let (value, second) = (values.next(), values.next());
    match value.map(|value| value.to_str()) {
        None => Ok(None),
        Some(Ok(text)) if second.is_none() => Ok(Some(text)),
        Some(_) => Err(Answer::bad(format!("the header {name} makes no sense"))),
    }
}

fn check_content_type(headers: &HeaderMap) -> Result<()> {
    let length = text(headers, &header::CONTENT_LENGTH)?.unwrap_or("0");
    if length == "0" && !headers.contains_key(header::TRANSFER_ENCODING) {
        return Ok(());
    }
    let declared = text(headers, &header::CONTENT_TYPE)?.unwrap_or_default();
    let essence = declared.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let message = format!("the body must have the content type application/json, not {declared:?}");
    Err(Answer::Error(StatusCode::UNSUPPORTED_MEDIA_TYPE, message))
}

/// Lets a request through, or answers why not.
pub async fn guard(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    match guard.check(request.method(), request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}
