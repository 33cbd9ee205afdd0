//! What the last command answered: whether it was refused, and why.

/// Characters of a complaint that are told.
const TOLD_MAX: usize = 240;

/// What the last command printed, as far as it was heard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastAnswer {
    /// Whether it ended with an error.
    pub failed: bool,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl LastAnswer {
    /// What kubectl or the API server complained about, in one line; that something is there already is no
    /// complaint where it is to be there.
    pub(super) fn complaint(&self) -> Option<String> {
        self.objection()
            .filter(|told| !told.contains("already exists") || told.contains("another key by that name"))
    }

    /// The same, whatever it is.
    pub(super) fn objection(&self) -> Option<String> {
        let mut lines = self.err.lines().filter(|_| self.failed);
        let first = lines.find(|line| is_complaint(line))?;
        // What kubectl was doing stands first, and at the end why it could not.
        if first.ends_with(':') && first.contains("error when ") {
            let why = lines.clone().find_map(|line| line.split_once("from server for: "));
            if let Some((_, why)) = why {
                return Some(format!("error: {why}"));
            }
        }
        let causes = lines.map(str::trim).take_while(|line| line.starts_with("* "));
        let told = std::iter::once(first.trim()).chain(causes).collect::<Vec<_>>().join(" ");
        Some(told)
    }

    /// Whether it said that it made or changed an object: `deployment.apps/web created`.
    pub(super) fn made(&self, singular: &str, name: &str) -> bool {
        self.out.lines().any(|line| {
            let (object, done) = line.split_once(' ').unwrap_or((line, ""));
            let (kind, made) = object.split_once('/').unwrap_or((object, ""));
            let kind = kind.split('.').next().unwrap_or(kind);
            kind == singular && made == name && matches!(done, "created" | "configured" | "unchanged")
        })
    }
}

/// A complaint without the object that it quotes, and cut where it is too long.
pub(super) fn in_short(told: &str) -> String {
    let quoted = told.find("value: {").zip(told.rfind("}: ")).filter(|(start, end)| start < end);
    let told = match quoted {
        Some((start, end)) => format!("{}value: {{…{}", &told[..start], &told[end..]),
        None => told.to_owned(),
    };
    // So with a patch, as Go prints it.
    let told = match told.find("value: \"map[").zip(told.rfind("]\": ")) {
        Some((start, end)) if start < end => format!("{}value: …{}", &told[..start], &told[end + 2..]),
        _ => told,
    };
    match told.char_indices().nth(TOLD_MAX) {
        Some((end, _)) => format!("{}…", &told[..end]),
        None => told,
    }
}

fn is_complaint(line: &str) -> bool {
    let starts = ["Error from server", "error", "the server doesn't have a resource type"];
    let refusal = starts.iter().any(|start| line.starts_with(start));
    refusal || line.contains(" is invalid:")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(err: &str) -> LastAnswer {
        LastAnswer { failed: true, out: String::new(), err: err.to_owned() }
    }

    #[test]
    fn a_complaint_is_told_without_what_surrounds_it() {
        let told =
            failed("Warning: old\nThe Pod \"a\" is invalid: \n* one\n* two\n  --> a.yaml:1:2\n").complaint();
        assert_eq!(told.as_deref(), Some("The Pod \"a\" is invalid: * one * two"));
        let looked = "error: error when retrieving current configuration of:\nName: \"\"\nfrom server for: \"a.yaml\": resource name may not be empty\n";
        let told = failed(looked).complaint();
        assert_eq!(told.as_deref(), Some("error: \"a.yaml\": resource name may not be empty"));
        assert_eq!(
            failed("Error from server (AlreadyExists): pods \"a\" already exists\n").complaint(),
            None
        );
        let long = format!(
            "The Job \"a\" is invalid: spec: Invalid value: {{\"a\":\"{}\"}}: field is immutable",
            "x".repeat(900)
        );
        let told = in_short(&failed(&long).complaint().unwrap());
        assert!(
            told.starts_with("The Job") && told.ends_with("field is immutable") && told.len() < 300,
            "{told}"
        );
        let patch = r#"The request is invalid: patch: Invalid value: "map[spec:map[selctor:map[app:a]]]": strict decoding error: unknown field "spec.selctor""#;
        let told = r#"The request is invalid: patch: Invalid value: …: strict decoding error: unknown field "spec.selctor""#;
        assert_eq!(in_short(patch), told);
        assert_eq!(LastAnswer { failed: false, ..failed("error: x") }.complaint(), None);
    }

    #[test]
    fn what_was_made_is_read_from_the_answer() {
        let answered =
            LastAnswer { out: "deployment.apps/web created\n".to_owned(), ..LastAnswer::default() };
        assert!(answered.made("deployment", "web"));
        assert!(!answered.made("deployment", "we") && !answered.made("pod", "web"));
    }
}
