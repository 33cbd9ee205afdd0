//! What words say before any server is asked: types, names, and pairs of both.

use crate::kubectl::errors::{Failure, Outcome};

const SEPARATE_TYPE: &str = "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'";

/// What is said of pairs beside a selector or `--all`.
pub(crate) const PAIRS_AND_SELECTOR: &str =
    "selectors and the all flag cannot be used when passing resource/name arguments";

/// What is said of names beside a selector or `--all`.
pub(crate) const NAMES_AND_SELECTOR: &str = "name cannot be provided when a selector is specified";

/// Words, sorted out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Words {
    /// `TYPE/NAME …`, or the same as `TYPE,TYPE NAME …`.
    Pairs(Vec<(String, String)>),
    /// `TYPE,TYPE`, or `TYPE NAME …`.
    Types(Vec<String>, Vec<String>),
}

impl Words {
    /// Sorts words out as `ResourceTypeOrNameArgs` does.
    pub(super) fn read(args: &[String]) -> Outcome<Self> {
        let args = spread(args);
        if args.iter().any(|arg| arg.contains('/')) {
            if !args.iter().all(|arg| arg.contains('/')) {
                return Err(Failure::message(SEPARATE_TYPE));
            }
            return args.iter().map(|arg| pair(arg)).collect::<Outcome<_>>().map(Self::Pairs);
        }
        let (types, names) =
            args.split_first().map_or((Vec::new(), &[][..]), |(types, names)| (unique(types), names));
        Ok(Self::Types(types, names.to_vec()))
    }

    /// Refuses a selector or `--all` beside words that name single objects, or beside none.
    pub(super) fn check_selector(&self) -> Outcome {
        Err(Failure::message(match self {
            Self::Pairs(_) => PAIRS_AND_SELECTOR,
            Self::Types(_, names) if !names.is_empty() => NAMES_AND_SELECTOR,
            Self::Types(types, _) if types.is_empty() => {
                "at least one resource must be specified to use a selector"
            }
            Self::Types(..) => return Ok(()),
        }))
    }
}

/// `pod,svc a b` as `pod/a pod/b svc/a svc/b`.
fn spread(args: &[String]) -> Vec<String> {
    match args.split_first() {
        Some((types, names)) if !names.is_empty() && unique(types).len() > 1 => unique(types)
            .iter()
            .flat_map(|kind| names.iter().map(move |name| format!("{kind}/{name}")))
            .collect(),
        _ => args.to_vec(),
    }
}

/// What commas separate, each once.
fn unique(types: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for kind in types.split(',') {
        if !found.iter().any(|known| known == kind) {
            found.push(kind.to_owned());
        }
    }
    found
}

fn pair(arg: &str) -> Outcome<(String, String)> {
    let parts: Vec<&str> = arg.split('/').collect();
    match parts[..] {
        [kind, name] if !kind.is_empty() && !name.is_empty() && unique(kind).len() == 1 => {
            Ok((kind.to_owned(), name.to_owned()))
        }
        [_, _] => {
            Err(Failure::message("arguments in resource/name form must have a single resource and name"))
        }
        _ => Err(Failure::message("arguments in resource/name form may not have more than one slash")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Outcome<Words> {
        Words::read(&text.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn several_types_with_names_are_pairs() {
        let Words::Pairs(pairs) = read("po,svc,po a b").unwrap() else { panic!("no pairs") };
        let told: Vec<String> = pairs.iter().map(|(kind, name)| format!("{kind}/{name}")).collect();
        assert_eq!(told, ["po/a", "po/b", "svc/a", "svc/b"]);
        assert_eq!(read("po,svc").unwrap(), Words::Types(vec!["po".into(), "svc".into()], Vec::new()));
    }

    #[test]
    fn what_cannot_stand_together_is_refused() {
        for (text, begins) in [
            ("pod/ x", "there is no need"),
            ("pod/a/b", "arguments in resource/name form may not"),
            ("pod, x", "arguments in resource/name form must"),
            ("a,b/c", "arguments in resource/name form must"),
        ] {
            let failure = read(text).unwrap_err().to_string();
            assert!(failure.starts_with(begins), "{text}: {failure}");
        }
        let refused = |text: &str| read(text).unwrap().check_selector().unwrap_err().to_string();
        assert_eq!(refused("po,svc x"), PAIRS_AND_SELECTOR);
        assert_eq!(refused("po x"), NAMES_AND_SELECTOR);
        read("po,svc").unwrap().check_selector().unwrap();
        let nothing = Words::read(&[]).unwrap().check_selector().unwrap_err().to_string();
        assert_eq!(nothing, "at least one resource must be specified to use a selector");
    }
}
