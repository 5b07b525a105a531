//! The short way of an event, as the package's JavaScript takes it.
//!
//! When an event has been delivered once, the JavaScript remembers its route: which
//! registrations it went to. The next event on the same channel then takes this short way:
//! the session is only asked whether the route still holds ([`Session::routed`]), and doesn't
//! read the frame. [`Routes`] does the same, so that in every test in which an event comes
//! again it comes by the short way.

use std::collections::HashMap;

use serde_json::Value as Tree;
use verto_wasm::core::Ms;
use verto_wasm::core::session::{Notice, Route, Session, SocketId};

use crate::Json;

/// The routes that a session has told of.
#[derive(Debug, Default)]
pub struct Routes {
    known: HashMap<(String, Option<String>), (Route, Vec<u32>)>,
    version: u32,
    /// How many events went the short way.
    pub short: usize,
}

impl Routes {
    /// Remembers the route, if `notice` is an event.
    pub fn learn(&mut self, notice: &Notice<Json>) {
        let Notice::Event {
            sernos,
            params,
            route,
        } = notice
        else {
            return;
        };
        if route.version != self.version {
            self.known.clear();
            self.version = route.version;
        }
        let text = |name: &str| params.0[name].as_str().map(str::to_owned);
        let key = (text("eventChannel").unwrap(), text("subscribedChannel"));
        self.known.insert(key, (*route, sernos.clone()));
    }

    /// Hands a frame to the session. An event that goes the short way is returned as the
    /// session would have told of it.
    pub fn frame(
        &mut self,
        session: &mut Session<Json>,
        now: Ms,
        socket: SocketId,
        frame: Tree,
    ) -> Option<Notice<Json>> {
        let deadline = session.deadline();
        let routed = self.find(&frame).filter(|(route, _)| {
            let event_serno = frame["params"]["eventSerno"].as_f64().unwrap_or(-1.0);
            session.routed(now, socket, *route, event_serno)
        });
        let Some((route, sernos)) = routed else {
            session.frame(now, socket, &Json(frame));
            return None;
        };
        self.short += 1;
        // The shell doesn't look at anything after an event that went the short way.
        assert_eq!(
            session.deadline(),
            deadline,
            "the timer should be set again"
        );
        assert!(!session.has_notice(), "the page should be told something");
        let params = Json(frame["params"].clone());
        Some(Notice::Event {
            sernos,
            params,
            route,
        })
    }

    fn find(&self, frame: &Tree) -> Option<(Route, Vec<u32>)> {
        if frame["method"] != "verto.event" {
            return None;
        }
        let channel = frame["params"]["eventChannel"].as_str()?;
        let subscribed = match frame["params"].get("subscribedChannel") {
            Some(name) => Some(name.as_str()?.to_owned()),
            None => None,
        };
        self.known.get(&(channel.to_owned(), subscribed)).cloned()
    }
}
