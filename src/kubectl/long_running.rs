//! Which command lines go on until somebody ends them.

use super::command::find;

/// Whether the arguments (without the leading `kubectl`) start something that does not end by itself:
/// a watch, a followed log, a forwarded port, a proxy.
#[must_use]
pub fn runs_on(arguments: &[String]) -> bool {
    let (chain, rest) = find(arguments);
    if rest.iter().any(|word| word == "--help" || word == "-h") {
        return false;
    }
    match chain.first().map(|command| command.name) {
        Some("port-forward" | "proxy") => true,
        Some("get" | "events") => {
            is_set(&rest, "--watch", 'w', "Aw") || is_set(&rest, "--watch-only", 'w', "Aw")
        }
        Some("logs") => is_set(&rest, "--follow", 'f', "fp"),
        _ => false,
    }
}

/// Whether a switch is on; `letters` are the switches that may share its dash.
fn is_set(words: &[String], long: &str, short: char, letters: &str) -> bool {
    let words = words.iter().take_while(|word| *word != "--");
    let mut set = false;
    for word in words {
        if let Some(value) = word.strip_prefix(long) {
            set = matches!(value, "" | "=true");
        } else if let Some(together) = word.strip_prefix('-') {
            let all_known = together.chars().all(|letter| letters.contains(letter));
            set |= all_known && together.contains(short);
        }
    }
    set
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goes_on(line: &str) -> bool {
        runs_on(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn what_waits_for_ever_is_told_from_what_ends() {
        for line in [
            "get pods -w",
            "-n shop get pods --watch",
            "get po -Aw",
            "get pods --watch-only",
            "logs -f web",
            "logs deploy/web --follow=true",
            "port-forward svc/web 8080:80",
            "proxy --port=8001",
            "events --watch",
        ] {
            assert!(goes_on(line), "{line}");
        }
        for line in [
            "get pods",
            "get pods -owide",
            "get pods -o wide",
            "get pods --watch=false",
            "-n proxy get pods",
            "logs web",
            "apply -f web.yaml",
            "port-forward --help",
            "rollout status deploy/web -w",
            "exec web -- get -w",
        ] {
            assert!(!goes_on(line), "{line}");
        }
    }
}
