//! The layers, the façades and the sizes that `src/lib.rs` promises.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Lines that a file may have.
const FILE_LINES_MAX: usize = 500;

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every Rust file below a folder, with its text, by path.
fn rust_files(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            files.push((path, text));
        }
    }
    files.sort();
    files
}

/// The table in the documentation of `src/lib.rs`: room → rooms it may import.
fn layer_table(library: &str) -> BTreeMap<String, Vec<String>> {
    library
        .lines()
        .filter_map(|line| line.strip_prefix("//! | `"))
        .filter_map(|row| row.split_once("` | "))
        .map(|(room, imports)| {
            let imports = imports.trim_end_matches('|').trim();
            let imports =
                if imports == "–" { Vec::new() } else { imports.split(", ").map(str::to_owned).collect() };
            (room.to_owned(), imports)
        })
        .collect()
}

/// The rooms named after `crate::` in a text, with their line numbers; `use crate::{a, b}` included.
fn imported_rooms(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("//") {
            continue;
        }
        for part in line.split("crate::").skip(1) {
            let names: Vec<&str> = match part.strip_prefix('{') {
                Some(group) => group.split([',', '}']).map(str::trim).collect(),
                None => vec![part],
            };
            for name in names {
                let name: String =
                    name.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                if !name.is_empty() {
                    found.push((number + 1, name));
                }
            }
        }
    }
    found
}

/// What a source tree does against the table, one line each.
fn violations(table: &BTreeMap<String, Vec<String>>, files: &[(String, String)]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (path, text) in files {
        let Some((room, _)) = path.split_once('/') else { continue };
        let Some(allowed) = table.get(room) else {
            wrong.push(format!("src/{path}: the room {room} is not in the table of src/lib.rs"));
            continue;
        };
        for (line, imported) in imported_rooms(text) {
            if imported != room && !allowed.contains(&imported) {
                wrong.push(format!("src/{path}:{line}: {room} may not import {imported}"));
            }
        }
    }
    wrong
}

fn relative(files: Vec<(PathBuf, String)>) -> Vec<(String, String)> {
    files
        .into_iter()
        .map(|(path, text)| {
            let path = path.strip_prefix(source()).unwrap().to_str().unwrap().replace('\\', "/");
            (path, text)
        })
        .collect()
}

#[test]
fn rooms_import_only_what_the_table_lists() {
    let table = layer_table(include_str!("../../src/lib.rs"));
    assert_eq!(table.len(), 14, "the table of src/lib.rs lists the fourteen rooms");
    let wrong = violations(&table, &relative(rust_files(&source())));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_forbidden_import_is_noticed() {
    let table = layer_table(include_str!("../../src/lib.rs"));
    let planted = |room: &str, line: &str| violations(&table, &[(format!("{room}/mod.rs"), line.to_owned())]);
    assert_eq!(
        planted("kubectl", "use crate::cluster::Cluster;"),
        ["src/kubectl/mod.rs:1: kubectl may not import cluster"]
    );
    assert_eq!(planted("check", "use crate::{lesson::Step, tutor::Session};").len(), 1);
    assert_eq!(planted("lesson", "fn f() -> crate::tutor::Session {}").len(), 1);
    assert!(planted("check", "use crate::lesson::Step;").is_empty());
    assert_eq!(planted("attic", "").len(), 1);
}

#[test]
fn the_table_has_no_circle() {
    let table = layer_table(include_str!("../../src/lib.rs"));
    let mut settled: Vec<&String> = Vec::new();
    while settled.len() < table.len() {
        let before = settled.len();
        for (room, imports) in &table {
            if !settled.contains(&room) && imports.iter().all(|import| settled.contains(&import)) {
                settled.push(room);
            }
        }
        assert!(settled.len() > before, "a circle among {:?}", table.keys());
    }
}

#[test]
fn rooms_are_entered_by_their_front_door() {
    for (path, text) in relative(rust_files(&source())) {
        let Some(room) = path.strip_suffix("/mod.rs").filter(|room| !room.contains('/')) else { continue };
        for (number, line) in text.lines().enumerate() {
            assert!(
                !line.starts_with("pub mod ") && !line.starts_with("pub(crate) mod "),
                "src/{path}:{}: submodules of {room} are private",
                number + 1
            );
        }
    }
    let library = include_str!("../../src/lib.rs");
    assert!(!library.contains("pub use"), "src/lib.rs re-exports nothing");
}

#[test]
fn every_file_says_what_it_is_for_and_stays_short() {
    for (path, text) in relative(rust_files(&source())) {
        assert!(text.starts_with("//! "), "src/{path} opens with a sentence that says what it is for");
        let lines = text.lines().count();
        assert!(lines <= FILE_LINES_MAX, "src/{path} has {lines} lines, at most {FILE_LINES_MAX}");
    }
}

/// Only these files may do these things; the lints name the calls, this names the places.
#[test]
fn time_randomness_processes_and_the_environment_have_one_place_each() {
    let places: [(&str, &[&str]); 6] = [
        ("Timestamp::now()", &["base/clock.rs"]),
        ("Instant::now()", &["base/clock.rs"]),
        ("tokio::time::sleep(", &["base/clock.rs"]),
        ("Command::new(", &["environment/process.rs"]),
        ("env::var(", &["cli/"]),
        ("env::args", &["cli/", "main.rs"]),
    ];
    for (path, text) in relative(rust_files(&source())) {
        for (call, allowed) in places {
            let here = text.lines().any(|line| line.contains(call) && !line.trim_start().starts_with("//"));
            assert!(
                !here || allowed.iter().any(|place| path.starts_with(place)),
                "src/{path} calls {call}, which belongs to {allowed:?}"
            );
        }
    }
}
