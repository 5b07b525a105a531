//! What JavaScript sees: one `Client` behind each `Verto` of the page.
//!
//! The methods that take a call's number never throw: the call settles with the error.
//! The others throw a `VertoError`.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::host::Host;
use super::json::Json;
use super::options::{self, Refusal, member};
use super::params::{self, Broadcast, FsApi, FsCommand, Info, Page};
use super::shell::Shell;
use crate::core::Expect;
use crate::core::callcenter::{self, Command};
use crate::core::error::{Error, Kind};
use crate::core::session::Request;

/// The longest name of a channel, and the longest `subParams`, in bytes: ours, so that a
/// request for a channel can always be sent.
const LONGEST: usize = 10_000;

/// One instance's core. It holds the page's object only through [`Host`].
#[wasm_bindgen]
#[allow(missing_debug_implementations)] // There is nothing to show but the shell.
pub struct Client {
    shell: Rc<Shell>,
}

/// A request ready to be made: method, parameters, what counts as success.
type Prepared = (String, String, Expect);

#[wasm_bindgen]
impl Client {
    /// A core that has never connected.
    #[wasm_bindgen(constructor)]
    pub fn new(host: Host) -> Client {
        let shell = Shell::new(host);
        Client { shell }
    }

    /// `verto.state`.
    #[wasm_bindgen(getter)]
    pub fn state(&self) -> String {
        self.shell.read(|session| session.state().name().into())
    }

    /// `verto.sessid`.
    #[wasm_bindgen(getter)]
    pub fn sessid(&self) -> String {
        self.shell.read(|session| session.sessid().into())
    }

    /// Connects with `options`; says whether they can be used. Where they cannot, nothing
    /// changes but that `call` fails.
    pub fn connect(&self, call: u32, options: &JsValue) -> bool {
        let read = || Ok((options::config(options)?, options::socket_class(options)?));
        match read() {
            Ok((config, class)) => {
                self.shell.use_sockets(class);
                let connect = |session: &mut Session, now| session.connect(now, call, config);
                self.shell.command(connect);
                true
            }
            Err(error) => {
                self.refuse(call, error);
                false
            }
        }
    }

    /// Checks what the next logins are made from.
    pub fn login_data(&self, options: &JsValue) -> Result<(), JsValue> {
        let fresh = options::login(options).map_err(|error| self.shell.host().error(error))?;
        self.shell
            .command(|session, _| session.fresh_credentials(fresh));
        Ok(())
    }

    /// Ends the session and its subscriptions.
    pub fn logout(&self) {
        self.shell.command(|session, _| session.logout());
    }

    /// Any request: `sendMethod`.
    pub fn request(&self, call: u32, method: &JsValue, params: &JsValue, options: &JsValue) {
        let prepare = || {
            let method = options::text("method", method)?;
            let params = params::object("params", params)?;
            Ok((method, params, Expect::Result))
        };
        self.make(call, options, prepare());
    }

    /// A command of the specification's call centre, its arguments in their order.
    pub fn command(
        &self,
        call: u32,
        func: &str,
        group: &str,
        arguments: Vec<JsValue>,
        options: &JsValue,
    ) {
        let prepare = || {
            let arguments = arguments.iter().map(options::argument);
            let command = Command::new(func, group, arguments)?;
            let params = params::write("data", &callcenter::jsapi(func, command))?;
            Ok(("jsapi".into(), params, Expect::Code200))
        };
        self.make(call, options, prepare());
    }

    /// Any other command of the call centre's back end: `ccCall`.
    pub fn call(&self, call: u32, func: &JsValue, data: &JsValue, options: &JsValue) {
        let prepare = || {
            let func = options::text("func", func)?;
            params::object("data", data)?;
            let data = match data.is_object() {
                true => data.clone(),
                false => js_sys::Object::new().into(),
            };
            let params = params::write("data", &callcenter::jsapi(&func, Page(data)))?;
            Ok(("jsapi".into(), params, Expect::Code200))
        };
        self.make(call, options, prepare());
    }

    /// `broadcast`.
    pub fn broadcast(&self, call: u32, channel: &JsValue, data: &JsValue, options: &JsValue) {
        let prepare = || {
            let channel = options::text("channel", channel)?;
            params::object("params", data)?;
            let request = Broadcast {
                event_channel: &channel,
                data: data.clone(),
                local_broadcast: member(data, "localBroadcast")?.as_bool(),
            };
            let params = params::write("params", &request)?;
            Ok(("verto.broadcast".into(), params, Expect::NoRefusal))
        };
        self.make(call, options, prepare());
    }

    /// `message`.
    pub fn message(&self, call: u32, message: &JsValue, options: &JsValue) {
        let prepare = || {
            options::text("to", &member(message, "to")?)?;
            options::text("body", &member(message, "body")?)?;
            let msg = message.clone();
            let params = params::write("message", &Info { msg })?;
            Ok(("verto.info".into(), params, Expect::Result))
        };
        self.make(call, options, prepare());
    }

    /// `fsAPI`.
    pub fn fsapi(&self, call: u32, cmd: &JsValue, arg: &JsValue, options: &JsValue) {
        let prepare = || {
            let cmd = options::text("cmd", cmd)?;
            options::fits("arg", arg)?;
            let arg = match arg.is_undefined() || arg.is_null() {
                true => String::new(),
                false => arg
                    .as_string()
                    .ok_or_else(|| Error::argument("arg", "must be a string"))?,
            };
            let command = "fsapi";
            let data = FsCommand {
                cmd: &cmd,
                arg: &arg,
            };
            let params = params::write("arg", &FsApi { command, data })?;
            Ok(("jsapi".into(), params, Expect::Result))
        };
        self.make(call, options, prepare());
    }

    /// Fails a call whose other arguments the glue found unusable.
    pub fn refuse_argument(&self, call: u32, name: &str, must: &str) {
        self.refuse(call, Error::argument(name, must));
    }

    /// Gives a call up for the page's `reason`; `made` says whether its request was made.
    pub fn abort(&self, call: u32, made: bool, reason: &JsValue) {
        let mut error = Error::new(Kind::Aborted, "the page gave this request up");
        error.data = Some(Json(reason.clone()));
        self.shell.command(|session, _| match made {
            true => session.cancel(call, error),
            false => session.refuse(call, error),
        });
    }

    /// Registers a listener on channels; returns the registrations' numbers.
    pub fn subscribe(
        &self,
        channels: Vec<JsValue>,
        listener: u32,
        sub_params: &JsValue,
        local: bool,
    ) -> Result<Vec<u32>, JsValue> {
        let read = || {
            let channels: Result<Vec<String>, Refusal> = channels.iter().map(channel).collect();
            let sub_params = match sub_params.is_undefined() || sub_params.is_null() {
                true => None,
                false => Some(short(
                    "subParams",
                    params::object("subParams", sub_params)?,
                )?),
            };
            Ok((channels?, sub_params))
        };
        let (channels, sub_params) = read().map_err(|error| self.shell.host().error(error))?;
        Ok(self.shell.command(|session, now| {
            session.subscribe(now, &channels, listener, sub_params.as_deref(), local)
        }))
    }

    /// Ends the registrations `sernos` of `channels`, in pairs; a number of 0 means all of
    /// that channel.
    pub fn unsubscribe(&self, channels: Vec<JsValue>, sernos: Vec<u32>) -> Result<(), JsValue> {
        let channels: Result<Vec<String>, Refusal> = channels.iter().map(channel).collect();
        let channels = channels.map_err(|error| self.shell.host().error(error))?;
        let sernos = sernos
            .into_iter()
            .map(|serno| (serno != 0).then_some(serno));
        let targets: Vec<_> = channels.into_iter().zip(sernos).collect();
        let unsubscribe = |session: &mut Session, now| session.unsubscribe(now, &targets);
        self.shell.command(unsubscribe);
        Ok(())
    }

    /// Ends all registrations.
    pub fn unsubscribe_all(&self) {
        self.shell
            .command(|session, now| session.unsubscribe_all(now));
    }

    /// The channel of a group's events, or of one agent's.
    pub fn channel(&self, group: &str, agent: &JsValue) -> Result<String, JsValue> {
        use callcenter::Argument;
        match options::argument(agent) {
            Argument::Missing => Ok(callcenter::channel(group, None)),
            Argument::Text(agent) if !agent.is_empty() => {
                Ok(callcenter::channel(group, Some(&agent)))
            }
            _ => {
                let error = Error::argument("agent", "must be a non-empty string (or a number)");
                Err(self.shell.host().error(error))
            }
        }
    }

    // Not generic: each instance of it would be 1 KB of wasm.
    fn make(&self, call: u32, options: &JsValue, prepared: Result<Prepared, Refusal>) {
        let timeout = || options::milliseconds("timeout", &member(options, "timeout")?);
        match prepared.and_then(|prepared| Ok((prepared, timeout()?))) {
            Ok(((method, params, expect), timeout)) => {
                let request = Request {
                    call,
                    method,
                    params,
                    expect,
                    timeout,
                };
                let make = |session: &mut Session, now| session.request(now, request);
                self.shell.command(make);
            }
            Err(error) => self.refuse(call, error),
        }
    }

    fn refuse(&self, call: u32, error: Refusal) {
        self.shell.command(|session, _| session.refuse(call, error));
    }
}

type Session = crate::core::session::Session<Json>;

fn channel(value: &JsValue) -> Result<String, Refusal> {
    short("channel", options::text("channel", value)?)
}

fn short(name: &str, text: String) -> Result<String, Refusal> {
    if text.len() > LONGEST {
        let message = [name, " is longer than 10,000 bytes"].concat();
        return Err(Error::new(Kind::TooLarge, message));
    }
    Ok(text)
}
