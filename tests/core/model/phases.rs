//! The diagram in `docs/session.md` is true: in random programs the sessions go along each of its
//! arrows, and along no other.

use std::cell::RefCell;
use std::collections::BTreeSet;

use proptest::test_runner::{Config, RngSeed, TestRunner};
use testkit::{Io, Json, Notice, State};

use super::programs::program;
use super::run;
use super::world::World;

const PAGE: &str = include_str!("../../../docs/session.md");

type Arrows = BTreeSet<(&'static str, &'static str)>;

/// The phases that a session went through, as they are seen in what it does and tells.
pub struct Phases {
    now: &'static str,
    gone: Arrows,
}

impl Phases {
    pub fn new() -> Self {
        Phases {
            now: "idle",
            gone: Arrows::new(),
        }
    }

    /// The page sees one state while it is asked for its credentials and while the login is in
    /// flight. These are two phases, which are told apart by what the session does.
    pub fn did(&mut self, io: &Io) {
        match io {
            Io::Credentials { .. } => self.enter("asking"),
            Io::Send { text, .. } if text.contains(r#""method":"login""#) => {
                self.enter("logging_in");
            }
            _ => {}
        }
    }

    pub fn told(&mut self, notice: &Notice<Json>) {
        match notice {
            // What the session asks or sends then was seen above, unless it waits for the answer to
            // a question of an earlier attempt.
            Notice::State { state, .. } if *state != State::Authenticating => {
                self.enter(state.name());
            }
            Notice::State { .. } if self.now == "connecting" => self.enter("asking"),
            _ => {}
        }
    }

    fn enter(&mut self, phase: &'static str) {
        self.gone.insert((self.now, phase));
        self.now = phase;
    }
}

/// The arrows of the diagram, without the one that shows where it begins.
fn drawn() -> Arrows {
    let (_, rest) = PAGE.split_once("```mermaid\n").unwrap();
    let (drawing, _) = rest.split_once("```").unwrap();
    let arrows = drawing.lines().filter_map(|line| {
        let (from, to) = line.split_once(" --> ")?;
        Some((from.trim(), to.split(" : ").next()?.trim()))
    });
    arrows.filter(|(from, _)| *from != "[*]").collect()
}

#[test]
fn the_drawing_shows_exactly_what_sessions_do() {
    // The programs are always the same, so that some of them go along each of the rare arrows.
    let config = Config {
        cases: 300,
        rng_seed: RngSeed::Fixed(15),
        failure_persistence: None,
        ..Config::default()
    };
    let gone = RefCell::new(Arrows::new());
    let result = TestRunner::new(config).run(&program(), |program| {
        let mut world = World::new(1);
        for turn in &program {
            run(&mut world, turn);
        }
        world.logout();
        gone.borrow_mut().extend(world.phases.gone);
        Ok(())
    });
    result.unwrap();
    let (gone, drawn) = (gone.into_inner(), drawn());
    let missing: Vec<_> = gone.difference(&drawn).collect();
    let false_ones: Vec<_> = drawn.difference(&gone).collect();
    assert!(missing.is_empty(), "not in docs/session.md: {missing:?}");
    assert!(false_ones.is_empty(), "no session does so: {false_ones:?}");
}
