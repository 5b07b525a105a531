//! `cargo xtask scale`: what a restart of the server is like with 100,000 clients.
//!
//! The library's own core runs in virtual time against a model of a server, beside a model
//! of jquery.verto's reconnecting. The table in `docs/restart.md` and the plot
//! `docs/restart.svg` are made here.

mod chart;
mod clients;
mod simulation;

use std::fmt::Write;
use std::process::Command;

use anyhow::Result;

use crate::docs::{self, grouped};
use crate::process::{self, MINUTE};
use crate::project::Project;
use clients::{FixedDelay, Ours};
use simulation::{HOP, Outcome, SECOND, Setup, Us};

#[derive(clap::Args)]
pub struct Args {
    /// What the random numbers start from
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// One row of the table.
struct Run {
    name: &'static str,
    /// Its line in the plot.
    color: Option<(u8, u8, u8)>,
    setup: Setup,
    outcome: Outcome,
}

pub fn run(project: &Project, args: &Args) -> Result<()> {
    if cfg!(debug_assertions) {
        return run_optimised(project, args);
    }
    let groups = [5, 60].map(|outage| runs(outage * SECOND, args.seed));
    let text = report(&groups, args.seed);
    print!("{text}");
    let dir = project.root.join("docs");
    chart::draw(
        &dir.join("restart.svg"),
        &groups.each_ref().map(Vec::as_slice),
    )?;
    docs::replace(&dir.join("restart.md"), "scale", &text)
}

/// Ten times slower without optimisation. The release profile itself is made for small
/// wasm and takes long to link.
fn run_optimised(project: &Project, args: &Args) -> Result<()> {
    let mut cargo: Command = project.cargo();
    cargo.args(["run", "--quiet", "--release", "--package", "xtask", "--"]);
    cargo.args(["scale", "--seed", &args.seed.to_string()]);
    cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "2");
    cargo.env("CARGO_PROFILE_RELEASE_LTO", "off");
    cargo.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    process::run(&mut cargo, 10 * MINUTE)
}

fn runs(outage: Us, seed: u64) -> Vec<Run> {
    let usual = Setup {
        clients: 100_000,
        outage,
        logins_per_second: 2_000,
        timeout: 10_000,
        skips_closed: false,
        end: 2_400 * SECOND,
        seed,
    };
    let patient = Setup {
        timeout: 60_000,
        ..usual
    };
    let skipping = Setup {
        skips_closed: true,
        ..usual
    };
    let slow = |logins_per_second| Setup {
        logins_per_second,
        ..usual
    };
    let ours = |name, color, setup| Run {
        name,
        color,
        setup,
        outcome: simulation::run::<Ours>(setup),
    };
    vec![
        Run {
            name: "jquery.verto",
            color: Some((230, 120, 0)),
            setup: usual,
            outcome: simulation::run::<FixedDelay>(usual),
        },
        ours("ours", Some((0, 90, 200)), usual),
        ours("ours, `timeout: 60000`", Some((0, 150, 90)), patient),
        ours("ours, server skips closed sockets", None, skipping),
        ours("ours, 1,000 logins a second", None, slow(1_000)),
        ours("ours, 500 logins a second", None, slow(500)),
    ]
}

/// The parameters and the tables, as Markdown.
fn report(groups: &[Vec<Run>], seed: u64) -> String {
    let mut text = String::new();
    for runs in groups {
        let Some(Run { setup, .. }) = runs.first() else {
            continue;
        };
        let _ = writeln!(
            text,
            "\n### Down for {} s\n\n{} clients, {} logins a second, {} to {} ms each way, \
             simulated for {} s at most, seed {seed}.\n",
            setup.outage / SECOND,
            grouped(setup.clients.into()),
            grouped(setup.logins_per_second),
            HOP.start() / 1_000,
            HOP.end() / 1_000,
            grouped(setup.end / SECOND),
        );
        text.push_str(
            "| client | attempts | worst second | worst 0.1 s | worst second once it is up \
             | logins given up | answered in vain | 50 % ready | 90 % | 99 % | all |\n\
             | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
        );
        for run in runs {
            text.push_str(&row(run));
        }
    }
    text.push('\n');
    text
}

fn row(run: &Run) -> String {
    let Run { setup, outcome, .. } = run;
    let attempts = &outcome.attempts;
    let first_up = attempts.partition_point(|at| *at < setup.outage);
    let up = attempts.get(first_up..).unwrap_or_default();
    let mut cells = vec![
        run.name.to_owned(),
        grouped(attempts.len() as u64),
        worst(attempts, SECOND),
        worst(attempts, SECOND / 10),
        worst(up, SECOND),
        grouped(outcome.abandoned),
        grouped((outcome.answers.len() - outcome.ready.len()) as u64),
    ];
    cells.extend([50, 90, 99, 100].map(|percent| time_to_be_ready(run, percent)));
    format!("| {} |\n", cells.join(" | "))
}

/// The most of `times` within any span of that length, and when it begins.
fn worst(times: &[Us], span: Us) -> String {
    let mut most = (0, 0);
    let mut end = 0;
    for (index, begin) in times.iter().enumerate() {
        while times.get(end).is_some_and(|at| *at < begin + span) {
            end += 1;
        }
        if end - index > most.0 {
            most = (end - index, *begin);
        }
    }
    let (count, begin) = most;
    format!("{} at {}", grouped(count as u64), seconds(begin))
}

/// When that share of the clients was ready, counted from when the server was up again.
fn time_to_be_ready(run: &Run, percent: usize) -> String {
    let Run { setup, outcome, .. } = run;
    let count = (setup.clients as usize * percent).div_ceil(100);
    match outcome.ready.get(count.saturating_sub(1)) {
        Some(at) => seconds(at.saturating_sub(setup.outage)),
        None if percent < 100 => "not".into(),
        None => {
            let share = 100.0 * outcome.ready.len() as f64 / f64::from(setup.clients);
            format!("not: {share:.1} % when the simulation ends")
        }
    }
}

fn seconds(time: Us) -> String {
    format!("{:.1} s", time as f64 / SECOND as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 500 clients, of which a fiftieth can log in each second, as in the full size.
    const SMALL: Setup = Setup {
        clients: 500,
        outage: 5 * SECOND,
        logins_per_second: 10,
        timeout: 10_000,
        skips_closed: false,
        end: 300 * SECOND,
        seed: 7,
    };

    fn check(setup: Setup, outcome: &Outcome) {
        let times = [&outcome.attempts, &outcome.answers, &outcome.ready];
        assert!(times.iter().all(|times| times.is_sorted()));
        assert!(outcome.answers[0] >= setup.outage);
        assert!(outcome.ready.len() <= outcome.answers.len());
        let rate = setup.logins_per_second as usize;
        for pair in outcome.answers.windows(rate + 1) {
            assert!(pair[rate] - pair[0] >= SECOND, "{pair:?}");
        }
    }

    #[test]
    fn fixed_delays_attempt_in_step_and_all_get_ready() {
        let outcome = simulation::run::<FixedDelay>(SMALL);
        check(SMALL, &outcome);
        assert_eq!(outcome.ready.len(), 500);
        // Refused near 1, 2, 3 and 4 s, and in after 5 s, since each refusal takes time.
        assert_eq!(outcome.attempts.len(), 500 * 5);
        assert_eq!(outcome.answers.len(), 500);
        assert!((49 * SECOND..51 * SECOND).contains(&(outcome.ready[499] - outcome.ready[0])));
    }

    #[test]
    fn fixed_delays_grow_after_ten_and_twenty_failures() {
        let setup = Setup {
            clients: 1,
            outage: 60 * SECOND,
            ..SMALL
        };
        let outcome = simulation::run::<FixedDelay>(setup);
        let delays = outcome.attempts.windows(2).map(|pair| {
            // The refusal's way back and the next attempt's way there are in it.
            (pair[1] - pair[0]) / SECOND
        });
        let expected = [vec![1; 9], vec![2; 10], vec![3; 10]].concat();
        assert_eq!(delays.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn ours_all_get_ready_where_the_queue_is_shorter_than_the_timeout() {
        let setup = Setup {
            logins_per_second: 100,
            ..SMALL
        };
        let outcome = simulation::run::<Ours>(setup);
        check(setup, &outcome);
        assert_eq!(outcome.ready.len(), 500);
        assert_eq!(outcome.abandoned, 0);
        let first = outcome.attempts.partition_point(|at| *at < SECOND);
        assert!((500..700).contains(&first), "{first}");
    }

    #[test]
    fn logins_that_were_given_up_are_worked_through_unless_the_server_skips_them() {
        let through = simulation::run::<Ours>(SMALL);
        check(SMALL, &through);
        assert!(through.abandoned > 500);
        let skipping = Setup {
            skips_closed: true,
            ..SMALL
        };
        let skips = simulation::run::<Ours>(skipping);
        check(skipping, &skips);
        let in_vain = |outcome: &Outcome| outcome.answers.len() - outcome.ready.len();
        assert!(in_vain(&skips) < in_vain(&through));
    }

    #[test]
    fn a_seed_decides_everything() {
        let other = Setup { seed: 8, ..SMALL };
        let outcome = simulation::run::<Ours>(SMALL);
        assert_eq!(outcome, simulation::run::<Ours>(SMALL));
        assert_ne!(outcome, simulation::run::<Ours>(other));
    }

    #[test]
    fn the_worst_span_is_found_wherever_it_begins() {
        let times = [0, 900_000, 950_000, 1_100_000, 1_899_999, 1_900_000];
        assert_eq!(worst(&times, SECOND), "4 at 0.9 s");
        assert_eq!(grouped(1_234_005), "1,234,005");
    }
}
