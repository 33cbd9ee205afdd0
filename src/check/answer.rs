//! Questions: what is right, fixed by the author or read from the cluster.

use std::net::IpAddr;

use crate::apimachinery::{JsonPath, Object, go_text};
use crate::base::Value;
use crate::lesson::{Answer, Language, Question, Reading, ValueOrigin, ValueSource};

use super::partial::Snap;
use super::rule::Bindings;
use super::world::World;

/// The answers that are right, as a learner may type them; the first is the one to show.
pub(super) fn right_answers(question: &Question, language: Language, values: Vec<Value>) -> Vec<String> {
    match &question.answer {
        Answer::OneOf(texts) => texts.clone(),
        Answer::Choice(index) => {
            let mut answers = vec![(index + 1).to_string()];
            answers.extend(letter(*index));
            answers.extend(question.choices.get(*index).map(|choice| choice.get(language).to_owned()));
            answers
        }
        Answer::Cluster(_) => values.iter().map(go_text).collect(),
    }
}

/// Whether a typed answer is one of those; quotes, capitals and spaces do not matter, nor does the port
/// that some columns write behind an address.
pub(super) fn is_right(answer: &str, right: &[String]) -> bool {
    let answer = normal(answer);
    let address = answer.rsplit_once(':').map(|(address, _)| address);
    let address = address.filter(|address| address.parse::<IpAddr>().is_ok());
    right.iter().map(|candidate| normal(candidate)).any(|right| right == answer || Some(&*right) == address)
}

/// The choice that a learner names by its number, letter or text, counted from 0.
#[must_use]
pub fn chosen(text: &str, choices: &[&str]) -> Option<usize> {
    let text = normal(text);
    let named = |index: &usize| {
        let number = (index + 1).to_string();
        number == text || letter(*index).as_deref() == Some(&text) || normal(choices[*index]) == text
    };
    (0..choices.len()).find(named)
}

/// Reads the values that a source names.
pub(super) fn values(source: &ValueSource, world: &World, snap: &Snap) -> Vec<Value> {
    let objects: Vec<&Object> = match &source.from {
        ValueOrigin::Object(object) => world.object(object).into_iter().collect(),
        ValueOrigin::Selection(selection) => world.select(selection, snap),
    };
    match &source.read {
        Reading::Path(path) => {
            // The path was read once already, when the chapter was.
            let Ok(path) = JsonPath::parse_relaxed(path) else { return Vec::new() };
            let found = objects.iter().filter_map(|object| path.find(object.value()).ok());
            found.flatten().collect()
        }
        Reading::Rule(rule) => {
            let bindings = Bindings::new(snap);
            let bindings = match &source.from {
                ValueOrigin::Object(_) if objects.is_empty() => return Vec::new(),
                ValueOrigin::Object(_) => bindings.with("object", objects.first().copied()),
                ValueOrigin::Selection(_) => bindings.with_list("objects", &objects),
            };
            let value = bindings.evaluate(rule).ok().and_then(|value| value.to_json());
            match value {
                Some(Value::Array(values)) => values,
                other => other.into_iter().collect(),
            }
        }
    }
}

fn letter(index: usize) -> Option<String> {
    let letter = u8::try_from(index).ok().filter(|index| *index < 26).map(|index| b'a' + index)?;
    Some(char::from(letter).to_string())
}

fn normal(text: &str) -> String {
    let text = text.trim().trim_matches(['"', '\'', '`', '.']).trim();
    text.split_whitespace().collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::json;
    use crate::lesson::Text;

    fn question(choices: &[&str], answer: Answer) -> Question {
        let choices = choices.iter().map(|choice| Text::new(*choice)).collect();
        Question { id: "q".to_owned(), ask: Text::new("?"), choices, answer, feedback: None, explain: None }
    }

    #[test]
    fn a_choice_is_named_by_number_letter_or_text() {
        let right = right_answers(&question(&["one", "Two"], Answer::Choice(1)), Language::En, Vec::new());
        for answer in ["2", " b ", "two", "\"Two\"", "TWO."] {
            assert!(is_right(answer, &right), "{answer}");
        }
        for answer in ["1", "a", "one", "", "22"] {
            assert!(!is_right(answer, &right), "{answer}");
        }
        assert_eq!(chosen("B", &["one", "Two"]), Some(1));
        assert_eq!(chosen("two", &["one", "Two"]), Some(1));
        assert_eq!(chosen("3", &["one", "Two"]), None);
    }

    #[test]
    fn spaces_in_a_name_and_a_port_behind_an_address_do_not_matter() {
        let right = ["ReplicaSet".to_owned(), "10.244.0.4".to_owned()];
        assert!(is_right("replica set", &right));
        assert!(is_right("10.244.0.4:8080", &right));
        assert!(!is_right("10.244.0.4:", &["10.244.0.5".to_owned()]));
        assert!(!is_right("replicaset:8080", &right));
    }

    #[test]
    fn any_value_that_the_cluster_holds_is_right() {
        let source = ValueSource {
            from: ValueOrigin::Object(crate::lesson::ObjectRef {
                kind: &crate::apimachinery::builtin::POD,
                name: "hello".to_owned(),
                namespace: None,
            }),
            read: Reading::Path(".status.podIP".to_owned()),
        };
        let pod = json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hello"}, "status": {"podIP": "10.244.0.7"},
        });
        let found = values(&source, &World::of("default", vec![pod]), &Snap::new());
        let right = right_answers(&question(&[], Answer::Cluster(source)), Language::En, found);
        assert!(is_right("10.244.0.7", &right));
        assert!(!is_right("10.244.0.8", &right));
    }
}
