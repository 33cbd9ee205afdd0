//! Random lives of a whole cluster: after every step the world must agree with itself, and equal
//! seeds must give equal histories.

mod checker;
mod driving;
mod operation;

use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use super::config::ClusterConfig;
use super::simulation::Simulation;
use checker::{Replay, check};
use operation::{Operation, operations};

/// Steps of one life.
const STEPS: usize = 40;

fn fresh(seed: u64) -> Simulation {
    let config = ClusterConfig { seed, nodes: 2, ..ClusterConfig::default() };
    Simulation::new(&config, "2026-01-01T00:00:00Z".parse().unwrap())
}

fn pass(simulation: &mut Simulation, seconds: i64) {
    let until = simulation.registry.now() + SignedDuration::from_secs(seconds);
    simulation.advance_to(until);
}

/// Lives through the operations; what the log told on the way.
fn live(simulation: &mut Simulation, operations: &[Operation], replay: &mut Replay) -> Result<(), String> {
    for (number, operation) in operations.iter().enumerate() {
        operation.perform(simulation);
        // At once, and after whatever it set in motion had some time.
        for seconds in [0, operation.patience()] {
            pass(simulation, seconds);
            replay.follow(simulation);
            check(simulation, replay)
                .map_err(|wrong| format!("after step {number} ({operation:?}) and {seconds} s: {wrong}"))?;
        }
    }
    Ok(())
}

/// Every change since the start, as text: revision, kind, object.
fn history(simulation: &mut Simulation, operations: &[Operation]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut cursor = simulation.registry.store().revision();
    for operation in operations {
        operation.perform(simulation);
        pass(simulation, operation.patience());
        let changes = simulation.registry.store().changes_since(cursor).unwrap();
        lines.extend(changes.map(|change| {
            let object = serde_json::to_string(&*change.object).unwrap();
            format!("{} {:?} {:?} {object}", change.revision, change.change_type, change.kind)
        }));
        cursor = simulation.registry.store().revision();
    }
    lines
}

/// So many cases, or as many as `PROPTEST_CASES` asks for.
fn settings(few: u32) -> ProptestConfig {
    let unasked = 256;
    let asked = ProptestConfig::default().cases;
    ProptestConfig {
        cases: if asked == unasked { few } else { asked },
        max_shrink_iters: 200,
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(settings(6))]

    #[test]
    fn random_lives_leave_a_world_that_agrees_with_itself(seed in 0_u64..1_000, steps in operations(STEPS)) {
        let mut simulation = fresh(seed);
        let mut replay = Replay::of(&simulation);
        prop_assert_eq!(live(&mut simulation, &steps, &mut replay), Ok(()));
    }

    #[test]
    fn equal_seeds_and_inputs_give_equal_histories(seed in 0_u64..1_000, steps in operations(STEPS / 2)) {
        let (first, second) = (history(&mut fresh(seed), &steps), history(&mut fresh(seed), &steps));
        prop_assert_eq!(first, second);
    }

    #[test]
    fn a_restored_world_goes_on_as_it_did(seed in 0_u64..1_000, steps in operations(STEPS / 2)) {
        let mut simulation = fresh(seed);
        let (before, after) = steps.split_at(steps.len() / 2);
        history(&mut simulation, before);
        let mut snapshot = simulation.clone();
        let (first, second) = (history(&mut simulation, after), history(&mut snapshot, after));
        prop_assert_eq!(first, second);
    }
}
