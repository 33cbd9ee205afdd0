//! minikube's tables: box characters, centred headings, cells of several lines.

use crate::base::{display_width, pad_end};

/// The characters of a table's frame.
struct Frame {
    top: Option<[&'static str; 4]>,
    middle: [&'static str; 4],
    bottom: Option<[&'static str; 4]>,
    bar: &'static str,
}

const BOX: Frame = Frame {
    top: Some(["┌", "─", "┬", "┐"]),
    middle: ["├", "─", "┼", "┤"],
    bottom: Some(["└", "─", "┴", "┘"]),
    bar: "│",
};
const PLAIN: Frame = Frame { top: None, middle: ["|", "-", "|", "|"], bottom: None, bar: "|" };

/// Lays out a table without a final line break.
pub(super) fn table(headings: &[&str], rows: &[Vec<String>], plain: bool) -> String {
    let frame = if plain { PLAIN } else { BOX };
    let widths: Vec<usize> = headings
        .iter()
        .enumerate()
        .map(|(column, heading)| {
            let cells = rows.iter().filter_map(|row| row.get(column)).flat_map(|cell| cell.lines());
            cells.chain([*heading]).map(display_width).max().unwrap_or_default()
        })
        .collect();
    let rule = |[left, line, cross, right]: [&str; 4]| {
        let lines: Vec<String> = widths.iter().map(|width| line.repeat(width + 2)).collect();
        format!("{left}{}{right}", lines.join(cross))
    };
    let bar = frame.bar;
    let row = |cells: Vec<String>| format!("{bar}{}{bar}", cells.join(bar));
    let mut lines = Vec::new();
    lines.extend(frame.top.map(rule));
    lines.push(row(headings.iter().zip(&widths).map(|(heading, width)| centred(heading, *width)).collect()));
    lines.push(rule(frame.middle));
    for cells in rows {
        let height = cells.iter().map(|cell| cell.lines().count()).max().unwrap_or(1).max(1);
        for index in 0..height {
            let line = |(cell, width): (&String, &usize)| {
                format!(" {} ", pad_end(cell.lines().nth(index).unwrap_or_default(), *width))
            };
            lines.push(row(cells.iter().zip(&widths).map(line).collect()));
        }
    }
    lines.extend(frame.bottom.map(rule));
    lines.join("\n")
}

/// An odd space goes to the right.
fn centred(text: &str, width: usize) -> String {
    let free = width - display_width(text).min(width);
    let left = free / 2;
    format!(" {}{text}{} ", " ".repeat(left), " ".repeat(free - left))
}
