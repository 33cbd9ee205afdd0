//! Solutions with one thing changed: none of them may pass a step, or its checks look past what was asked for.

use std::sync::LazyLock;

use regex::Regex;

use crate::lesson::{TypedWord, commands_of, kubectl_verb, writes, writing_verb};

use super::manifest_mutants::{in_json, in_manifest};

/// The classes of mutants, as an author names them in `yaml allow`.
pub const MUTANT_CLASSES: &[&str] =
    &["image", "name", "namespace", "port", "replicas", "label", "selector", "type", "value", "omission"];

/// Most mutants of one solution that are tried.
const MUTANTS_MAX: usize = 60;

/// A namespace that every cluster has and no lesson uses.
const ELSEWHERE: &str = "kube-public";

/// Parts of a CronJob's schedule, and one that no lesson would ask for.
const SCHEDULE_PARTS: usize = 5;
const OTHER_SCHEDULE: &str = "7 7 7 7 *";

/// Flags with a value, and the class of what they say.
const FLAGS: &[(&str, &str)] = &[
    ("--image", "image"),
    ("--name", "name"),
    ("--namespace", "namespace"),
    ("-n", "namespace"),
    ("--port", "port"),
    ("--target-port", "port"),
    ("--node-port", "port"),
    ("--tcp", "port"),
    ("--replicas", "replicas"),
    ("--min", "replicas"),
    ("--max", "replicas"),
    ("--labels", "label"),
    ("--selector", "selector"),
    ("--type", "type"),
    ("--from-literal", "value"),
    ("--schedule", "value"),
    ("--verb", "value"),
    ("--resource", "value"),
    ("--serviceaccount", "value"),
    ("--user", "value"),
    ("--role", "value"),
    ("--clusterrole", "value"),
];

/// Other flags whose value may stand in the next word.
const TAKE_A_VALUE: &[&str] = &[
    "-f",
    "--filename",
    "-o",
    "--output",
    "-c",
    "--container",
    "--context",
    "--restart",
    "--from-file",
    "--to-revision",
    "--timeout",
    "--grace-period",
    "--as",
    "--env",
    "--requests",
    "--limits",
    "--cpu-percent",
    "--class",
    "--rule",
];

/// A solution with one thing changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mutant {
    /// What was changed.
    pub class: &'static str,
    /// The command that was changed, counted from 0.
    pub command: usize,
    /// What stood there.
    pub from: String,
    /// What stands there now; empty for what was left out.
    pub to: String,
    /// The whole solution.
    pub lines: Vec<String>,
}

/// A change of one text.
pub(super) struct Change {
    pub class: &'static str,
    pub from: String,
    pub to: String,
    pub text: String,
}

/// The mutants of a solution, each differing from it in one thing. `elsewhere` says whether commands may
/// be sent to a namespace that is not the lesson's.
pub(super) fn mutants(lines: &[String], elsewhere: bool) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let writing = lines.iter().filter(|line| writes(line)).count();
    for (command, line) in lines.iter().enumerate() {
        // Left out first: a command that is not needed at all needs no closer look.
        let left_out = (writing > 1 && writes(line)).then(|| Change {
            class: "omission",
            from: first_line(line).to_owned(),
            to: String::new(),
            text: String::new(),
        });
        for Change { class, from, to, text } in left_out.into_iter().chain(changes_of(line, elsewhere)) {
            let mut lines = lines.to_vec();
            lines[command] = text;
            lines.retain(|line| !line.is_empty());
            let mutant = Mutant { class, command, from, to, lines };
            if !mutants.contains(&mutant) {
                mutants.push(mutant);
            }
        }
    }
    mutants.truncate(MUTANTS_MAX);
    mutants
}

fn first_line(line: &str) -> &str {
    line.lines().next().unwrap_or_default()
}

fn changes_of(line: &str, elsewhere: bool) -> Vec<Change> {
    let mut changes = Vec::new();
    if let Some((head, body)) = line.split_once('\n')
        && head.contains("<<")
    {
        let (body, end) = body.trim_end_matches('\n').rsplit_once('\n').unwrap_or((body, ""));
        for change in in_manifest(body) {
            changes.push(Change { text: format!("{head}\n{}\n{end}\n", change.text), ..change });
        }
        // What is piped into kubectl is changed above; where it is sent to is a word of the command.
    }
    let head = first_line(line);
    let rest = &line[head.len()..];
    for words in commands_of(head) {
        if let Some(verb) = writing_verb(&words) {
            let found = in_command(head, verb, &words, elsewhere);
            let whole = |change: Change| Change { text: format!("{}{rest}", change.text), ..change };
            changes.extend(found.into_iter().map(whole));
        } else if kubectl_verb(&words).is_none() {
            changes.extend(in_text(head, &words));
        }
    }
    changes
}

/// `from`, a part of `word`, replaced in the line.
fn with(line: &str, word: &TypedWord, from: &str, to: &str) -> Option<String> {
    let raw = &line[word.range.clone()];
    let at = raw.rfind(from)?;
    let start = word.range.start + at;
    Some(format!("{}{to}{}", &line[..start], &line[start + from.len()..]))
}

/// A value in a command that a mutant may change.
struct Slot<'a> {
    class: &'static str,
    word: &'a TypedWord,
    value: String,
}

fn in_command(line: &str, verb: &str, words: &[TypedWord], elsewhere: bool) -> Vec<Change> {
    let (mut slots, patches) = slots(verb, words);
    let mut changes = Vec::new();
    for Slot { class, word, value } in slots.drain(..) {
        for to in other_values(class, &value) {
            let text = with(line, word, &value, &to);
            changes.extend(text.map(|text| Change { class, from: value.clone(), to, text }));
        }
    }
    for word in patches {
        for change in in_json(&word.text) {
            let text = with(line, word, &word.text, &change.text);
            changes.extend(text.map(|text| Change { text, ..change }));
        }
    }
    let named = words.iter().any(|word| word.text == "-n" || word.text.starts_with("--namespace"));
    if elsewhere
        && !named
        && let Some(word) = words.iter().find(|word| word.text == verb)
    {
        let to = format!("{verb} -n {ELSEWHERE}");
        let from = first_line(line).to_owned();
        let text = with(line, word, verb, &to);
        changes.extend(text.map(|text| Change {
            class: "namespace",
            from,
            to: format!("-n {ELSEWHERE}"),
            text,
        }));
    }
    changes
}

/// The values in a command that say what its classes are about, and the words that hold patches.
fn slots<'a>(verb: &str, words: &'a [TypedWord]) -> (Vec<Slot<'a>>, Vec<&'a TypedWord>) {
    let (mut slots, mut patches, mut positional) = (Vec::new(), Vec::new(), Vec::new());
    let mut words = words.iter().skip(1).take_while(|word| word.text != "--").peekable();
    while let Some(word) = words.next() {
        if !word.text.starts_with('-') {
            positional.push(word);
            continue;
        }
        let (flag, value) = word.text.split_once('=').unwrap_or((&word.text, ""));
        let class = match flag {
            "-p" | "--patch" => "patch",
            "-l" if verb == "run" => "label",
            "-l" => "selector",
            _ => FLAGS.iter().find(|(name, _)| *name == flag).map_or("", |(_, class)| *class),
        };
        let separate = !word.text.contains('=');
        let (word, value) = match words.peek() {
            Some(next) if separate && (!class.is_empty() || TAKE_A_VALUE.contains(&flag)) => {
                let next = *next;
                words.next();
                (next, next.text.clone())
            }
            _ => (word, value.to_owned()),
        };
        match class {
            "" => {}
            "patch" => patches.push(word),
            // Of `key=value` the key is a name, which the value stands under.
            "value" => {
                let value = value.rsplit_once('=').map_or(value.as_str(), |(_, value)| value).to_owned();
                slots.push(Slot { class, word, value });
            }
            class => slots.push(Slot { class, word, value }),
        }
    }
    slots.extend(positional_slots(verb, &positional));
    (slots, patches)
}

/// What the words without a dash say: the name of what is made, `container=image`, `key=value`.
fn positional_slots<'a>(verb: &str, words: &[&'a TypedWord]) -> Vec<Slot<'a>> {
    let mut slots = Vec::new();
    let words = words.get(1..).unwrap_or_default();
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let mut add = |class: &'static str, index: usize, value: &str| {
        slots.extend(words.get(index).map(|word| Slot { class, word, value: value.to_owned() }));
    };
    match (verb, texts.as_slice()) {
        ("run", [name, ..]) => add("name", 0, name),
        ("create", [_, .., name]) => add("name", texts.len() - 1, name),
        ("set", ["image", ..]) => {
            for (index, text) in texts.iter().enumerate() {
                if let Some((_, image)) = text.split_once('=') {
                    add("image", index, image);
                }
            }
        }
        ("label" | "annotate", _) => {
            for (index, text) in texts.iter().enumerate() {
                match text.split_once('=') {
                    Some((_, value)) if verb == "label" => add("label", index, value),
                    _ => {}
                }
            }
        }
        ("delete" | "scale" | "expose" | "patch" | "autoscale" | "rollout", _) => {
            if let Some((index, (_, name))) =
                texts.iter().enumerate().rev().find_map(|(index, text)| Some((index, text.split_once('/')?)))
            {
                add("name", index, name);
            } else if let (Some(name), true) = (texts.last(), texts.len() > 1) {
                add("name", texts.len() - 1, name);
            }
        }
        _ => {}
    }
    slots
}

/// Other values of a class, in the place of this one.
pub(super) fn other_values(class: &str, value: &str) -> Vec<String> {
    let number = || value.parse::<i64>().ok();
    match class {
        "image" => other_images(value),
        "replicas" => number()
            .map(|count| [count + 1, count - 1])
            .into_iter()
            .flatten()
            .filter(|count| *count >= 0)
            .map(|count| count.to_string())
            .collect(),
        "port" => match value.split_once(':') {
            Some((port, target)) => {
                let other = |port: &str| {
                    port.parse::<i64>().map_or_else(|_| format!("{port}x"), |port| (port + 1).to_string())
                };
                vec![format!("{}:{target}", other(port)), format!("{port}:{}", other(target))]
            }
            None => number().map(|port| (port + 1).to_string()).into_iter().collect(),
        },
        "label" | "selector" => match value.rsplit_once('=') {
            Some((key, value)) => vec![format!("{key}={value}x")],
            None => vec![format!("{value}x")],
        },
        "value" => other_texts(value),
        "namespace" if value == "default" => vec![ELSEWHERE.to_owned()],
        "namespace" => vec!["default".to_owned()],
        "type" if value == "ClusterIP" => vec!["NodePort".to_owned()],
        "type" => vec!["ClusterIP".to_owned()],
        _ if value.is_empty() => Vec::new(),
        _ => vec![format!("{value}-x")],
    }
}

/// Other texts: another time, one item less or more, or a letter more.
fn other_texts(value: &str) -> Vec<String> {
    if value.is_empty() {
        return Vec::new();
    }
    if value.split_whitespace().count() == SCHEDULE_PARTS {
        return vec![OTHER_SCHEDULE.to_owned()];
    }
    match value.rsplit_once(',') {
        Some((without_last, _)) => vec![without_last.to_owned()],
        None => vec![format!("{value}x")],
    }
}

/// Another image, and the same image with another tag where it has one.
fn other_images(image: &str) -> Vec<String> {
    let mut others = vec![if image.contains("nginx") { "httpd" } else { "nginx" }.to_owned()];
    if let Some((name, tag)) = image.rsplit_once(':')
        && !tag.contains('/')
    {
        let other = match tag.parse::<u32>() {
            Ok(1) => "2".to_owned(),
            Ok(number) => number.saturating_sub(1).to_string(),
            Err(_) => format!("{tag}-x"),
        };
        others.push(format!("{name}:{other}"));
    }
    others
}

/// Values that stand in other lines, such as one of sed: `replicas: 3`, the last of its kind.
fn in_text(line: &str, words: &[TypedWord]) -> Vec<Change> {
    let Some(pattern) = PATTERN.as_ref() else { return Vec::new() };
    let mut changes = Vec::new();
    for word in words {
        let raw = &line[word.range.clone()];
        let Some(found) = pattern.captures_iter(raw).last() else { continue };
        let (key, value) = (found.get(1).or(found.get(3)), found.get(2).or(found.get(4)));
        let (Some(key), Some(value)) = (key, value) else { continue };
        let class = match key.as_str() {
            "image" => "image",
            "replicas" => "replicas",
            "port" | "targetPort" | "containerPort" | "nodePort" => "port",
            "type" => "type",
            _ => "namespace",
        };
        let start = word.range.start + value.start();
        for to in other_values(class, value.as_str()) {
            let text = format!("{}{to}{}", &line[..start], &line[start + value.len()..]);
            changes.push(Change { class, from: value.as_str().to_owned(), to, text });
        }
    }
    changes
}

static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let numbers = r"(replicas|port|targetPort|containerPort|nodePort): *(\d+)";
    let words = r"(image|type|namespace): *([A-Za-z0-9][A-Za-z0-9._:-]*)";
    Regex::new(&format!("{numbers}|{words}")).ok()
});

#[cfg(test)]
mod tests {
    use super::*;

    fn told(lines: &[&str]) -> Vec<String> {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        let shown = |mutant: Mutant| {
            let line = mutant.lines.get(mutant.command).cloned().unwrap_or_default();
            format!("{}: {}", mutant.class, line.trim_end())
        };
        mutants(&lines, true).into_iter().map(shown).collect()
    }

    #[test]
    fn each_value_of_a_command_is_changed_alone() {
        assert_eq!(
            told(&["kubectl create deployment web --image=nginx:1.27 --replicas 3 --port=80"]),
            [
                "image: kubectl create deployment web --image=httpd --replicas 3 --port=80",
                "image: kubectl create deployment web --image=nginx:1.27-x --replicas 3 --port=80",
                "replicas: kubectl create deployment web --image=nginx:1.27 --replicas 4 --port=80",
                "replicas: kubectl create deployment web --image=nginx:1.27 --replicas 2 --port=80",
                "port: kubectl create deployment web --image=nginx:1.27 --replicas 3 --port=81",
                "name: kubectl create deployment web-x --image=nginx:1.27 --replicas 3 --port=80",
                "namespace: kubectl create -n kube-public deployment web --image=nginx:1.27 --replicas 3 --port=80",
            ]
        );
        assert_eq!(
            told(&["k set image deployment/web app=a/b:2 -n shop"]),
            [
                "namespace: k set image deployment/web app=a/b:2 -n default",
                "image: k set image deployment/web app=nginx -n shop",
                "image: k set image deployment/web app=a/b:1 -n shop",
            ]
        );
    }

    #[test]
    fn settings_schedules_and_verbs_are_changed_as_well() {
        let changed = |line: &str| -> Vec<String> {
            told(&[line])
                .into_iter()
                .filter_map(|one| one.strip_prefix("value: ").map(str::to_owned))
                .collect()
        };
        assert_eq!(
            changed("kubectl create configmap menu --from-literal=soup=leek"),
            ["kubectl create configmap menu --from-literal=soup=leekx"]
        );
        assert_eq!(
            changed("kubectl create role look --verb=get,list --resource pods"),
            [
                "kubectl create role look --verb=get --resource pods",
                "kubectl create role look --verb=get,list --resource podsx",
            ]
        );
        assert_eq!(
            changed(r#"kubectl create cronjob bell --image=busybox --schedule="*/5 * * * *" -- date"#),
            [r#"kubectl create cronjob bell --image=busybox --schedule="7 7 7 7 *" -- date"#]
        );
        assert_eq!(
            changed(r#"kubectl patch configmap menu -p '{"data":{"soup":"leek"}}'"#),
            [r#"kubectl patch configmap menu -p '{"data":{"soup":"leekx"}}'"#]
        );
    }

    #[test]
    fn patches_and_files_are_changed_as_manifests_are() {
        assert_eq!(
            told(&[r#"kubectl patch deployment web -n shop -p '{"spec":{"replicas":3}}'"#])[0],
            "namespace: kubectl patch deployment web -n default -p '{\"spec\":{\"replicas\":3}}'"
        );
        assert!(
            told(&[r#"kubectl patch deployment web -p '{"spec":{"replicas":3}}'"#]).contains(
                &r#"replicas: kubectl patch deployment web -p '{"spec":{"replicas":4}}'"#.to_owned()
            )
        );
        assert_eq!(
            told(&[
                "cat > a.yaml <<'END'\nkind: Pod\nmetadata:\n  name: a\nEND\n",
                "kubectl apply -n x -f a.yaml"
            ]),
            [
                "name: cat > a.yaml <<'END'\nkind: Pod\nmetadata:\n  name: a-x\nEND",
                "namespace: kubectl apply -n default -f a.yaml",
            ]
        );
        assert_eq!(
            told(&["sed -i.bak 's/replicas: 1/replicas: 3/' config.yaml"]),
            [
                "replicas: sed -i.bak 's/replicas: 1/replicas: 4/' config.yaml",
                "replicas: sed -i.bak 's/replicas: 1/replicas: 2/' config.yaml",
            ]
        );
    }

    #[test]
    fn reading_is_left_alone_and_writing_can_be_left_out() {
        assert!(told(&["kubectl get pods -l app=web", "kubectl rollout status deployment/web"]).is_empty());
        let both = ["kubectl delete -n x service/a", "kubectl delete -n x pod b"];
        assert_eq!(told(&both).iter().filter(|one| one.starts_with("omission")).count(), 2);
    }
}
