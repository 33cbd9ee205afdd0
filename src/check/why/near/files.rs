//! What becomes of files: changed and not applied, only compared, read in part, and what applying leaves.

use crate::apimachinery::{Object, builtin};
use crate::base::Value;
use crate::lesson::{Form, TypedWord, commands_of, kubectl_verb};

use super::super::super::partial::{Gap, show};
use super::super::super::rule::{Bindings, Outcome};
use super::super::finding::{Aside, Finding, get_yaml, name_of};
use super::super::sentences;
use super::Near;
use super::deed::{reads_files, told};
use super::missing::is_named;
use super::place::{LAST_APPLIED, last_key, stands_at};

/// Lists of a workload's template whose items have names.
const LISTS: [&str; 3] = ["containers", "initContainers", "volumes"];

/// Programs that change the files that they are given.
const EDITORS: &[&str] = &["vi", "vim", "nvim", "nano", "emacs", "code", "tee"];

impl Near<'_> {
    /// A file that was applied before and changed since, or that was only compared with what is there.
    pub(in crate::check::why) fn unapplied(&self) -> Option<Finding> {
        let last = self.facts.commands.last()?;
        let commands = commands_of(last);
        let verb = commands.iter().find_map(|words| kubectl_verb(words));
        if verb == Some("diff") {
            return Some(Finding::lasting(&sentences::DIFF_ONLY, [&told(last)]));
        }
        let earlier = self.facts.commands.iter().rev().skip(1);
        let mut read = earlier.filter_map(|line| file_of(line)).filter(|file| changes(last, file));
        let file = read.next().filter(|_| verb.is_none())?;
        Some(Finding::lasting(&sentences::CHANGED_SINCE, [&file]).shown_by(format!("kubectl diff -f {file}")))
    }

    /// What an object still has and the file applied last has not, where nothing else keeps a rule from being true.
    pub(in crate::check::why) fn left_over(&self) -> Option<Finding> {
        let Form::Match { object, rule: Some(rule), .. } = &self.check.form else { return None };
        let object = self.facts.world.object(object)?;
        self.facts.commands.last().filter(|last| reads_files(last) && last.contains("apply"))?;
        self.facts.answered.filter(|answered| !answered.failed)?;
        let applied: Value = serde_json::from_str(object.annotation(LAST_APPLIED)?).ok()?;
        let without = |list: &str, place: usize| {
            let mut value = object.value().clone();
            value.pointer_mut(list)?.as_array_mut()?.remove(place);
            let without = Object::from_value(value)?;
            let bindings = Bindings::new(self.facts.snap).with("object", Some(&without));
            matches!(bindings.judge(rule), Outcome::True).then_some(())
        };
        let (list, name) = unnamed(object, &applied).into_iter().find_map(|(list, place)| {
            without(&list, place)?;
            Some((list.clone(), show(&object.list(&list).get(place)?["name"])))
        })?;
        let field = list.rsplit('/').next().unwrap_or(&list);
        let words = [name_of(object), format!("{field}: {name}")];
        let undoes = |line: &String| line.contains("rollout undo") && is_named(line, object.name());
        let undone = self.facts.commands.iter().any(undoes);
        let aside: Aside = if undone {
            Some((&sentences::LEFT_BY_UNDO, Vec::new()))
        } else {
            (field == "env").then(|| (&sentences::UNSET, vec![words[0].clone(), name]))
        };
        let finding = Finding::lasting(&sentences::LEFT_OVER, [&words[0], &words[1]]).aside(aside);
        Some(finding.shown_by(format!("kubectl apply view-last-applied {}", words[0])))
    }

    /// A file that is to be one value, and was read by its lines, or stands in a folder of the folder that was read.
    pub(super) fn read_otherwise(&self, object: &Object, gap: &Gap) -> Option<Finding> {
        let of_files = matches!(object.kind(), "ConfigMap" | "Secret") && gap.path.starts_with("data");
        let key = last_key(&gap.path);
        let data = object.map("/data").filter(|data| of_files && !data.contains_key(&key))?;
        let line = self.facts.commands.iter().rev().find(|line| is_named(line, object.name()))?;
        let value = |flag: &str| {
            let mut words = commands_of(line).into_iter().flatten().map(|word| word.text);
            let found = words.by_ref().find(|word| word.starts_with(flag))?;
            let glued = found.strip_prefix(flag)?.strip_prefix('=').map(str::to_owned);
            glued.or_else(|| words.next())
        };
        let base = |path: &str| path.trim_end_matches('/').rsplit('/').next().unwrap_or(path).to_owned();
        let (name, show) = (name_of(object), format!("kubectl describe {}", name_of(object)));
        if let Some(file) = value("--from-env-file").filter(|file| base(file) == key) {
            return Some(Finding::lasting(&sentences::LINES_AS_KEYS, [&name, &file]).shown_by(show));
        }
        let folder = value("--from-file").filter(|path| !path.contains('=') && !base(path).contains('.'))?;
        let keys = data.keys().take(super::spec::KEYS_MAX).map(ToString::to_string).collect::<Vec<_>>();
        let finding = Finding::lasting(&sentences::FOLDER_FILES, [&name, &key, &keys.join(", ")]);
        (!data.contains_key(&base(&folder)) && !keys.is_empty()).then(|| finding.shown_by(show))
    }

    /// A Job that its CronJob began before its template was what is asked for.
    pub(super) fn begun_before(&self, job: &Object, gap: &Gap) -> Option<Finding> {
        let owner = job.controller().filter(|owner| job.kind() == "Job" && owner.kind == "CronJob")?;
        let schedule = self.facts.world.named(&builtin::CRON_JOB, Some(job.namespace()), &owner.name)?;
        let path = format!("spec.jobTemplate.{}", gap.path);
        let meant = stands_at(schedule.value(), &path, gap.wanted.as_ref()?);
        let words = [name_of(job), name_of(schedule)];
        let finding = Finding::lasting(&sentences::BEGUN_BEFORE, [&words[0], &words[1]]);
        meant.then(|| finding.shown_by(get_yaml(schedule, self.facts.world.namespace())))
    }

    /// A LimitRange that would give what a Pod lacks, had it been there before the Pod.
    pub(super) fn default_later(&self, pod: &Object, gap: &Gap) -> Aside {
        let (_, amount) = gap.path.split_once(".resources.").filter(|_| pod.kind() == "Pod")?;
        let (part, resource) = amount.split_once('.')?;
        let default = if part == "limits" { "default" } else { "defaultRequest" };
        let made = |object: &Object| object.text("/metadata/creationTimestamp").to_owned();
        let ranges = self.facts.world.all(&builtin::LIMIT_RANGE, Some(pod.namespace())).iter();
        let gives = |range: &&Object| {
            range.list("/spec/limits").iter().any(|limit| limit[default].get(resource) == gap.wanted.as_ref())
        };
        let mut later = ranges.filter(gives).filter(|range| made(range) > made(pod));
        Some((&sentences::DEFAULT_LATER, vec![name_of(later.next()?)]))
    }
}

/// The items of an object's template that an applied file does not name: their list, and their place in it.
fn unnamed(object: &Object, applied: &Value) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let mut compare = |list: &str, applied: Option<&Value>| {
        let known = |item: &Value| {
            let mut items = applied.and_then(Value::as_array).into_iter().flatten();
            items.any(|one| one["name"] == item["name"])
        };
        let items = object.list(list).iter().enumerate();
        found.extend(items.filter(|(_, item)| !known(item)).map(|(place, _)| (list.to_owned(), place)));
    };
    for list in LISTS.map(|list| format!("/spec/template/spec/{list}")) {
        compare(&list, applied.pointer(&list));
        for (place, container) in
            object.list(&list).iter().enumerate().filter(|_| list.ends_with("ontainers"))
        {
            let mut same = applied.pointer(&list).and_then(Value::as_array).into_iter().flatten();
            let env = same.find(|one| one["name"] == container["name"]).map(|one| &one["env"]);
            if env.is_some() {
                compare(&format!("{list}/{place}/env"), env);
            }
        }
    }
    found
}

/// The file that a line had kubectl read.
fn file_of(line: &str) -> Option<String> {
    let commands = commands_of(line);
    let words =
        commands.iter().find(|words| matches!(kubectl_verb(words), Some("apply" | "create" | "replace")))?;
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let place = words.iter().position(|word| matches!(*word, "-f" | "--filename"));
    let glued = words.iter().find_map(|word| word.strip_prefix("--filename="));
    let file = place.and_then(|place| words.get(place + 1).copied()).or(glued)?;
    (file != "-" && !file.contains("://") && file.contains('.')).then(|| file.to_owned())
}

/// Whether a line of the shell changes a file: an editor, `sed -i`, a copy over it, or what is sent into it.
fn changes(line: &str, file: &str) -> bool {
    let plain = |word: &str| word.trim_start_matches("./") == file.trim_start_matches("./");
    let sent = line.split('>').skip(1).filter_map(|rest| rest.split_whitespace().next());
    let by_program = |words: &Vec<TypedWord>| {
        let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        let Some((program, rest)) = words.split_first() else { return false };
        let named = rest.iter().any(|word| plain(word));
        match *program {
            "sed" | "yq" => named && rest.iter().any(|word| word.starts_with("-i") || *word == "--in-place"),
            "cp" | "mv" => rest.last().is_some_and(|word| plain(word)),
            program => named && EDITORS.contains(&program),
        }
    };
    sent.into_iter().any(plain) || commands_of(line).iter().any(by_program)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::json;

    #[test]
    fn a_file_is_changed_by_a_line_that_names_it() {
        assert_eq!(file_of("kubectl apply -f ./web.yaml -n shop").as_deref(), Some("./web.yaml"));
        assert_eq!(file_of("kubectl apply -f -"), None);
        assert_eq!(file_of("kubectl get -f web.yaml"), None);
        for (line, changed) in [
            ("sed -i 's/1/3/' web.yaml", true),
            ("vim ./web.yaml", true),
            ("cp new.yaml web.yaml", true),
            ("cat > web.yaml <<END\nEND", true),
            ("sed 's/1/3/' web.yaml", false),
            ("sed -i 's/1/3/' other-web.yaml", false),
            ("cp web.yaml old.yaml", false),
            ("cat web.yaml > old.yaml", false),
        ] {
            assert_eq!(changes(line, "web.yaml"), changed, "{line}");
        }
    }

    #[test]
    fn what_the_file_names_is_not_left_over() {
        let container = |name: &str, env: Value| json!({"name": name, "env": env});
        let spec = |containers: Value| json!({"spec": {"template": {"spec": {"containers": containers}}}});
        let debug = json!([{"name": "DEBUG", "value": "1"}]);
        let mut live = spec(json!([container("c", debug.clone()), container("old", json!([]))]));
        live["kind"] = json!("Deployment");
        live["apiVersion"] = json!("apps/v1");
        let live = Object::from_value(live).unwrap();
        let found = |containers: Value| unnamed(&live, &spec(containers));
        let list = "/spec/template/spec/containers";
        let both = vec![(list.to_owned(), 1), (format!("{list}/0/env"), 0)];
        assert_eq!(found(json!([{"name": "c"}])), both);
        assert_eq!(found(json!([container("c", debug), {"name": "old"}])), []);
    }
}
