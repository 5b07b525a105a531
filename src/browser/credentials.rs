//! What the page logs in with, asked anew for each login.

use std::future::Future;
use std::pin::Pin;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::options::{self, Refusal, member};
use super::params::{self, Login};
use crate::core::error::{Error, Kind};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Object, catch)]
    fn keys(object: &JsValue) -> Result<js_sys::Array, JsValue>;
}

/// The parameters of a login as JSON text, or why there are none.
pub type LoginText = Result<String, Refusal>;

/// The page's answer.
pub enum Credentials {
    /// Known at once.
    Now(LoginText),
    /// A function of the page's gave a promise.
    Later(Pin<Box<dyn Future<Output = LoginText>>>),
}

/// Asks the page, whose `passwd` and `loginParams` may be functions.
pub fn ask(options: &JsValue) -> Credentials {
    let (passwd, login_params) = match (given(options, "passwd"), given(options, "loginParams")) {
        (Ok(passwd), Ok(login_params)) => (passwd, login_params),
        (Err(error), other) | (other, Err(error)) => {
            // The other may be a promise that rejects too.
            let other = js_sys::Promise::resolve(&other.unwrap_or_default());
            spawn_local(async move { drop(JsFuture::from(other).await) });
            return Credentials::Now(Err(error));
        }
    };
    if !is_promise(&passwd) && !is_promise(&login_params) {
        return Credentials::Now(write(options, passwd, login_params));
    }
    let options = options.clone();
    // Both at once: a promise that rejects while the other is awaited must not be one
    // that nobody listens to.
    let both = js_sys::Promise::all(&js_sys::Array::of2(&passwd, &login_params));
    Credentials::Later(Box::pin(async move {
        let both = JsFuture::from(both).await;
        let both = both.map_err(|thrown| failed("passwd or loginParams", thrown))?;
        let item = |index| js_sys::Reflect::get_u32(&both, index).unwrap_or_default();
        write(&options, item(0), item(1))
    }))
}

fn given(options: &JsValue, name: &str) -> Result<JsValue, Refusal> {
    let value = member(options, name)?;
    match value.dyn_ref::<js_sys::Function>() {
        Some(function) => function
            .call0(options)
            .map_err(|thrown| failed(name, thrown)),
        None => Ok(value),
    }
}

/// What the page's function threw is in `data` for the shell, which tells the page: it may
/// hold a secret, and must be in no error of ours.
fn failed(name: &str, thrown: JsValue) -> Refusal {
    let mut error = Error::new(
        Kind::Auth,
        ["the function given as ", name, " failed"].concat(),
    );
    error.data = Some(super::json::Json(thrown));
    error
}

fn is_promise(value: &JsValue) -> bool {
    member(value, "then").is_ok_and(|then| then.is_function())
}

fn write(options: &JsValue, passwd: JsValue, login_params: JsValue) -> LoginText {
    let login = options::text("login", &member(options, "login")?)?;
    let login_params = without_empty_tokens(&login_params)?;
    let passwd = match options::argument(&passwd) {
        crate::core::callcenter::Argument::Text(text) if !text.is_empty() => text,
        // With a token the server takes any word, and the specification's is this.
        _ if options::has_token(&login_params)? => "password".into(),
        _ => return Err(Error::argument("passwd", "is missing")),
    };
    let user_variables = match member(options, "userVariables")? {
        value if value.is_object() => value,
        _ => js_sys::Object::new().into(),
    };
    let login = Login {
        login: &login,
        passwd: &passwd,
        login_params,
        user_variables,
    };
    params::write("loginParams or userVariables", &login)
}

fn without_empty_tokens(login_params: &JsValue) -> Result<JsValue, Refusal> {
    let kept = js_sys::Object::new();
    // Not `instanceof Object`: it may have no prototype, or be of another frame.
    if login_params.is_object() {
        let names = keys(login_params).map_err(|thrown| failed("loginParams", thrown))?;
        for name in names {
            let key = name.as_string().unwrap_or_default();
            let value = member(login_params, &key)?;
            if !options::TOKENS.contains(&key.as_str()) || !options::is_empty_token(&value) {
                let _ = js_sys::Reflect::set(&kept, &name, &value);
            }
        }
    }
    Ok(kept.into())
}
