//! The short way of an event, as `pkg-template/host/sockets.js` and the shell take it: so every test
//! in which an event comes again takes it too.

use std::collections::HashMap;

use serde_json::Value as Tree;
use verto_wasm::core::Ms;
use verto_wasm::core::session::{Notice, Route, Session, SocketId};

use crate::json::Json;

/// The routes that the session has told of.
#[derive(Debug, Default)]
pub struct Glue {
    routes: HashMap<(String, Option<String>), (Route, Vec<u32>)>,
    version: u32,
    /// How many events went the short way.
    pub short: usize,
}

impl Glue {
    /// Notes the route that `notice` tells of.
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
            self.routes.clear();
            self.version = route.version;
        }
        let text = |name: &str| params.0[name].as_str().map(str::to_owned);
        let key = (text("eventChannel").unwrap(), text("subscribedChannel"));
        self.routes.insert(key, (*route, sernos.clone()));
    }

    /// Hands a frame over. An event that went the short way is returned, as it was told.
    pub fn frame(
        &mut self,
        session: &mut Session<Json>,
        now: Ms,
        socket: SocketId,
        frame: Tree,
    ) -> Option<Notice<Json>> {
        let routed = self.route(&frame).filter(|(route, _)| {
            let serno = frame["params"]["eventSerno"].as_f64().unwrap_or(-1.0);
            session.routed(now, socket, *route, serno)
        });
        let Some((route, sernos)) = routed else {
            session.frame(now, socket, &Json(frame));
            return None;
        };
        self.short += 1;
        let params = Json(frame["params"].clone());
        Some(Notice::Event {
            sernos,
            params,
            route,
        })
    }

    fn route(&self, frame: &Tree) -> Option<(Route, Vec<u32>)> {
        if frame["method"] != "verto.event" {
            return None;
        }
        let channel = frame["params"]["eventChannel"].as_str()?;
        let subscribed = match frame["params"].get("subscribedChannel") {
            Some(name) => Some(name.as_str()?.to_owned()),
            None => None,
        };
        self.routes.get(&(channel.to_owned(), subscribed)).cloned()
    }
}
