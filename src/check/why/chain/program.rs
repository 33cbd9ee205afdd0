//! What of a container's command, mounts and account makes its program end.

use std::sync::LazyLock;

use regex::Regex;

use crate::apimachinery::{Object, builtin};
use crate::base::Value;

use super::super::super::partial::quote;
use super::super::finding::{Aside, Finding, name_of};
use super::super::sentences;
use super::{Chain, between, text};

/// How shells say that they do not find a program.
static NO_PROGRAM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let shell = r"^(?:/bin/)?(?:ba|da|a)?sh: (?:line )?(?:\d+: )?";
    Regex::new(&format!("{shell}([\\w.+-]+): (?:command )?not found")).ok()
});

/// The end of a loop or a branch that nothing divides from the command before it.
static UNDIVIDED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[^;&|(\s]\s+(?:done|fi|esac)\b").ok());

/// What means something to a shell only.
const OF_SHELL: &[&str] = &["&&", "||", "|", ">", ">>", "<", ";", "&", "2>&1"];

/// Options by which servers are told where to listen.
const BINDS: &[&str] = &["-p", "--bind", "-b", "-listen", "--host", "--address", "--addr"];

/// Programs that go to the background unless they are told not to.
const DAEMONS: &[&str] = &["nginx", "httpd", "apachectl", "apache2ctl", "crond", "cron", "sshd"];

impl Chain<'_> {
    /// What a program's end comes from that its container's spec tells.
    pub(super) fn behind_the_end(self, pod: &Object, container: &Value, code: i64, line: &str) -> Aside {
        without_shell(container)
            .or_else(|| unexpanded(&words_of(container), line))
            .or_else(|| cut_script(container))
            .or_else(|| folded(container, line))
            .or_else(|| to_background(container).filter(|_| code == 0))
            .or_else(|| self.interpreter(pod, container, line))
            .or_else(|| not_permitted(pod, container, line))
            .or_else(|| read_only(pod, container, line))
            .or_else(|| self.behind_the_file(pod, container, line))
            .or_else(|| self.behind_the_variable(pod, container, line))
            .or_else(|| self.without_token(pod, line))
            .or_else(|| port_taken(pod, container, line))
            .or_else(|| first_of_args(container, line))
            .or_else(|| lacks_program(container, line))
    }

    /// A token that a program looks for and that is not mounted.
    fn without_token(self, pod: &Object, line: &str) -> Aside {
        let named = match pod.text("/spec/serviceAccountName") {
            "" => "default",
            name => name,
        };
        let off = |object: &Object, pointer: &str| object.get(pointer).map(|value| value == false);
        let account = self.world.named(&builtin::SERVICE_ACCOUNT, Some(pod.namespace()), named);
        let of_account = || off(account?, "/automountServiceAccountToken");
        let unmounted = off(pod, "/spec/automountServiceAccountToken").or_else(of_account).unwrap_or(false);
        let asked = line.contains("/serviceaccount/");
        (unmounted && asked).then(|| (&sentences::NO_TOKEN, vec![named.to_owned()]))
    }

    /// A folder that a runtime could not mount over a file of the image.
    pub(super) fn mounted_on_file(self, pod: &Object, message: &str) -> Option<Finding> {
        let place =
            between(message, "to rootfs at \"", "\"").filter(|_| message.contains("not a directory"))?;
        let name = name_of(pod);
        let mut containers = pod.list("/spec/containers").iter().chain(pod.list("/spec/initContainers"));
        let mount = containers.find_map(|container| {
            let mut mounts = container["volumeMounts"].as_array()?.iter();
            mounts.find(|mount| text(mount, "/mountPath").trim_end_matches('/') == place)
        })?;
        let show = self.describe(pod);
        if let Some(finding) = self.part_missing(pod, mount) {
            return Some(finding.shown_by(show));
        }
        Some(Finding::lasting(&sentences::MOUNTED_ON_FILE, [&name, place]).shown_by(show))
    }

    /// A part of a ConfigMap or Secret that is mounted and is not in it.
    fn part_missing(self, pod: &Object, mount: &Value) -> Option<Finding> {
        let part = text(mount, "/subPath");
        let volume = pod.list("/spec/volumes").iter().find(|volume| volume["name"] == mount["name"])?;
        let sources = [
            (&builtin::CONFIG_MAP, text(volume, "/configMap/name")),
            (&builtin::SECRET, text(volume, "/secret/secretName")),
        ];
        let (kind, source) = sources.into_iter().find(|(_, source)| !source.is_empty())?;
        let found = self.world.named(kind, Some(pod.namespace()), source)?;
        let holds = |map: &str| found.map(map).is_some_and(|map| map.contains_key(part));
        if part.is_empty() || holds("/data") || holds("/binaryData") {
            return None;
        }
        let owner = format!("{} {source}", kind.kind);
        let keys = self.near_key(kind, pod.namespace(), source, part);
        Some(Finding::lasting(&sentences::KEY_MISSING, [&name_of(pod), &owner, part]).aside(keys))
    }
}

/// A word among the arguments that the image's start script took for the program: `exec: tier=front: not found`.
fn first_of_args(container: &Value, line: &str) -> Aside {
    let word = between(line, "exec: ", ": not found")?;
    let first = container["args"].get(0).and_then(Value::as_str)?;
    let own = container.get("command").is_none() && word.trim_matches('"') == first;
    own.then(|| (&sentences::FIRST_OF_ARGS, vec![first.to_owned()]))
}

/// A port that another container of the Pod listens on; on the node's network it may be anybody.
fn port_taken(pod: &Object, container: &Value, line: &str) -> Aside {
    let others = pod.list("/spec/containers").iter().filter(|other| other["name"] != container["name"]);
    let others = others.map(|other| text(other, "/name")).collect::<Vec<_>>().join(", ");
    let own_network = !pod.flag("/spec/hostNetwork");
    let taken = own_network && line.contains("ddress already in use") && !others.is_empty();
    taken.then(|| (&sentences::PORT_SHARED, vec![others]))
}

/// The words that a container runs, as far as its spec says them.
fn words_of(container: &Value) -> Vec<&str> {
    let lists = [&container["command"], &container["args"]].into_iter().filter_map(Value::as_array);
    lists.flatten().filter_map(Value::as_str).collect()
}

pub(super) fn is_shell(program: &str) -> bool {
    matches!(program.rsplit('/').next(), Some("sh" | "bash" | "ash" | "dash"))
}

/// Signs of the shell among the words of a program that is none.
fn without_shell(container: &Value) -> Aside {
    signs_of_shell(&words_of(container))
}

/// As `without_shell`, for the words themselves.
pub(super) fn signs_of_shell(words: &[&str]) -> Aside {
    let program = words.first().filter(|program| !is_shell(program))?;
    let sign = words.iter().find(|word| OF_SHELL.contains(word))?;
    Some((&sentences::WITHOUT_SHELL, vec![(*sign).to_owned(), (*program).to_owned()]))
}

/// A variable as a shell writes it, among the words of a program that is none, which took it as it is.
pub(super) fn unexpanded(words: &[&str], line: &str) -> Aside {
    let program = words.first().filter(|program| !is_shell(program))?;
    let is_variable = |word: &&str| {
        let name = word.strip_prefix('$').unwrap_or_default();
        let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
        !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    let sign = words.iter().copied().filter(is_variable).find(|word| line.contains(word))?;
    Some((&sentences::WITHOUT_SHELL, vec![sign.to_owned(), (*program).to_owned()]))
}

/// A program that is told to listen where only its own Pod reaches it.
pub(super) fn on_loopback(container: &Value) -> Aside {
    const HOSTS: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];
    let words = words_of(container);
    let (place, host) = words.iter().enumerate().find_map(|(place, word)| {
        let listens = |host: &&str| {
            let (before, after) = word.split_once(*host).unwrap_or(("/", ""));
            let told = before.is_empty() || before.ends_with(['=', ' ', '"', '\'']);
            told && (after.is_empty() || after.starts_with([':', ' ', '"', '\'']))
        };
        Some((place, HOSTS.into_iter().find(listens)?))
    })?;
    // A client has such a word as well: what it asks for begins with a scheme, or follows `-h`.
    let before = place.checked_sub(1).map_or("", |before| words[before]);
    let binds = [words[place], before].iter().any(|word| BINDS.iter().any(|sign| word.contains(sign)));
    binds.then(|| (&sentences::ON_LOOPBACK, vec![host.to_owned(), quote(&words.join(" "))]))
}

/// What only root may do, or one with rights that were taken away.
fn not_permitted(pod: &Object, container: &Value, line: &str) -> Aside {
    if !line.to_lowercase().contains("operation not permitted") {
        return None;
    }
    let user = container
        .pointer("/securityContext/runAsUser")
        .or_else(|| pod.get("/spec/securityContext/runAsUser"))
        .and_then(Value::as_i64);
    if let Some(user) = user.filter(|user| *user != 0) {
        return Some((&sentences::NOT_ROOT, vec![user.to_string()]));
    }
    let dropped = container.pointer("/securityContext/capabilities/drop")?.as_array()?;
    let dropped = dropped.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ");
    (!dropped.is_empty()).then(|| (&sentences::RIGHTS_DROPPED, vec![dropped]))
}

/// `sh -c sleep 3600`: a script of which the shell takes the first word only.
fn cut_script(container: &Value) -> Aside {
    let words = words_of(container);
    let [shell, option, script, rest @ ..] = words.as_slice() else { return None };
    // A script that looks at its arguments has use for them.
    let one_word = is_shell(shell) && *option == "-c" && !script.contains(['$', '\n']);
    let parts = [std::slice::from_ref(script), rest].concat();
    // Each a command of its own, or the words of one.
    let between = if rest.iter().any(|word| word.contains(' ')) { "; " } else { " " };
    let whole = parts.join(between);
    (one_word && !rest.is_empty())
        .then(|| (&sentences::CUT_SCRIPT, vec![(*script).to_owned(), quote(&whole)]))
}

/// A script of several lines that stands in one, with nothing between its commands.
fn folded(container: &Value, line: &str) -> Aside {
    let words = words_of(container);
    let script = words.iter().find(|word| word.contains(' ')).filter(|_| line.contains("syntax error"))?;
    let one_line = !script.trim().contains('\n');
    let undivided = UNDIVIDED.as_ref()?.is_match(script);
    (one_line && undivided).then(|| (&sentences::FOLDED, Vec::new()))
}

/// A program that a shell does not find: it is not in the image.
pub(super) fn lacks_program(container: &Value, line: &str) -> Aside {
    let program = NO_PROGRAM.as_ref()?.captures(line)?.get(1)?.as_str();
    Some((&sentences::IMAGE_LACKS, vec![text(container, "/image").to_owned(), program.to_owned()]))
}

/// Whether a line is a shell's complaint of a program that is not there.
pub(in crate::check::why) fn misses_program(line: &str) -> bool {
    NO_PROGRAM.as_ref().is_some_and(|pattern| pattern.is_match(line))
}

/// A program that its shell, or it itself, sends to the background.
fn to_background(container: &Value) -> Aside {
    let words = words_of(container);
    let script = words.last().filter(|_| words.first().is_some_and(|program| is_shell(program)));
    let by_shell = script.is_some_and(|script| script.trim_end().ends_with('&'));
    let program = words.first().and_then(|program| program.rsplit('/').next()).unwrap_or_default();
    let told = words.iter().any(|word| matches!(*word, "-f" | "-D" | "-n") || word.contains("daemon off"));
    let by_itself = DAEMONS.contains(&program) && !told;
    (by_shell || by_itself).then(|| (&sentences::TO_BACKGROUND, Vec::new()))
}

/// What may not be written, where a program says that it could not.
fn read_only(pod: &Object, container: &Value, line: &str) -> Aside {
    if !line.contains("Read-only file system") && !line.contains("read-only file system") {
        return None;
    }
    let mut mounts = container["volumeMounts"].as_array().into_iter().flatten();
    let mount = mounts.find(|mount| mount["readOnly"] == true && line.contains(text(mount, "/mountPath")));
    if let Some(mount) = mount {
        return Some((&sentences::READ_ONLY_MOUNT, vec![text(mount, "/mountPath").to_owned()]));
    }
    let of_claim = |mount: &Value| {
        let mut volumes = pod.list("/spec/volumes").iter().filter(|volume| volume["name"] == mount["name"]);
        volumes.any(|volume| volume.pointer("/persistentVolumeClaim/readOnly") == Some(&Value::Bool(true)))
    };
    let mut mounts = container["volumeMounts"].as_array().into_iter().flatten();
    let mount = mounts.find(|mount| line.contains(text(mount, "/mountPath")) && of_claim(mount));
    if let Some(mount) = mount {
        return Some((&sentences::READ_ONLY_CLAIM, vec![text(mount, "/mountPath").to_owned()]));
    }
    let root = container.pointer("/securityContext/readOnlyRootFilesystem") == Some(&Value::Bool(true));
    root.then(|| (&sentences::READ_ONLY_ROOT, Vec::new()))
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn what_is_odd_about_a_command_is_seen() {
        let container = |command: &[&str]| json!({"command": command});
        assert!(without_shell(&container(&["echo", "a", "&&", "sleep", "9"])).is_some());
        assert!(without_shell(&container(&["sh", "-c", "echo a && sleep 9"])).is_none());
        assert!(cut_script(&container(&["sh", "-c", "sleep", "3600"])).is_some());
        for whole in [&["sh", "-c", "sleep 3600"][..], &["sh", "-c", "echo $0", "me"], &["sh", "run.sh", "a"]]
        {
            assert!(cut_script(&container(whole)).is_none(), "{whole:?}");
        }
        let apart = cut_script(&container(&["sh", "-c", "echo one", "sleep 3600"]));
        assert_eq!(
            apart.map(|(_, words)| words),
            Some(vec!["echo one".into(), "echo one; sleep 3600".into()])
        );
        for (words, line, seen) in [
            (&["cat", "$FILE"][..], "cat: $FILE: No such file or directory", true),
            (&["redis-cli", "-h", "${HOST}"], "at ${HOST}:6379: Name or service not known", true),
            (&["envsubst", "$HOST"], "cannot open /t", false),
            (&["sh", "-c", "$FILE"], "$FILE: not found", false),
        ] {
            assert_eq!(unexpanded(words, line).is_some(), seen, "{words:?}");
        }
        for (command, away) in [
            (&["sh", "-c", "httpd -p 80 &"][..], true),
            (&["/usr/sbin/nginx"], true),
            (&["nginx", "-g", "daemon off;"], false),
            (&["httpd", "-f"], false),
            (&["sh", "-c", "a && b"], false),
        ] {
            assert_eq!(to_background(&container(command)).is_some(), away, "{command:?}");
        }
    }

    #[test]
    fn a_port_is_shared_with_the_other_containers_only_on_an_address_of_the_pods_own() {
        for (network, shared) in [(false, true), (true, false)] {
            let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {
                "hostNetwork": network, "containers": [{"name": "a"}, {"name": "b"}],
            }});
            let pod = Object::from_value(pod).unwrap();
            let told = port_taken(&pod, &pod.list("/spec/containers")[0], "bind: Address already in use");
            assert_eq!(told.is_some(), shared);
        }
    }
}
