//! What the server is asked for, and in how many requests.

use super::Subscriptions;

/// Channels that go into one subscribe request.
#[derive(Debug, PartialEq, Eq)]
pub struct Asking {
    /// Their names.
    pub channels: Vec<String>,
    /// The `subParams` that they share, as JSON text.
    pub sub_params: Option<String>,
}

impl Subscriptions {
    /// The wanted channels that a new connection must be asked for; see [`Self::take_unasked`].
    pub fn take_all_unasked(&mut self, most: usize) -> Vec<Asking> {
        let names: Vec<String> = self.channels.iter().map(|one| one.name.clone()).collect();
        self.take_unasked(&names, most)
    }

    /// Those of the channels `named` that are wanted and that the server must be asked
    /// for, those with equal `subParams` together, in requests of about `most` bytes.
    /// Each is to be passed to [`Self::asked`] once its request has an id.
    pub fn take_unasked(&mut self, named: &[String], most: usize) -> Vec<Asking> {
        let mut asking: Vec<(usize, Asking)> = Vec::new();
        for name in named {
            let Some(entry) = self.channels.get(name) else {
                continue;
            };
            let channel = &mut entry.channel;
            if !channel.is_to_be_asked() {
                continue;
            }
            // So that a name given twice is asked for once.
            channel.asked(0);
            let bytes = json_bytes(name);
            let fits = |(sum, one): &&mut (usize, Asking)| {
                one.sub_params.as_ref() == channel.sub_params() && *sum + bytes <= most
            };
            match asking.iter_mut().find(fits) {
                Some((sum, one)) => {
                    *sum += bytes;
                    one.channels.push(name.clone());
                }
                None => asking.push((
                    bytes + channel.sub_params().map_or(0, String::len),
                    Asking {
                        channels: vec![name.clone()],
                        sub_params: channel.sub_params().cloned(),
                    },
                )),
            }
        }
        asking.into_iter().map(|(_, one)| one).collect()
    }

    /// Notes that `channels` are asked for by the request `id`.
    pub fn asked(&mut self, channels: &[String], id: u32) {
        for name in channels {
            if let Some(entry) = self.channels.get(name) {
                entry.restart();
                entry.channel.asked(id);
            }
        }
    }

    /// The request `id` for `channels` got no answer in time. If one comes later it still
    /// counts.
    pub fn asked_in_vain(&mut self, channels: Vec<String>, id: u32) {
        self.late.push((id, channels));
    }

    /// The channels of the request `id` that got no answer in time, which has come now.
    pub fn take_late(&mut self, id: u32) -> Option<Vec<String>> {
        let index = self.late.iter().position(|(late, _)| *late == id)?;
        Some(self.late.remove(index).1)
    }
}

/// The most bytes that a name takes in a JSON array: six for each byte, escaped, and the
/// quotes and a comma.
pub fn json_bytes(name: &str) -> usize {
    name.len() * 6 + 3
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many channels there are in each request, if three are subscribed whose names take 21
    /// bytes each.
    fn requests(sub_params: Option<&str>, most: usize) -> Vec<usize> {
        let names = ["abc", "abd", "abe"].map(String::from);
        assert_eq!(json_bytes("abc"), 21);
        let mut subscriptions = Subscriptions::default();
        for name in &names {
            subscriptions.add(name, 1.into(), sub_params, false, 0);
        }
        let asking = subscriptions.take_unasked(&names, most);
        asking.iter().map(|one| one.channels.len()).collect()
    }

    #[test]
    fn a_request_holds_as_many_channels_as_it_may_have_bytes_for() {
        assert_eq!(requests(None, 63), [3]);
        assert_eq!(requests(None, 62), [2, 1]);
        assert_eq!(requests(None, 41), [1, 1, 1]);
        // `subParams` are in a request once.
        assert_eq!(requests(Some(r#"{"a":1}"#), 70), [3]);
        assert_eq!(requests(Some(r#"{"a":1}"#), 69), [2, 1]);
    }
}
