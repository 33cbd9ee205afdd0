//! The one integration-test binary; a guard refuses a file that it does not list.
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod architecture;
mod binary;
mod clients;
mod desk;
mod faults;
mod interruptions;
mod kubectl;
mod lessons;
mod planted;
mod program;
mod proxy;
mod real_clusters;
mod terminal;
mod tools;
mod trials;
mod wrong_states;

/// Every file beside this one is listed above: an unlisted file would never run.
#[test]
fn every_file_of_the_suite_is_listed() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite");
    let listed = include_str!("main.rs");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(module) = name.strip_suffix(".rs") else { continue };
        assert!(
            module == "main" || listed.contains(&format!("mod {module};")),
            "tests/suite/{name} is not listed in main.rs"
        );
    }
}
