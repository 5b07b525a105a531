//! What a browser asks for: `verto.invite`, `answer`, `bye`, `attach`, `info`.

use crate::hub::Hub;
use crate::json::Json;
use crate::limits::LONGEST_NAME;
use crate::media::LegId;

use super::cause::{
    BEARERCAPABILITY_NOTAVAIL, Cause, DESTINATION_OUT_OF_ORDER, INCOMPATIBLE_DESTINATION,
    INVALID_MSG_UNSPECIFIED, SWITCH_CONGESTION,
};
use super::leg::{Doing, Party, Socket, State};
use super::table::{Bye, Calls, new_leg};

/// A result or an error.
pub type Answer = Result<Json, Json>;

/// The longest text that is shown to the other party, in bytes.
const LONGEST_TEXT: usize = 1_000;
/// `code` of every error of a call.
const REFUSED: i32 = -32002;

/// An error with a message.
pub(super) fn refused(message: &str) -> Json {
    Json::object()
        .with("message", message)
        .with("code", REFUSED)
}

fn call_error(reason: &str, cause: Cause) -> Json {
    Json::object()
        .with("message", reason)
        .with("causeCode", cause.code)
        .with("cause", cause.name)
        // The real one has the key twice, too.
        .with("message", "CALL ERROR")
        .with("code", REFUSED)
}

/// The `dialogParams` and their `callID`, or what is missing.
pub(super) fn dialog(params: Option<&Json>) -> Result<(&Json, &Json, &str), &'static str> {
    let params = params.ok_or("Params data missing")?;
    let dialog = params.get("dialogParams").ok_or("Dialog data missing")?;
    let call_id = dialog.get_str("callID").ok_or("CallID missing")?;
    Ok((params, dialog, call_id))
}

/// A text to show, unless it is empty. What is too long is cut.
fn text<'a>(dialog: &'a Json, key: &str) -> Option<&'a str> {
    let text = dialog.get_str(key).filter(|text| !text.is_empty())?;
    let ends = (0..=LONGEST_TEXT.min(text.len())).rev();
    let end = ends.into_iter().find(|end| text.is_char_boundary(*end));
    text.get(..end?)
}

fn sdp(params: &Json) -> Result<&str, &'static str> {
    params.get_str("sdp").ok_or("SDP missing")
}

impl Calls {
    /// `verto.invite`
    pub fn invited(&mut self, hub: &mut Hub, socket: Socket, params: Option<&Json>) -> Answer {
        let read = dialog(params).and_then(|found| Ok((found, sdp(found.0)?)));
        let ((_, dialog, call_id), sdp) =
            read.map_err(|missing| call_error(missing, INVALID_MSG_UNSPECIFIED))?;
        if self.find(call_id).is_some() {
            return Err(call_error(
                "Cannot create channel",
                DESTINATION_OUT_OF_ORDER,
            ));
        }
        if self.room() == 0 || call_id.len() > LONGEST_NAME {
            return Err(call_error("Cannot create channel", SWITCH_CONGESTION));
        }
        let text = |key: &str| text(dialog, key);
        if let Some(name) = text("caller_id_name") {
            // The first one stays the name of the socket's user.
            self.names
                .entry(socket.conn)
                .or_insert_with(|| name.to_owned());
        }
        let user = socket
            .login
            .split('@')
            .next()
            .unwrap_or_default()
            .to_owned();
        let known = self.names.get(&socket.conn);
        let name = text("caller_id_name")
            .or(known.map(String::as_str))
            .unwrap_or(&user);
        let own = Party {
            name: name.to_owned(),
            number: text("caller_id_number").unwrap_or(&user).to_owned(),
        };
        let remote = self.media.read(sdp);
        let usable = remote.is_some();
        let mut leg = new_leg(call_id.to_owned(), socket, true, remote);
        leg.own = own;
        leg.other = Party {
            name: text("remote_caller_id_name").unwrap_or_default().to_owned(),
            number: text("remote_caller_id_number")
                .unwrap_or_default()
                .to_owned(),
        };
        leg.recover = dialog.get("recoverCall") != Some(&Json::Bool(false));
        let id = self.add(leg);
        if usable {
            self.route(hub, id, text("destination_number").unwrap_or("service"));
        } else {
            self.end(hub, id, INCOMPATIBLE_DESTINATION, Bye::Say);
        }
        Ok(Json::object()
            .with("message", "CALL CREATED")
            .with("callID", call_id))
    }

    /// `verto.answer`
    pub fn answered(&mut self, hub: &mut Hub, params: Option<&Json>) -> Answer {
        let (id, dialog, sdp) = self.described(params)?;
        let Some(remote) = self.media.read(sdp) else {
            self.end(hub, id, INCOMPATIBLE_DESTINATION, Bye::Say);
            return Err(refused("CODEC ERROR"));
        };
        if let Some(leg) = self.legs.get_mut(&id)
            && matches!(leg.doing, Doing::RingingFor(_))
        {
            if let Some(name) = text(dialog, "callee_id_name") {
                name.clone_into(&mut leg.own.name);
            }
            if let Some(number) = text(dialog, "callee_id_number") {
                number.clone_into(&mut leg.own.number);
            }
            self.picked_up(hub, id, remote);
        }
        Ok(Json::object())
    }

    /// `verto.attach`: the answer to the offer by which a browser got its call back.
    pub fn attached(&mut self, hub: &mut Hub, params: Option<&Json>) -> Answer {
        let (id, _, sdp) = self.described(params)?;
        let Some(leg) = self.legs.get_mut(&id) else {
            return Ok(Json::object());
        };
        if leg.state != State::Answered {
            self.end(hub, id, DESTINATION_OUT_OF_ORDER, Bye::Say);
            return Err(refused(
                "Cannot attach to a call that has not been answered.",
            ));
        }
        let Some(remote) = self.media.read(sdp) else {
            self.end(hub, id, BEARERCAPABILITY_NOTAVAIL, Bye::Say);
            return Err(refused("CODEC NEGOTIATION ERROR"));
        };
        self.media.open(id, &leg.meter, &leg.local, &remote, false);
        leg.remote = Some(remote);
        (leg.active, leg.attached) = (false, true);
        if matches!(leg.doing, Doing::Bridged { .. }) {
            self.display(hub, id);
        }
        Ok(Json::object())
    }

    /// `verto.bye`
    pub fn bye(&mut self, hub: &mut Hub, params: Option<&Json>) -> Answer {
        let (params, _, call_id) = dialog(params).map_err(refused)?;
        let frame = Json::object().with("callID", call_id);
        let Some(id) = self.find(call_id) else {
            return Err(frame
                .with("message", "CALL DOES NOT EXIST")
                .with("code", REFUSED));
        };
        let cause = Cause::given(params);
        self.end(hub, id, cause, Bye::Omit);
        Ok(frame
            .with("message", "CALL ENDED")
            .with("causeCode", cause.code)
            .with("cause", cause.name))
    }

    /// `verto.info` about a call. Nothing where it is about none; a call that doesn't exist is no
    /// error.
    pub fn info(&mut self, hub: &mut Hub, params: &Json) -> Option<Json> {
        let call_id = params.get("dialogParams")?.get_str("callID")?;
        let id = self.find(call_id)?;
        if let Some(digits) = params.get_str("dtmf") {
            self.digits(id, digits);
            return Some(Json::object().with("message", "SENT"));
        }
        let text = params.get("txt")?.clone();
        if let Some(Doing::Bridged { with, .. }) = self.legs.get(&id).map(|leg| &leg.doing) {
            self.tell(hub, *with, "verto.info", |leg| {
                Json::object()
                    .with("callID", leg.call_id.as_str())
                    .with("txt", text)
            });
        }
        Some(Json::object())
    }

    /// The leg of a request that describes its media, with the `dialogParams` and the SDP.
    fn described<'a>(&self, params: Option<&'a Json>) -> Result<(LegId, &'a Json, &'a str), Json> {
        let (params, dialog, call_id) = dialog(params).map_err(refused)?;
        let sdp = sdp(params).map_err(refused)?;
        let id = self
            .find(call_id)
            .ok_or_else(|| refused("CALL DOES NOT EXIST"))?;
        Ok((id, dialog, sdp))
    }
}
