//! Why an expectation about a selection does not hold.

use crate::apimachinery::{Object, builtin};
use crate::base::Value;
use crate::lesson::{Expectation, Quantifier, Selection};

use super::super::partial::{Gap, contains, gaps};
use super::super::rule::Bindings;
use super::super::words::Phrase;
use super::Facts;
use super::failure::{About, Failure, is_status, told_rule};

impl Facts<'_> {
    pub(super) fn selection_failure(
        &self,
        check: &Expectation,
        selection: &Selection,
        quantifier: &Quantifier,
    ) -> Option<Failure> {
        let selected = self.world.select(selection, self.snap);
        let objects = |count: usize| self.say(Phrase::Objects(count, selection.kind));
        let found = objects(selected.len());
        let mut unclear = None;
        let mut nearest = Vec::new();
        let differences = match quantifier {
            Quantifier::Count { at_least, at_most } => {
                let count = u64::try_from(selected.len()).unwrap_or(u64::MAX);
                if count >= *at_least && at_most.is_none_or(|at_most| count <= at_most) {
                    return None;
                }
                vec![self.difference(check, range(*at_least, *at_most), found)]
            }
            Quantifier::Every(_) | Quantifier::Any(_) if selected.is_empty() => {
                vec![self.difference(check, "≥ 1".to_owned(), found)]
            }
            Quantifier::Every(partial) => {
                let wrong = selected.iter().find_map(|object| {
                    let gaps = gaps(partial, Some(object.value()), self.snap);
                    (!gaps.is_empty()).then_some((object, gaps))
                });
                let (object, gaps) = wrong?;
                let differences = self.differences_of(check, object, &gaps);
                nearest = gaps;
                differences
            }
            Quantifier::Any(partial) => {
                let with_gaps =
                    selected.iter().map(|object| (object, gaps(partial, Some(object.value()), self.snap)));
                let (object, gaps) = with_gaps.min_by_key(|(_, gaps)| gaps.len())?;
                if gaps.is_empty() {
                    return None;
                }
                let differences = self.differences_of(check, object, &gaps);
                nearest = gaps;
                differences
            }
            Quantifier::None(partial) => {
                let fits = |object: &&&Object| contains(partial, Some(object.value()), self.snap);
                let count = selected.iter().filter(fits).count();
                if count == 0 {
                    return None;
                }
                vec![self.difference(check, objects(0), objects(count))]
            }
            Quantifier::Rule(rule) => {
                let bindings = Bindings::new(self.snap).with_list("objects", &selected);
                let outcome = bindings.judge(rule);
                let actual = self.rule_gap(&outcome)?;
                unclear = outcome.why_unclear();
                vec![self.difference(check, told_rule(rule, &outcome), actual)]
            }
        };
        let observed = self.is_on_its_way(selection, quantifier, &selected);
        let about = About::Selection(selection.clone(), nearest);
        Some(Failure { differences, observed, about, unclear, ..Failure::default() })
    }

    /// Whether the cluster brings about what is expected of a selection.
    fn is_on_its_way(&self, selection: &Selection, quantifier: &Quantifier, selected: &[&Object]) -> bool {
        if let Some(owner) = &selection.owned_by {
            let wanted = |gap: &Gap| is_status(gap) || self.world.object(owner).is_some();
            return match quantifier {
                Quantifier::Every(partial) | Quantifier::Any(partial) if !selected.is_empty() => {
                    selected.iter().all(|object| self.gaps_of(partial, object).iter().all(wanted))
                }
                _ => self.world.object(owner).is_some(),
            };
        }
        if selection.kind == &builtin::ENDPOINT_SLICE {
            return true;
        }
        let waits = |partial: &Value, object: &&Object| self.gaps_of(partial, object).iter().all(is_status);
        match quantifier {
            Quantifier::Every(partial) => {
                !selected.is_empty() && selected.iter().all(|object| waits(partial, object))
            }
            Quantifier::Any(partial) => selected.iter().any(|object| waits(partial, object)),
            Quantifier::Rule(rule) => !selected.is_empty() && rule.0.contains(".status"),
            _ => false,
        }
    }

    fn gaps_of(&self, partial: &Value, object: &Object) -> Vec<Gap> {
        gaps(partial, Some(object.value()), self.snap)
    }
}

fn range(at_least: u64, at_most: Option<u64>) -> String {
    match at_most {
        Some(at_most) if at_most == at_least => at_most.to_string(),
        Some(at_most) => format!("{at_least}–{at_most}"),
        None => format!("≥ {at_least}"),
    }
}
