//! The plot: attempts a second above, the share of ready clients below, one column an
//! outage.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;

use super::Run;
use super::simulation::{SECOND, Us};

/// What is shown, in seconds since the server went down.
const SHOWN: usize = 200;
/// The top of the attempts' axis.
const MOST_ATTEMPTS: f64 = 200_000.0;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Draws each group of runs, all of the same outage, as a column.
pub fn draw(path: &Path, groups: &[&[Run]]) -> Result<()> {
    let failed = |error| anyhow!("{} cannot be drawn: {error}", path.display());
    let root = SVGBackend::new(path, (1120, 760)).into_drawing_area();
    root.fill(&WHITE).map_err(|e| failed(e.to_string()))?;
    for (column, runs) in root.split_evenly((1, groups.len())).iter().zip(groups) {
        let (above, below) = column.split_vertically(400);
        attempts(&above, runs).map_err(|e| failed(e.to_string()))?;
        shares(&below, runs).map_err(|e| failed(e.to_string()))?;
    }
    root.present().map_err(|e| failed(e.to_string()))
}

fn attempts(area: &Area<'_>, runs: &[Run]) -> Result<(), Box<dyn std::error::Error>> {
    let outage = outage(runs);
    let mut chart = ChartBuilder::on(area)
        .caption(
            format!("Server down from 0 to {outage} s (grey)"),
            ("sans-serif", 20),
        )
        .margin(12)
        .margin_right(24)
        .x_label_area_size(44)
        .y_label_area_size(76)
        .build_cartesian_2d(0.0..SHOWN as f64, (1.0..MOST_ATTEMPTS).log_scale())?;
    chart.draw_series([down(outage, 1.0, MOST_ATTEMPTS)])?;
    chart
        .configure_mesh()
        .max_light_lines(0)
        .x_label_formatter(&|second| format!("{second:.0}"))
        .bold_line_style(RGBColor(225, 225, 225))
        .label_style(("sans-serif", 13))
        .axis_desc_style(("sans-serif", 14))
        .x_desc("time since the server went down, s")
        .y_desc("attempts to connect per second (log)")
        .y_label_formatter(&|count| super::grouped(*count as u64))
        .draw()?;
    for run in runs.iter().filter(|run| run.color.is_some()) {
        let color = color(run);
        let counts = per_second(&run.outcome.attempts);
        let points = (0..).zip(counts).flat_map(|(second, count)| {
            let height = f64::from(count).max(1.0);
            [
                (f64::from(second), height),
                (f64::from(second) + 1.0, height),
            ]
        });
        chart
            .draw_series(LineSeries::new(points, color.stroke_width(2)))?
            .label(run.name.replace('`', ""))
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 22, y)], color.stroke_width(3)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.85))
        .border_style(RGBColor(190, 190, 190))
        .legend_area_size(30)
        .label_font(("sans-serif", 14))
        .draw()?;
    Ok(())
}

fn shares(area: &Area<'_>, runs: &[Run]) -> Result<(), Box<dyn std::error::Error>> {
    let outage = outage(runs);
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .margin_right(24)
        .x_label_area_size(44)
        .y_label_area_size(76)
        .build_cartesian_2d(0.0..SHOWN as f64, 0.0..102.0)?;
    chart.draw_series([down(outage, 0.0, 102.0)])?;
    chart
        .configure_mesh()
        .max_light_lines(0)
        .x_label_formatter(&|second| format!("{second:.0}"))
        .bold_line_style(RGBColor(225, 225, 225))
        .label_style(("sans-serif", 13))
        .axis_desc_style(("sans-serif", 14))
        .x_desc("time since the server went down, s")
        .y_desc("clients that are ready, %")
        .y_label_formatter(&|share| format!("{share:.0}"))
        .draw()?;
    // Lines that are the same over long stretches: the wider ones are drawn first.
    for (run, width) in runs.iter().filter(|run| run.color.is_some()).zip([6, 4, 2]) {
        let mut ready = 0.0;
        let mut points = vec![(0.0, 0.0)];
        let counts = per_second(&run.outcome.ready);
        for (second, count) in (1..).zip(counts) {
            ready += f64::from(count);
            let share = 100.0 * ready / f64::from(run.setup.clients);
            points.push((f64::from(second), share));
        }
        chart.draw_series(LineSeries::new(points, color(run).stroke_width(width)))?;
    }
    Ok(())
}

fn outage(runs: &[Run]) -> u64 {
    runs.first().map_or(0, |run| run.setup.outage / SECOND)
}

fn color(run: &Run) -> RGBColor {
    let (red, green, blue) = run.color.unwrap_or_default();
    RGBColor(red, green, blue)
}

/// The time of the outage, shaded.
fn down(outage: u64, low: f64, high: f64) -> Rectangle<(f64, f64)> {
    let grey = RGBColor(238, 238, 238).filled();
    Rectangle::new([(0.0, low), (outage as f64, high)], grey)
}

/// How many of `times` are in each second that is shown.
fn per_second(times: &[Us]) -> Vec<u32> {
    let mut counts = vec![0; SHOWN];
    for time in times {
        let second = usize::try_from(time / SECOND).unwrap_or(SHOWN);
        if let Some(count) = counts.get_mut(second) {
            *count += 1;
        }
    }
    counts
}
