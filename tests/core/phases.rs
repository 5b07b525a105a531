//! The drawing in `docs/session.md` is true: sessions go along each of its arrows in random
//! programs, and along no other.

use std::cell::RefCell;
use std::collections::BTreeSet;

use proptest::test_runner::{Config, RngSeed, TestRunner};
use verto_wasm::core::session::{Io, Notice, State};

use crate::json::Json;
use crate::model::{program, run};
use crate::world::World;

const PAGE: &str = include_str!("../../docs/session.md");

type Arrows = BTreeSet<(&'static str, &'static str)>;

/// What a session went through, told from what it did and said.
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

    /// Of what the page sees as one state the page's being asked and the login are the parts.
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
            // It follows the question for the credentials, which is seen first.
            Notice::State { state, .. } if *state != State::Authenticating => {
                self.enter(state.name());
            }
            _ => {}
        }
    }

    fn enter(&mut self, phase: &'static str) {
        self.gone.insert((self.now, phase));
        self.now = phase;
    }
}

/// The arrows of the page's drawing, but for the one that shows where to begin.
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
    // Always the same programs: an arrow that is seldom gone along is gone along in some of them.
    let config = Config {
        cases: 300,
        rng_seed: RngSeed::Fixed(1),
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
