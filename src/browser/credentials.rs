//! What the page logs in with, asked anew for each login.

use std::future::Future;
use std::pin::Pin;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::options::{self, Refusal, member};
use super::params::{self, Login};
use crate::core::error::{Error, Kind};

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
    let given = (|| Ok((given(options, "passwd")?, given(options, "loginParams")?)))();
    let (passwd, login_params) = match given {
        Ok(given) => given,
        Err(error) => return Credentials::Now(Err(error)),
    };
    if !is_promise(&passwd) && !is_promise(&login_params) {
        return Credentials::Now(write(options, passwd, login_params));
    }
    let options = options.clone();
    Credentials::Later(Box::pin(async move {
        let passwd = settled(passwd).await;
        let login_params = settled(login_params).await;
        let failed = |thrown| failed("passwd or loginParams", thrown);
        write(
            &options,
            passwd.map_err(failed)?,
            login_params.map_err(failed)?,
        )
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

/// What the page's function threw may hold a secret: it is in no message of ours.
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

async fn settled(value: JsValue) -> Result<JsValue, JsValue> {
    JsFuture::from(js_sys::Promise::resolve(&value)).await
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
    if let Some(given) = login_params.dyn_ref::<js_sys::Object>() {
        for name in js_sys::Object::keys(given) {
            let key = name.as_string().unwrap_or_default();
            let value = member(given, &key)?;
            if !options::TOKENS.contains(&key.as_str()) || !options::is_empty_token(&value) {
                let _ = js_sys::Reflect::set(&kept, &name, &value);
            }
        }
    }
    Ok(kept.into())
}
