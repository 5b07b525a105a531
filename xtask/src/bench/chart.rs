//! The plot: some of the cases as bars, the shorter the better.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::figures::{Case, Figures, Measured};
use super::report::number;

/// What is shown: the row, the case, the caption, and what the figures are divided by.
const SHOWN: [(&str, &str, &str, f64); 6] = [
    (
        "sizes",
        "gzip -9, for a script tag",
        "Download, gzip -9, KB",
        1_000.0,
    ),
    (
        "load",
        "script tag to first instance",
        "Script tag to first instance, cold, ms",
        1.0,
    ),
    (
        "events",
        "300 B, 1 handler",
        "One event of 300 B, socket stubbed, µs",
        1_000.0,
    ),
    (
        "requests",
        "1,000 in flight",
        "One request of 1,000 in flight, socket stubbed, µs",
        1_000.0,
    ),
    (
        "socket",
        "300 B, 1 connection",
        "One event of 300 B through a real socket, µs",
        1_000.0,
    ),
    (
        "reconnect",
        "dropped to subscribed (vertojs: logged in)",
        "Dropped to subscribed again, ms",
        1.0,
    ),
];

const SIZE: (u32, u32) = (1120, 810);
const BAR: i32 = 22;
const STEP: i32 = 30;
const LEFT: i32 = 116;
const TOP: i32 = 52;
/// Beside the longest bar there is its figure.
const RIGHT: i32 = 70;

const OURS: RGBColor = RGBColor(0, 90, 200);
const BASE: RGBColor = RGBColor(150, 150, 150);
const PEER: RGBColor = RGBColor(230, 120, 0);
const SPREAD: RGBColor = RGBColor(60, 60, 60);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Draws those of the cases that were measured.
pub fn draw(path: &Path, figures: &Figures) -> Result<()> {
    let failed = |error: String| anyhow!("{} cannot be drawn: {error}", path.display());
    let root = SVGBackend::new(path, SIZE).into_drawing_area();
    root.fill(&WHITE).map_err(|e| failed(e.to_string()))?;
    let areas = root.split_evenly((3, 2));
    for (area, (row, name, caption, unit)) in areas.iter().zip(SHOWN) {
        if let Some(case) = figures.case(row, name) {
            panel(area, case, caption, unit).map_err(|e| failed(e.to_string()))?;
        }
    }
    root.present().map_err(|e| failed(e.to_string()))
}

fn panel(
    area: &Area<'_>,
    case: &Case,
    caption: &str,
    unit: f64,
) -> Result<(), Box<dyn std::error::Error>> {
    let (width, _) = area.dim_in_pixel();
    let length = f64::from(width as i32 - LEFT - RIGHT);
    let shown: Vec<_> = case
        .clients
        .iter()
        .filter(|one| one.client != "nothing")
        .collect();
    let longest = shown
        .iter()
        .map(|one| one.q3)
        .fold(f64::MIN_POSITIVE, f64::max);
    let at = |value: f64| LEFT + (length * value / longest) as i32;
    let label = TextStyle::from(("sans-serif", 14).into_font());
    let to_left = label.clone().pos(Pos::new(HPos::Right, VPos::Center));
    let to_right = label.pos(Pos::new(HPos::Left, VPos::Center));
    let title = ("sans-serif", 17).into_font().color(&BLACK);
    area.draw_text(caption, &title, (16, 20))?;
    for (index, one) in (0..).zip(shown) {
        let Measured {
            client,
            median,
            q1,
            q3,
            ..
        } = one;
        let top = TOP + index * STEP;
        let middle = top + BAR / 2;
        let color = match client.split(',').next() {
            Some("ours") => OURS,
            Some("plain") => BASE,
            _ => PEER,
        };
        area.draw_text(client, &to_left, (LEFT - 8, middle))?;
        area.draw(&Rectangle::new(
            [(LEFT, top), (at(*median), top + BAR)],
            color.filled(),
        ))?;
        area.draw(&PathElement::new(
            [(at(*q1), middle), (at(*q3), middle)],
            SPREAD.stroke_width(2),
        ))?;
        let end = at(median.max(*q3)) + 6;
        area.draw_text(&number(median / unit), &to_right, (end, middle))?;
    }
    Ok(())
}
