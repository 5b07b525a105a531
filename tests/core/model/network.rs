//! What the network does in the random programs.

use serde_json::Value as Tree;
use testkit::Json;

use super::programs::Given;
use super::world::World;

impl World {
    pub fn open(&mut self) {
        self.clock();
        let opens = self.live.is_some() && !self.opened;
        self.opened |= opens;
        if opens {
            // What the page has said since the attempt before is used now.
            self.given = std::mem::take(&mut self.kept) && self.now < self.asked_until;
        }
        let socket = self.newest;
        self.input(|one, now| one.opened(now, socket));
        self.settle_down();
        assert!(!self.given, "the login wasn't sent");
    }

    pub fn drop_connection(&mut self) {
        self.clock();
        let socket = self.newest;
        self.input(|one, now| one.closed(now, socket, 1006));
        self.settle_down();
        assert_eq!(self.live, None);
    }

    /// The browser refuses the address. It does so only while a socket is being opened.
    pub fn unusable(&mut self) {
        if self.live.is_none() {
            return;
        }
        let socket = self.newest;
        self.input(|one, _| one.unusable(socket, "no address".into()));
        self.settle_down();
        // If it is the fallback address that is refused, the session goes on with the first.
        assert_eq!(
            self.session.is_active(),
            self.at_fallback && self.config.auto_reconnect
        );
        if self.at_fallback {
            self.config.fallback_urls = Vec::new();
        }
    }

    /// Sockets that are not the live one say things, all of which must be ignored.
    pub fn stale(&mut self, frame: Tree) {
        self.clock();
        for off in [u32::MAX, 1] {
            let socket = self.newest.wrapping_add(off);
            let question = self.question.wrapping_add(off);
            let frame = Json(frame.clone());
            self.input(|one, now| {
                one.opened(now, socket);
                one.credentials(now, question, Ok("{}".into()));
                one.frame(now, socket, &frame);
                one.garbage(now, socket);
                one.closed(now, socket, 1006);
                one.unusable(socket, "no address".into());
            });
        }
        let (io, notices) = self.settle_down();
        assert!(io.is_empty() && notices.is_empty(), "{io:?} {notices:?}");
    }

    /// The next thing happens that must happen if all goes well.
    pub fn advance(&mut self) {
        if self.live.is_none() {
            self.pass_to_deadline();
        } else if !self.opened {
            self.open();
        } else if self.is_asked() {
            self.credentials(Given::Good);
        } else if self.frozen || self.asked {
            self.pass_to_deadline();
        } else {
            self.answer(0, |_| {});
        }
    }
}
