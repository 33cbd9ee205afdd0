//! Scripts run on a machine of their own, without a node.

use std::collections::BTreeMap;

use crate::base::{Timestamp, Value};

use super::super::filesystem::{FileView, Files};
use super::super::http::{ConnectError, HttpRequest, HttpResponse, ServerCertificate};
use super::super::images::{Image, image_in};
use super::super::system::{ProcessRow, System};
use super::{Machine, State};

/// A machine with files and a clock, and nobody else in the world.
pub(super) struct Alone {
    pub now: Timestamp,
    layer: Files,
    volumes: BTreeMap<String, Files>,
    disk: Files,
    pub image: &'static str,
}

impl System for Alone {
    fn machine_memory(&self) -> u64 {
        u64::MAX
    }

    fn groups(&self) -> Vec<i64> {
        vec![0]
    }

    fn latency(&self) -> i64 {
        0
    }

    fn now(&self) -> Timestamp {
        self.now
    }
    fn random(&mut self, _: u64) -> u64 {
        0
    }
    fn hostname(&self) -> String {
        "alone".to_owned()
    }
    fn address(&self) -> String {
        "10.244.0.9".to_owned()
    }
    fn image(&self) -> Option<&'static Image> {
        image_in(self.image)
    }
    fn user(&self) -> i64 {
        0
    }
    fn files(&mut self) -> FileView<'_> {
        let image = image_in(self.image);
        FileView {
            image,
            layer: &mut self.layer,
            mounts: &[],
            volumes: &mut self.volumes,
            disk: &mut self.disk,
            read_only_root: false,
            who: Default::default(),
            now: self.now.as_second(),
            born: 0,
        }
    }
    fn http(&mut self, host: &str, _: u16, _: &HttpRequest) -> Result<HttpResponse, ConnectError> {
        match host {
            "web" => Ok(HttpResponse::text(200, "text/plain", "hello\n")),
            "shy" => Err(ConnectError::Refused),
            _ => Err(ConnectError::UnknownHost),
        }
    }
    fn tls_server(&mut self, _host: &str, _port: u16, _name: &str) -> Option<ServerCertificate> {
        None
    }

    fn resolve(&mut self, name: &str) -> Vec<String> {
        if name == "nowhere" { Vec::new() } else { vec!["10.96.7.7".to_owned()] }
    }
    fn full_name(&mut self, name: &str) -> String {
        format!("{name}.default.svc.cluster.local")
    }
    fn connects(&mut self, _: &str, _: u16) -> Result<(), ConnectError> {
        Ok(())
    }
    fn processes(&self) -> Vec<ProcessRow> {
        vec![ProcessRow { number: 1, user: 0, command: "sh".to_owned() }]
    }
    fn signal(&mut self, _: u32, _: i32) -> bool {
        false
    }
}

pub(super) fn machine(words: &[&str]) -> (Machine, Alone) {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let environment = BTreeMap::from([("GREETING".to_owned(), "hi there".to_owned())]);
    let system = Alone {
        now: "2026-11-23T10:00:00Z".parse().unwrap(),
        layer: Files::default(),
        volumes: BTreeMap::new(),
        disk: Files::default(),
        image: "docker.io/library/busybox",
    };
    (Machine::new(&words, &environment, "/", 1), system)
}

/// Output, errors and exit code of a script that is waited for.
pub(super) fn run(script: &str) -> (String, String, i32) {
    run_in("docker.io/library/busybox", "sh", script)
}

/// The same with a shell of an image.
pub(super) fn run_in(image: &'static str, shell: &str, script: &str) -> (String, String, i32) {
    let (mut machine, mut system) = machine(&[shell, "-c", script]);
    system.image = image;
    for _ in 0..1_000 {
        match machine.run(&mut system) {
            State::Done(code) => return (text(&machine.stdout), text(&machine.stderr), code),
            State::Waiting(Some(at)) => system.now = system.now.max(at),
            State::Waiting(None) => panic!("{script:?} waits for input"),
        }
    }
    panic!("{script:?} does not end");
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn scripts_print_what_a_shell_prints() {
    for (script, output) in [
        ("echo boom", "boom\n"),
        ("echo $GREETING; echo \"$GREETING\"", "hi there\nhi there\n"),
        ("echo '$GREETING' \\$x", "$GREETING $x\n"),
        ("x=1; echo ${x}2 ${y:-none} ${#GREETING}", "12 none 8\n"),
        ("for i in 1 2 3; do echo -n $i; done; echo", "123\n"),
        ("i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; done", "1\n2\n3\n"),
        ("i=0; until [ $i = 2 ]; do i=$((i+1)); done; echo $i", "2\n"),
        ("if false; then echo a; elif true; then echo b; else echo c; fi", "b\n"),
        ("case foobar in x) echo x;; foo*) echo foo;; *) echo other;; esac", "foo\n"),
        ("true && echo yes || echo no; false && echo yes || echo no", "yes\nno\n"),
        ("! false && echo ok", "ok\n"),
        ("echo \"$(echo inner; echo two)\"", "inner\ntwo\n"),
        ("echo $(echo a; echo b)", "a b\n"),
        ("echo `hostname`", "alone\n"),
        ("f() { echo f$1; return 3; }; f x; echo $?", "fx\n3\n"),
        ("printf 'a\\nb\\nc\\n' | grep b | tr b B", "B\n"),
        ("(cd /tmp; pwd); pwd", "/tmp\n/\n"),
        ("{ echo a; echo b; } > /tmp/x; cat /tmp/x; echo c >> /tmp/x; wc -l < /tmp/x", "a\nb\n3\n"),
        ("cat <<END\nhello $GREETING\nEND", "hello hi there\n"),
        ("cat <<'END'\n$x\nEND", "$x\n"),
        ("printf 'one 1\\ntwo 2\\n' | while read name number; do echo $number-$name; done", "1-one\n2-two\n"),
        ("set -- a 'b c'; for w in \"$@\"; do echo $w; done; shift; echo $# $1", "a\nb c\n1 b c\n"),
        (
            "for i in 1 2 3 4; do if [ $i = 2 ]; then continue; fi; if [ $i = 4 ]; then break; fi; echo $i; done",
            "1\n3\n",
        ),
        ("touch /tmp/a.txt /tmp/b.txt; cd /tmp; echo *.txt *.no", "a.txt b.txt *.no\n"),
        ("export A=1; sh -c 'echo $A'; B=2 sh -c 'echo $B'; echo [$B]", "1\n2\n[]\n"),
        ("echo out; echo err >&2; echo both > /dev/null 2>&1", "out\n"),
        ("x=a/b/c; echo ${x##*/} ${x%/*}", "c a/b\n"),
        ("trap 'echo bye' EXIT; echo hi", "hi\nbye\n"),
        ("wget -qO- http://web", "hello\n"),
        ("env | grep GREETING", "GREETING=hi there\n"),
        ("sleep 1 && echo later & echo now; wait; echo done", "now\nlater\ndone\n"),
        ("seq 3 | sort -r | head -n 2", "3\n2\n"),
        ("sh -c 'echo $0 $1' name one", "name one\n"),
        ("test -f /etc/passwd && echo there", "there\n"),
        ("echo a; # comment\necho b", "a\nb\n"),
        ("yes | head -n 2", "y\ny\n"),
        ("yes no | head -n 30000 | tail -n 1", "no\n"),
        ("while true; do echo x; done | grep x | head -1", "x\n"),
        ("while :; do echo x; sleep 1; done | head -2; echo $?", "x\nx\n0\n"),
        ("cat /dev/zero | tr '\\0' a | head -c 3; echo; head -c 5 /dev/urandom | wc -c", "aaa\n5\n"),
        ("head -c 3 /dev/zero | base64; cat /dev/null; cp /dev/null /tmp/n; wc -c < /tmp/n", "AAAA\n0\n"),
        ("dd if=/dev/zero of=/tmp/z bs=1k count=3 2>/dev/null; cat /tmp/z | wc -c", "3072\n"),
        ("echo aGk= | base64 -d", "hi"),
        ("printf hi | sha256sum | cut -d' ' -f1 | cut -d0 -f1", "8f434346648f6b96df89dda9\n"),
        ("timeout 2 sleep 50; echo $?; timeout 9 echo in > /tmp/in; cat /tmp/in", "143\nin\n"),
        ("seq 3 | tac | head -1; echo abc | rev | cut -c2-3", "3\nba\n"),
        (
            "[[ a == a ]] && ping -c 1 web | tail -n 2 | head -1",
            "1 packets transmitted, 1 packets received, 0% packet loss\n",
        ),
        ("expr 7 % 2; expr 2 + 3 '*' 4; expr b '>' a", "1\n14\n1\n"),
        ("env A=1 sh -c 'echo $A'; echo a b | xargs echo c; echo [$A]", "1\nc a b\n[]\n"),
        ("printf 'a\\nb\\n' | tee /tmp/t | grep -c a; cat /tmp/t", "1\na\nb\n"),
    ] {
        assert_eq!(run(script).0, output, "{script}");
    }
}

#[test]
fn scripts_end_with_the_right_code_and_words() {
    for (script, code, words) in [
        ("echo boom; exit 3", 3, ""),
        ("false", 1, ""),
        ("nope", 127, "sh: nope: not found\n"),
        ("set -e; false; echo not here", 1, ""),
        ("set -e; if false; then :; fi; false || true; exit 4", 4, ""),
        ("cat /nope", 1, "cat: can't open '/nope': No such file or directory\n"),
        ("echo x > /no/such", 1, "sh: can't create /no/such: nonexistent directory\n"),
        ("wget -qO- http://nowhere", 1, "wget: bad address 'nowhere'\n"),
        ("wget -qO- shy:8080", 1, "wget: can't connect to remote host (10.96.7.7): Connection refused\n"),
        ("if", 2, "sh: syntax error: unexpected end of file (expecting \"then\")\n"),
        ("echo 'open", 2, "sh: syntax error: unterminated quoted string\n"),
        ("echo )", 2, "sh: syntax error: unexpected \")\"\n"),
        ("f() { f; }; f", 2, "sh: maximum function recursion depth (100) reached\n"),
    ] {
        let (_, errors, found) = run(script);
        assert_eq!((found, errors.as_str()), (code, words), "{script}");
    }
}

#[test]
fn a_script_can_be_stored_while_it_sleeps() {
    let (mut machine, mut system) = machine(&["sh", "-c", "while true; do echo tick; sleep 2; done"]);
    let mut ticks = 0;
    for _ in 0..3 {
        let State::Waiting(Some(at)) = machine.run(&mut system) else { panic!("it goes on") };
        ticks += text(&std::mem::take(&mut machine.stdout)).matches("tick").count();
        machine = serde_json::from_str(&serde_json::to_string(&machine).unwrap()).unwrap();
        system.now = at;
    }
    assert_eq!(ticks, 3);
}

#[test]
fn shells_inside_of_shells_can_be_stored_too() {
    let script = "f() { if false; then echo $(echo $(echo $(echo $(echo a)))); fi; sleep 1; : | f; }; f";
    let (mut machine, mut system) = machine(&["sh", "-c", script]);
    let mut rounds = 0;
    while let State::Waiting(Some(at)) = machine.run(&mut system) {
        let stored = serde_json::to_string(&machine).unwrap();
        // Whatever holds the machine has some levels of its own.
        let held = format!("{}{stored}{}", "[".repeat(6), "]".repeat(6));
        assert!(serde_json::from_str::<Value>(&held).is_ok(), "{rounds}");
        machine = serde_json::from_str(&stored).unwrap();
        (system.now, rounds) = (system.now.max(at), rounds + 1);
    }
    assert!(rounds > 20);
}

#[test]
fn a_loop_that_never_waits_lets_others_have_their_turn() {
    let (mut machine, mut system) = machine(&["sh", "-c", "while true; do :; done"]);
    assert!(matches!(machine.run(&mut system), State::Waiting(Some(_))));
}

#[test]
fn a_shell_reads_lines_until_its_input_ends() {
    let (mut machine, mut system) = machine(&["sh"]);
    machine.input.open = true;
    machine.shell.set("TERM", "xterm".to_owned());
    assert_eq!(machine.run(&mut system), State::Waiting(None));
    assert_eq!(text(&machine.stdout), "/ # ");
    machine.input.bytes.extend(b"echo hi\nif true; then\n");
    assert_eq!(machine.run(&mut system), State::Waiting(None));
    machine.input.bytes.extend(b"echo yes; fi\nread x\nvalue\necho $x\nexit 5\n");
    assert_eq!(machine.run(&mut system), State::Done(5));
    assert_eq!(text(&machine.stdout), "/ # hi\n/ # > yes\n/ # / # value\n/ # ");
}

#[test]
fn archives_are_packed_listed_and_unpacked() {
    let (out, err, code) = run("mkdir -p /a/b /o; printf x > /a/b/f; tar cf /t.tar /a; tar tf /t.tar; \
         tar -xmf - -C /o < /t.tar; cat /o/a/b/f; echo; tar cf - -C /a b | tar xvf - -C /o; cat /o/b/f");
    assert_eq!(out, "a/\na/b/\na/b/f\nx\nb/\nb/f\nx");
    assert_eq!((err.as_str(), code), ("tar: removing leading '/' from member names\n", 0));
    for (script, complaint) in [
        (
            "tar cf - nope",
            "tar: nope: No such file or directory\ntar: error exit delayed from previous errors\n",
        ),
        ("tar xf - -C /nope", "tar: can't change directory to '/nope': No such file or directory\n"),
        ("tar xf /nope.tar", "tar: can't open '/nope.tar': No such file or directory\n"),
        ("tar cjf - /etc", "tar: not simulated: -j; use gzip: -z\n"),
        ("tar cf -", "tar: empty archive\n"),
    ] {
        let (_, err, code) = run(script);
        assert_eq!((err.as_str(), code), (complaint, 1), "{script}");
    }
}

#[test]
fn bytes_are_counted_from_either_end() {
    for (script, output) in [
        ("printf abcdef | head -c 2", "ab"),
        ("printf abcdef | head -c-2", "abcd"),
        ("printf abcdef | tail -c 2", "ef"),
        ("printf abcdef | tail -c+3", "cdef"),
        ("head -c 3 /dev/zero", "\0\0\0"),
    ] {
        assert_eq!(run(script), (output.to_owned(), String::new(), 0), "{script}");
    }
}
