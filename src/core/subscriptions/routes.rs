//! Which registrations an event goes to.

use super::Subscriptions;
use super::numbers::Noted;
use crate::core::frame::Event;

/// The longest name of a channel that anybody can have subscribed, in bytes: the package's
/// JavaScript lets no longer one in (`pkg-template/sdk/check.js`).
const LONGEST_NAME: usize = 10_000;

/// The channel `name` and its dotted ancestors, from the longest to the shortest. Those that are too
/// long to be subscribed are passed over, so that the work for one event has a bound, whatever name
/// the server sends.
fn ancestors(name: &str) -> impl Iterator<Item = &str> {
    let first = if name.len() <= LONGEST_NAME {
        Some(name)
    } else {
        let mut start = name.bytes().take(LONGEST_NAME + 1);
        let dot = start.rposition(|byte| byte == b'.');
        dot.and_then(|dot| name.get(..dot))
    };
    std::iter::successors(first, |name| parent(name))
}

fn parent(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(parent, _)| parent)
}

/// A hole in a channel's event numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The subscribed channel.
    pub channel: String,
    /// The number that should have come.
    pub expected: u64,
    /// The number that came.
    pub received: u64,
}

/// How the events with one `eventChannel` and one `subscribedChannel` go. The list of handlers
/// that get them is kept in `pkg-template/host/sockets.js`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The version of the subscriptions at which it was learned. At any other it is void.
    pub version: u32,
    /// The index of the channel that counts the events; `u32::MAX` if no channel does.
    pub counter: u32,
}

impl Subscriptions {
    /// Who gets an event: the registrations on `subscribedChannel` where the server names
    /// it, else those on the event's channel and on its dotted ancestors, each listener
    /// once; `None` for a repetition. Notes the event's number, and tells of a hole in
    /// front of it.
    pub fn route<V>(&mut self, event: &Event<V>) -> Option<(Vec<u32>, Option<Gap>)> {
        let (mut listeners, mut sernos) = (Vec::new(), Vec::new());
        let mut gap = None;
        let name = event.subscribed.as_deref().unwrap_or(&event.channel);
        // The server itself says where it goes if it names the subscribed channel.
        let most = if event.subscribed.is_some() {
            1
        } else {
            usize::MAX
        };
        for name in ancestors(name).take(most) {
            if let Some(entry) = self.channels.get(name) {
                // Without `subscribedChannel` it isn't known which channel the number counts, so it
                // is not used.
                if let (Some(received), Some(_)) = (event.event_serno, &event.subscribed) {
                    match entry.note(received) {
                        Noted::New => {}
                        Noted::Repeated => return None,
                        Noted::Gap(expected) => {
                            gap = Some(Gap {
                                channel: name.into(),
                                expected,
                                received,
                            });
                        }
                    }
                }
                for one in entry.channel.registrations() {
                    if !listeners.contains(&one.listener.number) {
                        listeners.push(one.listener.number);
                        sernos.push(one.serno);
                    }
                }
            }
        }
        Some((sernos, gap))
    }

    /// The route of events like this one, as long as no registration comes or goes.
    pub fn route_of<V>(&self, event: &Event<V>) -> Route {
        let counted = event.subscribed.as_ref();
        let found = counted.and_then(|name| self.channels.find(name).ok());
        Route {
            version: self.version,
            counter: found.map_or(u32::MAX, |index| index as u32),
        }
    }

    /// Whether an event with this number may go by `route`. It may not, and nothing is noted,
    /// where the route is void or the number isn't the next.
    pub fn routed(&mut self, route: Route, event_serno: Option<u64>) -> bool {
        if route.version != self.version {
            return false;
        }
        let counted = self.channels.at(route.counter as usize);
        match (counted, event_serno) {
            (Some(entry), Some(event_serno)) => entry.counter.advance(event_serno),
            _ => true,
        }
    }

    /// Makes every route void.
    pub fn forget_routes(&mut self) {
        self.version += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ancestors_come_from_the_longest_to_the_shortest() {
        let names: Vec<_> = ancestors("vcc.default.1007").collect();
        assert_eq!(names, ["vcc.default.1007", "vcc.default", "vcc"]);
    }

    #[test]
    fn the_number_of_ancestors_has_a_bound_whatever_the_name_is() {
        let dots = ".".repeat(1_000_000);
        assert_eq!(ancestors(&dots).count(), LONGEST_NAME + 1);
        let deep = "a.".repeat(500_000);
        assert_eq!(ancestors(&deep).count(), LONGEST_NAME / 2);
        // A long last part hides no ancestor that is short enough.
        let long = format!("vcc.default.{}", "x".repeat(1_000_000));
        let names: Vec<_> = ancestors(&long).collect();
        assert_eq!(names, ["vcc.default", "vcc"]);
        // Nor is a character cut in two.
        let wide = format!("vcc.{}", "\u{4f60}".repeat(20_000));
        assert_eq!(ancestors(&wide).collect::<Vec<_>>(), ["vcc"]);
    }
}
