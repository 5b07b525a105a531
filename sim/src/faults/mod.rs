//! What goes wrong on purpose: the faults that are on, and for whom.

mod calls;
mod kinds;
mod limit;
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::hub::{ConnId, Target};
use crate::json::Json;
use crate::limits::MOST_RULES;
use crate::outgoing::Delivery;
pub use calls::{CallFaults, Missing, Reattached};
pub use kinds::{Admission, Freeze, Hold, LoginRefusal, Ping, Refuse};
pub use limit::{Limit, until};
use limit::{is_over, millis, show_until};
use rules::Rules;
pub use rules::TooMany;

#[derive(Debug)]
struct ConnectionRefusal {
    number: u64,
    refuse: Refuse,
    limit: Limit,
}

/// The faults that are on.
#[derive(Debug, Default)]
pub struct Faults {
    refusal: Option<ConnectionRefusal>,
    refusals: u64,
    down_until: Option<Instant>,
    restarts: u64,
    holds: BTreeMap<ConnId, Hold>,
    delays: Rules<Duration>,
    shuffles: Rules<(Duration, u64)>,
    pings: Rules<Ping>,
    login: Option<LoginRefusal>,
    channels: BTreeSet<String>,
    /// Those of calls.
    pub calls: CallFaults,
    changed: watch::Sender<()>,
}

impl Faults {
    /// A receiver that learns of each change of the faults from now on.
    pub fn watch(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Ends all faults. Frozen connections go on where they stopped.
    pub fn clear(&mut self) {
        let changed = std::mem::take(&mut self.changed);
        *self = Faults {
            changed,
            refusals: self.refusals,
            restarts: self.restarts,
            ..Faults::default()
        };
        self.changed.send_replace(());
    }

    /// Refuses new connections.
    pub fn refuse(&mut self, refuse: Refuse, limit: Limit) {
        self.refusals = self.refusals.saturating_add(1);
        self.refusal = Some(ConnectionRefusal {
            number: self.refusals,
            refuse,
            limit,
        });
        self.changed.send_replace(());
    }

    /// Takes the server down until that moment. No connection of before survives it.
    pub fn go_down(&mut self, until: Instant) {
        self.down_until = Some(until);
        self.restarts = self.restarts.saturating_add(1);
        if let Some(refusal) = &mut self.refusal {
            // Upgrades that hang are decided on again after the restart.
            self.refusals = self.refusals.saturating_add(1);
            refusal.number = self.refusals;
        }
        self.changed.send_replace(());
    }

    /// How often the server has gone down.
    pub fn restarts(&self) -> u64 {
        self.restarts
    }

    /// Whether the server is gone.
    pub fn is_down(&self, now: Instant) -> bool {
        self.down_until.is_some() && !is_over(self.down_until, now)
    }

    /// Decides on a new connection.
    pub fn admit(&mut self, now: Instant) -> Admission {
        if self.is_down(now) {
            return Admission::Cut;
        }
        let refusal = self.refusal.as_mut();
        let refusal = refusal.and_then(|r| r.limit.take(now).then_some((r.refuse, r.number)));
        match refusal {
            None => Admission::Accepted,
            Some((Refuse::Http, _)) => Admission::Unavailable,
            Some((Refuse::Cut, _)) => Admission::Cut,
            Some((Refuse::Hang, number)) => Admission::Hang(number),
            Some((Refuse::Silent, _)) => Admission::Silent,
        }
    }

    /// Whether an upgrade that hangs by the refusal `number` still has to hang. `Some` holds when
    /// that ends, if that is known.
    pub fn hangs(&self, number: u64, now: Instant) -> Option<Option<Instant>> {
        let refusal = self.refusal.as_ref()?;
        let until = refusal.limit.until;
        (refusal.number == number && !is_over(until, now)).then_some(until)
    }

    /// Makes something stand still on a connection.
    pub fn freeze(
        &mut self,
        conn: ConnId,
        login: Option<String>,
        freeze: Freeze,
        until: Option<Instant>,
    ) {
        let hold = Hold {
            freeze,
            until,
            login,
        };
        self.holds.insert(conn, hold);
        self.changed.send_replace(());
    }

    /// Makes a new connection silent for as long as the refusal that is on.
    pub fn silence(&mut self, conn: ConnId) {
        let until = self.refusal.as_ref().and_then(|r| r.limit.until);
        self.freeze(conn, None, Freeze::Answers, until);
    }

    /// Lets the matching connections go on, and counts them.
    pub fn thaw(&mut self, target: &Target) -> usize {
        let before = self.holds.len();
        self.holds
            .retain(|conn, hold| !target.matches(*conn, hold.login.as_deref()));
        self.changed.send_replace(());
        before.saturating_sub(self.holds.len())
    }

    /// What stands still on a connection.
    pub fn hold(&mut self, conn: ConnId, now: Instant) -> Option<&Hold> {
        if self.holds.get(&conn).is_some_and(|h| is_over(h.until, now)) {
            self.holds.remove(&conn);
        }
        self.holds.get(&conn)
    }

    /// Forgets a connection that has ended.
    pub fn forget(&mut self, conn: ConnId) {
        self.holds.remove(&conn);
    }

    /// Holds up every frame for that long. A time of zero ends it.
    pub fn delay(&mut self, target: Target, delay: Duration) -> Result<(), TooMany> {
        self.delays.set(target, delay, delay.is_zero())?;
        self.changed.send_replace(());
        Ok(())
    }

    /// Changes the order of frames within that time. A time of zero ends it.
    pub fn shuffle(&mut self, target: Target, within: Duration, seed: u64) -> Result<(), TooMany> {
        let rule = (within, seed);
        self.shuffles.set(target, rule, within.is_zero())?;
        self.changed.send_replace(());
        Ok(())
    }

    /// How the frames of a connection are held up.
    pub fn delivery(&self, conn: ConnId, login: Option<&str>) -> Delivery {
        let (shuffle, seed) = self.shuffles.get(conn, login).unwrap_or_default();
        Delivery {
            delay: self.delays.get(conn, login).unwrap_or_default(),
            shuffle,
            seed,
        }
    }

    /// Decides what pings get.
    pub fn set_ping(&mut self, target: Target, ping: Ping) -> Result<(), TooMany> {
        self.pings.set(target, ping, ping == Ping::Normal)
    }

    /// What a connection's ping gets.
    pub fn ping(&self, conn: ConnId, login: Option<&str>) -> Ping {
        self.pings.get(conn, login).unwrap_or(Ping::Normal)
    }

    /// Refuses logins.
    pub fn refuse_logins(&mut self, refusal: LoginRefusal) {
        self.login = Some(refusal);
    }

    /// The refusal that this login meets, if it meets one. That counts as one of its times.
    pub fn refuses_login(
        &mut self,
        conn: ConnId,
        login: &str,
        now: Instant,
    ) -> Option<&LoginRefusal> {
        let refusal = self.login.as_mut()?;
        let meant = refusal.target.matches(conn, Some(login));
        (meant && refusal.limit.take(now)).then_some(refusal)
    }

    /// Refuses to let anybody subscribe to this channel.
    pub fn refuse_channel(&mut self, channel: &str) -> Result<(), TooMany> {
        if self.channels.len() >= MOST_RULES && !self.channels.contains(channel) {
            return Err(TooMany);
        }
        self.channels.insert(channel.to_owned());
        Ok(())
    }

    /// Whether nobody may subscribe to this channel.
    pub fn refuses_channel(&self, channel: &str) -> bool {
        self.channels.contains(channel)
    }

    /// The faults that are on, as the control API shows them.
    pub fn show(&self, now: Instant) -> Json {
        let mut rows = Vec::new();
        let named = |name: &str| Json::object().with("fault", name);
        if self.is_down(now) {
            rows.push(show_until(named("restart"), self.down_until, now));
        }
        if let Some(ConnectionRefusal { refuse, limit, .. }) = &self.refusal
            && limit.left != Some(0)
            && !is_over(limit.until, now)
        {
            rows.push(limit.show(named("refuse").with("how", refuse.name()), now));
        }
        for (conn, hold) in &self.holds {
            if !is_over(hold.until, now) {
                let row = named("freeze").with("conn", *conn);
                let row = row.with("what", hold.freeze.name());
                rows.push(show_until(row, hold.until, now));
            }
        }
        rows.extend(
            self.delays
                .show("delay", |row, delay| row.with("ms", millis(delay))),
        );
        rows.extend(self.shuffles.show("reorder", |row, (within, seed)| {
            row.with("ms", millis(within)).with("seed", seed)
        }));
        let ping = |row: Json, ping: Ping| row.with("answer", ping.name());
        rows.extend(self.pings.show("ping", ping));
        if let Some(login) = &self.login
            && login.limit.left != Some(0)
            && !is_over(login.limit.until, now)
        {
            let row = login.target.show(named("login")).with("code", login.code);
            let row = row.with("message", login.message.as_str());
            rows.push(login.limit.show(row, now));
        }
        if !self.channels.is_empty() {
            let channels: Vec<&str> = self.channels.iter().map(String::as_str).collect();
            rows.push(named("channels").with("channels", channels));
        }
        rows.extend(self.calls.show(now));
        Json::Array(rows)
    }
}
