//! The table of channels.

use super::channel::Channel;
use super::numbers::{Counter, Noted};

/// A place in the table.
#[derive(Debug)]
pub struct Entry {
    /// The channel's name.
    pub name: String,
    /// Its events' numbers. They are here, and not in the box: of 10,000 channels none is in
    /// the processor's cache, and an event should look at one place only.
    pub counter: Counter,
    /// All else about it.
    pub channel: Box<Channel>,
}

impl Entry {
    /// Whatever number comes next is the first.
    pub fn restart(&mut self) {
        self.counter.restart(&mut self.channel.missed);
    }

    /// Takes note of an event's number.
    pub fn note(&mut self, event_serno: u64) -> Noted {
        self.counter.note(event_serno, &mut self.channel.missed)
    }
}

/// The channels in the order of their names. A `BTreeMap` would be 8 KB of wasm. An insertion
/// moves all entries behind it, and the boxes keep them small.
#[derive(Debug, Default)]
pub struct Channels(Vec<Entry>);

impl Channels {
    /// Where the channel is, or where it would be.
    pub fn find(&self, name: &str) -> Result<usize, usize> {
        self.0
            .binary_search_by(|entry| entry.name.as_str().cmp(name))
    }

    /// The channel with this name.
    pub fn get(&mut self, name: &str) -> Option<&mut Entry> {
        let index = self.find(name).ok()?;
        self.0.get_mut(index)
    }

    /// The channel at this place.
    pub fn at(&mut self, index: usize) -> Option<&mut Entry> {
        self.0.get_mut(index)
    }

    /// The channel with this name, which is added where there is none.
    #[allow(clippy::indexing_slicing)] // It was found there, or put there.
    pub fn get_or_insert(&mut self, name: &str) -> &mut Channel {
        let index = self.find(name).unwrap_or_else(|index| {
            let entry = Entry {
                name: name.into(),
                counter: Counter::default(),
                channel: Box::default(),
            };
            self.0.insert(index, entry);
            index
        });
        &mut self.0[index].channel
    }

    /// Removes the channel with this name.
    pub fn remove(&mut self, name: &str) {
        if let Ok(index) = self.find(name) {
            self.0.remove(index);
        }
    }

    /// Adds a channel that comes after all others.
    pub fn put(&mut self, entry: Entry) {
        self.0.push(entry);
    }

    /// Empties the table.
    pub fn take(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.0)
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.0.iter()
    }

    /// All of them, to be changed.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Entry> {
        self.0.iter_mut()
    }
}
