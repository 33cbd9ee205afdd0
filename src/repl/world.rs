//! The world drawn: objects as trees, what happened as a story, what differs field by field.

use crate::base::{display_width, pad_end, wrap};
use crate::tutor::{Actor, DifferenceLine, Fate, LineFate, MapNode, ObjectDifference, TimelineRow, Tone};

use super::render::{hanging, paragraphs};
use super::syntax;
use super::theme::{Role, Theme};

/// Columns below which who did something stands on a line of its own.
const NARROW: usize = 64;

/// Columns that names may take of a line before states move to lines of their own.
const NAMES_MAX: usize = 52;

/// A row of a map before it is laid out.
struct Row {
    /// What stands before the name: branches, or a number to be read aloud.
    prefix: String,
    /// What stands before further lines of the same object.
    below: String,
    label: String,
    state: String,
    role: Role,
    notes: Vec<String>,
}

fn role_of(tone: Tone) -> Role {
    match tone {
        Tone::Good => Role::Good,
        Tone::Quiet => Role::Faint,
        Tone::Attention => Role::Attention,
        Tone::Bad => Role::Bad,
    }
}

/// Objects as trees.
pub(super) fn map(theme: &Theme, headline: &str, roots: &[MapNode], closing: &str) -> String {
    let mut rows = Vec::new();
    for (index, root) in roots.iter().enumerate() {
        let number = (index + 1).to_string();
        collect(theme, root, ("", ""), &number, &mut rows);
    }
    let name_width = |row: &Row| display_width(&row.prefix) + display_width(&row.label);
    let widest = rows.iter().map(name_width).filter(|width| *width <= NAMES_MAX).max().unwrap_or_default();
    let states = rows.iter().map(|row| display_width(&row.state)).max().unwrap_or_default();
    let column = (widest + 2 + states <= theme.width).then_some(widest);
    let mut lines = vec![title(theme, headline)];
    for row in &rows {
        row_lines(theme, row, column, &mut lines);
    }
    lines.extend(Some(paragraphs(theme, closing)).filter(|closing| !closing.is_empty()));
    lines.join("\n")
}

fn collect(theme: &Theme, node: &MapNode, (first, rest): (&str, &str), number: &str, rows: &mut Vec<Row>) {
    let label = format!("{} {}", node.kind, node.name).trim().to_owned();
    let has_children = !node.children.is_empty();
    let (prefix, below) = if theme.spoken {
        (format!("{number}. "), "   ".to_owned())
    } else {
        let stem = if has_children { theme.symbol("│ ", "| ") } else { "  " };
        (first.to_owned(), format!("{rest}{stem}"))
    };
    let notes = node.notes.clone();
    rows.push(Row { prefix, below, label, state: node.state.clone(), role: role_of(node.tone), notes });
    for (index, child) in node.children.iter().enumerate() {
        let last = index + 1 == node.children.len();
        let branch = match (last, child.reference) {
            (false, false) => theme.symbol("├─ ", "|- "),
            (true, false) => theme.symbol("└─ ", "`- "),
            (false, true) => theme.symbol("├→ ", "|> "),
            (true, true) => theme.symbol("└→ ", "`> "),
        };
        let stem = if last { "   " } else { theme.symbol("│  ", "|  ") };
        let marks = (format!("{rest}{branch}"), format!("{rest}{stem}"));
        collect(theme, child, (&marks.0, &marks.1), &format!("{number}.{}", index + 1), rows);
    }
}

fn row_lines(theme: &Theme, row: &Row, column: Option<usize>, lines: &mut Vec<String>) {
    let faint = |text: &str| theme.paint(Role::Faint, text);
    let mut line = format!("{}{}", faint(&row.prefix), kind_painted(theme, &row.label));
    let used = display_width(&row.prefix) + display_width(&row.label);
    let mut rest: Vec<(Role, String)> = Vec::new();
    let mut at = used;
    if !row.state.is_empty() {
        let gap = column.filter(|column| used <= *column).map_or(2, |column| column + 2 - used);
        if used + gap + display_width(&row.state) <= theme.width && (column.is_some() || gap == 2) {
            let mark = if theme.spoken { ": ".to_owned() } else { " ".repeat(gap) };
            line.push_str(&mark);
            line.push_str(&theme.paint(row.role, &row.state));
            at = used + gap + display_width(&row.state);
        } else {
            rest.push((row.role, row.state.clone()));
        }
    }
    for note in &row.notes {
        if rest.is_empty() && at + 2 + display_width(note) <= theme.width {
            line.push_str("  ");
            line.push_str(&faint(note));
            at += 2 + display_width(note);
        } else {
            rest.push((Role::Faint, note.clone()));
        }
    }
    lines.push(line);
    let room = theme.width.saturating_sub(display_width(&row.below) + 2);
    for (role, text) in rest {
        for part in wrap(&text, room.max(8)) {
            lines.push(format!("{}  {}", faint(&row.below), theme.paint(role, &part)));
        }
    }
}

fn kind_painted(theme: &Theme, label: &str) -> String {
    match label.split_once(' ') {
        Some((kind, name)) if kind.starts_with(|first: char| first.is_ascii_uppercase()) => {
            format!("{kind} {}", theme.paint(Role::Title, name))
        }
        _ => label.to_owned(),
    }
}

/// A headline; whoever listens hears it in one breath.
fn title(theme: &Theme, headline: &str) -> String {
    let headline = headline.replace('`', "");
    if theme.spoken {
        return headline;
    }
    let lines = wrap(&headline, theme.width).into_iter().map(|line| theme.paint(Role::Title, &line));
    lines.collect::<Vec<_>>().join("\n")
}

/// What happened, in order.
pub(super) fn timeline(theme: &Theme, headline: &str, rows: &[TimelineRow], closing: &str) -> String {
    let mut lines = vec![title(theme, headline)];
    let times = rows.iter().map(|row| row.seconds.to_string().len() + 2).max().unwrap_or_default();
    let names = rows.iter().map(|row| display_width(&row.who)).max().unwrap_or_default();
    let mut shown = None;
    for row in rows {
        let is_new = shown != Some(row.seconds) || theme.spoken;
        shown = Some(row.seconds);
        let time = if is_new { format!("+{}s", row.seconds) } else { String::new() };
        let time = theme.paint(Role::Faint, &pad_end(&time, times));
        let what = if theme.symbols { row.what.clone() } else { row.what.replace('→', "->") };
        if theme.spoken {
            lines.extend(wrap(&format!("{} {}: {what}", time.trim(), row.who), theme.width));
        } else if theme.width < NARROW || times + names + 30 > theme.width {
            lines.push(format!("{time} {}", theme.paint(role_of_actor(&row.actor), &row.who)));
            let margin = " ".repeat(times + 1);
            let room = theme.width.saturating_sub(times + 1);
            lines.extend(wrap(&what, room).into_iter().map(|part| format!("{margin}{part}")));
        } else {
            let who = theme.paint(role_of_actor(&row.actor), &pad_end(&row.who, names));
            lines.push(hanging(theme, &format!("{time} {who} "), &what));
        }
    }
    lines.extend(Some(paragraphs(theme, closing)).filter(|closing| !closing.is_empty()));
    lines.join("\n")
}

fn role_of_actor(actor: &Actor) -> Role {
    match actor {
        Actor::Client(_) | Actor::ApiServer => Role::Command,
        Actor::Controller(_) => Role::Aside,
        Actor::Scheduler => Role::Attention,
        Actor::Kubelet => Role::Good,
    }
}

/// What differs from an earlier moment.
pub(super) fn difference(
    theme: &Theme,
    headline: &str,
    objects: &[ObjectDifference],
    closing: &str,
) -> String {
    let mut lines = vec![title(theme, headline)];
    for found in objects {
        let (role, mark) = match found.fate {
            Fate::Made => (Role::Good, "+"),
            Fate::Removed => (Role::Bad, "-"),
            Fate::Changed { .. } => (Role::Attention, "~"),
        };
        lines.push(theme.paint(role, &format!("{mark} {}", found.object)));
        let Fate::Changed { fields, more } = &found.fate else { continue };
        for field in fields {
            let arrow = theme.symbol("→", "->");
            let change = match (field.before.as_str(), field.after.as_str()) {
                ("", after) => format!("+ {after}"),
                (before, "") => format!("- {before}"),
                (before, after) => format!("{before} {arrow} {after}"),
            };
            lines.push(hanging(theme, "   ", &format!("{}: {change}", field.path)));
        }
        if *more > 0 {
            lines.push(format!("    {} +{more}", theme.symbol("…", "...")));
        }
    }
    lines.extend(Some(paragraphs(theme, closing)).filter(|closing| !closing.is_empty()));
    lines.join("\n")
}

/// What an edit changed in a file.
pub(super) fn file_difference(theme: &Theme, headline: &str, lines: &[DifferenceLine]) -> String {
    let painted = lines.iter().map(|line| match line.fate {
        LineFate::Kept => format!("  {}", syntax::yaml(theme, &line.text)),
        LineFate::Added => theme.paint(Role::Good, &format!("+ {}", line.text)),
        LineFate::Removed => theme.paint(Role::Bad, &format!("- {}", line.text)),
        LineFate::Gap => theme.paint(Role::Faint, theme.symbol("  ⋮", "  ...")),
    });
    std::iter::once(title(theme, headline)).chain(painted).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::strip_ansi;

    fn node(kind: &str, name: &str, state: &str, notes: &[&str], children: Vec<MapNode>) -> MapNode {
        MapNode {
            kind: kind.into(),
            name: name.into(),
            state: state.into(),
            tone: Tone::Good,
            notes: notes.iter().map(|note| (*note).to_owned()).collect(),
            reference: false,
            children,
        }
    }

    fn trees() -> Vec<MapNode> {
        let pods =
            ["a", "b"].map(|name| node("Pod", &format!("web-5d8f6b7c4d-{name}"), "1/1 Running", &[], vec![]));
        let set = node("ReplicaSet", "web-5d8f6b7c4d", "2/2", &[], pods.to_vec());
        let mut pointer = node("Pod", "web-5d8f6b7c4d-a", "1/1 Running", &[], vec![]);
        pointer.reference = true;
        vec![
            node("Deployment", "web", "2/2", &["셀렉터 app=web"], vec![set]),
            node("Service", "web", "ClusterIP 80→8080", &["셀렉터 app=web", "endpoints 2/2"], vec![pointer]),
        ]
    }

    #[test]
    fn trees_are_aligned_where_there_is_room() {
        let theme = Theme { colour: true, ..Theme::plain() };
        let drawn = map(&theme, "What there is", &trees(), "");
        assert_eq!(
            strip_ansi(&drawn),
            "What there is\n\
             Deployment web                2/2  셀렉터 app=web\n\
             └─ ReplicaSet web-5d8f6b7c4d  2/2\n\
             \u{20}  ├─ Pod web-5d8f6b7c4d-a    1/1 Running\n\
             \u{20}  └─ Pod web-5d8f6b7c4d-b    1/1 Running\n\
             Service web                   ClusterIP 80→8080  셀렉터 app=web  endpoints 2/2\n\
             └→ Pod web-5d8f6b7c4d-a       1/1 Running"
        );
    }

    #[test]
    fn nothing_is_wider_than_forty_columns_and_states_move_below() {
        let theme = Theme { width: 40, ..Theme::plain() };
        let drawn = map(&theme, "지금 있는 것", &trees(), "");
        assert!(drawn.lines().all(|line| display_width(line) <= 40), "{drawn}");
        let rows = [TimelineRow {
            seconds: 3,
            actor: Actor::Controller("replicaset".into()),
            who: "replicaset 컨트롤러".into(),
            what: "Pod web-5d8f6b7c4d-a 생성 그리고 조금 더 긴 문장".into(),
        }];
        for theme in [&theme, &Theme { spoken: true, symbols: false, ..theme }] {
            let told = timeline(theme, "`kubectl create deployment web` 이후", &rows, "");
            assert!(told.lines().all(|line| display_width(line) <= 40), "{told}");
        }
    }

    #[test]
    fn a_screen_reader_gets_numbers_instead_of_branches() {
        let theme = Theme { spoken: true, symbols: false, ..Theme::plain() };
        let drawn = map(&theme, "What there is", &trees()[..1], "");
        assert_eq!(
            drawn,
            "What there is\n1. Deployment web: 2/2  셀렉터 app=web\n1.1. ReplicaSet web-5d8f6b7c4d: 2/2\n\
             1.1.1. Pod web-5d8f6b7c4d-a: 1/1 Running\n1.1.2. Pod web-5d8f6b7c4d-b: 1/1 Running"
        );
    }
}
