//! The figures as Markdown.

use std::fmt::Write;

use super::figures::{Case, Figures, Measured};
use crate::docs;

/// What each group of cases is.
const ROWS: [(&str, &str); 8] = [
    ("sizes", "Bytes that a page downloads"),
    (
        "load",
        "A page where nothing is warm: from the script tag, or `import()`, to the first instance",
    ),
    ("events", "One event to its handlers, socket stubbed"),
    ("requests", "One request to its result, socket stubbed"),
    ("socket", "One event through a real local socket"),
    ("memory", "Memory"),
    ("reconnect", "A lost connection"),
    ("calls", "Telephone calls"),
];

/// The columns, in this order where a table has them.
const CLIENTS: [&str; 13] = [
    "nothing",
    "plain",
    "plain, again",
    "ours",
    "ours, promise",
    "ours, slim",
    "ours, legacy",
    "ours, cc",
    "jquery.verto",
    "jquery.verto, adapter",
    "signalwire",
    "telnyx",
    "vertojs",
];

/// Machine, budgets and a table for each group.
pub fn tables(figures: &Figures) -> String {
    let mut text = String::new();
    let machine = &figures.machine;
    let _ = writeln!(
        text,
        "\n{}, {}; {}, {} cores, {} GiB, {}; load average {:.1} at the start; {} s.",
        figures.date,
        machine.browser,
        machine.processor,
        machine.cores,
        machine.memory_gib,
        machine.system,
        machine.load,
        figures.seconds,
    );
    if !figures.budgets.is_empty() {
        text.push_str("\n### Budgets\n\n");
        text.push_str(&budgets(figures));
    }
    for (row, title) in ROWS {
        let cases: Vec<_> = figures
            .results
            .iter()
            .filter(|case| case.row == row)
            .collect();
        if cases.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n### {title}\n");
        text.push_str(&table(&cases));
    }
    text.push('\n');
    text
}

fn budgets(figures: &Figures) -> String {
    let head = ["", "at most", "is", ""].map(str::to_owned).to_vec();
    let rows = figures.budgets.iter().map(|budget| {
        let met = if budget.met { "met" } else { "**not met**" };
        vec![
            budget.what.clone(),
            number(budget.most),
            number(budget.is),
            met.to_owned(),
        ]
    });
    aligned(&std::iter::once(head).chain(rows).collect::<Vec<_>>())
}

fn table(cases: &[&Case]) -> String {
    let measured = |name: &str| {
        let all = cases.iter().flat_map(|case| &case.clients);
        all.into_iter().any(|one| one.client == name)
    };
    let clients: Vec<_> = CLIENTS.into_iter().filter(|name| measured(name)).collect();
    let mut rows = vec![vec![String::new()]];
    if let Some(head) = rows.first_mut() {
        head.extend(clients.iter().map(|name| (*name).to_owned()));
    }
    for case in cases {
        let mut row = vec![format!("{}, {}", case.name, case.unit)];
        row.extend(clients.iter().map(|name| cell(case, name)));
        rows.push(row);
    }
    aligned(&rows) + &reasons(cases)
}

/// The median, the quartiles and the ratio; nothing for a client that wasn't measured.
fn cell(case: &Case, client: &str) -> String {
    let Some(one) = case.clients.iter().find(|one| one.client == client) else {
        return "-".to_owned();
    };
    let Measured {
        median,
        q1,
        q3,
        ratio,
        n,
        ..
    } = one;
    let mut text = number(*median);
    if *n > 1 {
        let _ = write!(text, " ({} to {})", number(*q1), number(*q3));
    }
    if client != case.base {
        let _ = write!(text, " {ratio:.2}x");
    }
    text
}

/// Why some clients are missing, each reason once.
fn reasons(cases: &[&Case]) -> String {
    let mut told: Vec<String> = Vec::new();
    for one in cases.iter().flat_map(|case| &case.cannot) {
        let reason = format!("{} {}", one.client, one.why);
        if !told.contains(&reason) {
            told.push(reason);
        }
    }
    match told.is_empty() {
        true => String::new(),
        false => format!("\nNot measured: {}.\n", told.join("; ")),
    }
}

/// A Markdown table whose columns are as wide as their widest cell.
pub fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
            .max(4)
    };
    let widths: Vec<_> = (0..columns).map(width).collect();
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let _ = match column {
                0 => write!(text, "| {cell:width$} "),
                _ => write!(text, "| {cell:>width$} "),
            };
        }
        text.push_str("|\n");
        if index == 0 {
            for (column, width) in widths.iter().enumerate() {
                let _ = match column {
                    0 => write!(text, "| {} ", "-".repeat(*width)),
                    _ => write!(text, "| {}: ", "-".repeat(width - 1)),
                };
            }
            text.push_str("|\n");
        }
    }
    text
}

/// Three significant digits below 100, whole numbers with thousands apart above.
pub fn number(value: f64) -> String {
    if value.abs() >= 99.95 {
        return docs::grouped(value.round() as u64);
    }
    let digits: usize = if value.abs() >= 9.995 { 1 } else { 2 };
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::super::figures::Cannot;
    use super::*;

    fn measured(client: &str, median: f64, n: u32, ratio: f64) -> Measured {
        Measured {
            client: client.to_owned(),
            median,
            q1: median - 1.0,
            q3: median + 1.0,
            n,
            ratio,
        }
    }

    #[test]
    fn a_case_is_a_row_and_says_who_is_missing() {
        let case = Case {
            row: "events".to_owned(),
            name: "300 B".to_owned(),
            unit: "ns".to_owned(),
            base: "plain".to_owned(),
            clients: vec![
                measured("ours", 1500.0, 3, 1.5),
                measured("plain", 1000.0, 3, 1.0),
            ],
            cannot: vec![Cannot {
                client: "vertojs".to_owned(),
                why: "has no subscriptions".to_owned(),
            }],
        };
        assert_eq!(
            table(&[&case, &case]),
            "|           |                plain |                         ours |\n\
             | --------- | -------------------: | ---------------------------: |\n\
             | 300 B, ns | 1,000 (999 to 1,001) | 1,500 (1,499 to 1,501) 1.50x |\n\
             | 300 B, ns | 1,000 (999 to 1,001) | 1,500 (1,499 to 1,501) 1.50x |\n\
             \nNot measured: vertojs has no subscriptions.\n"
        );
    }

    #[test]
    fn numbers_have_three_digits_or_are_whole() {
        let texts = [0.5, 9.99, 12.34, 99.94, 99.96, 1234.5].map(number);
        assert_eq!(texts, ["0.50", "9.99", "12.3", "99.9", "100", "1,235"]);
    }
}
