//! Scripts that nobody would write: whatever they hold, they end or wait, and harm nobody.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::FileFailurePersistence;

use super::super::coreutils;
use super::super::images::image_in;
use super::State;
use super::tests::machine;

/// Rounds that a script is given.
const ROUNDS: usize = 60;

/// Words as they may stand behind a command, fit and unfit.
const WORDS: &[&str] = &[
    "-n",
    "-c",
    "-r",
    "-k2",
    "-k",
    "1.2,3.4nr",
    "-t",
    ",",
    "-f",
    "-f1-",
    "-d",
    ":",
    "-1",
    "+3",
    "99999999999999999999",
    "0",
    "-0",
    "1e999",
    "0x",
    "가나다",
    "é",
    "''",
    "\"\"",
    "*",
    "/",
    "/etc/passwd",
    "/nope",
    "/dev/null",
    "-",
    "--",
    "..",
    "'s/a/b/g'",
    "'s/\\(é\\)/[\\1]/2'",
    "'2,1d'",
    "'0,/r/p'",
    "'$!N;P;D'",
    "'y/aé/éa/'",
    "':a;s/^/x/;ta'",
    "'1~0p'",
    "'{print $NF, $0, NF}'",
    "'BEGIN{printf \"%*d|%.99999s|%c\\n\", 5, 3, \"x\", 999999999}'",
    "'{$999999999=1}'",
    "'function f(n){return f(n+1)} BEGIN{f(1)}'",
    "'{a[$1]=NR} END{for(k in a) delete a}'",
    "'BEGIN{print substr(\"é\",-9,1e9)}'",
    "'[[:alpha:]'",
    "'\\(a*\\)*'",
    "'a\\{1,99999\\}'",
    "'(((((a))))){9}'",
    "'%99999999d|%-5.3f|%b\\n'",
    "'\\x\\0777\\c'",
    "@0",
    "'@99999999999999'",
    "'1 day ago'",
    "'9999999 years'",
    "+%F",
    "+%Q",
    "-s,",
    "-w",
    "1.00000000000000000001",
    "http://",
    "http://web:99999/",
    "http://shy/x",
    "web:80",
    "'%{http_code}%{'",
    "-m",
    "-o",
    "/tmp/o",
    "-la",
    "-R",
    "{}",
    "\\;",
    "-exec",
    "-name",
    "=",
    "-lt",
    "-a",
    "(",
    ")",
    "!",
    "a=b",
    "1000M",
    "u+s,g=z",
    "7777777",
    "-9",
    "KILL",
];
/// What stands between commands.
const BETWEEN: &[&str] = &[
    " | ",
    " && ",
    " || ",
    "; ",
    "\n",
    " & ",
    " > /tmp/f; ",
    " < /etc/passwd; ",
    " 2>&1 | ",
    "; echo $? $! $((",
    ")); ",
    " `",
    "` ",
];
/// What stands for itself.
const WHOLE: &[&str] = &[
    "for i in 1 2; do echo $i; done",
    "x=${y:-${z%%*}}",
    "case $x in a|b) ;; esac",
    "f() { f; }; f",
    "while read x; do :; done",
    "set -- a b; shift 9; echo $9",
    "cat <<E\n$x\nE",
    "trap 'echo x' EXIT TERM",
    "exec 3>&1; echo >&3",
    "( exit 3 )",
    "echo ${x:99:9} ${#x} ${x#é}",
    "eval eval eval eval",
    "let x=1/0",
    "read -r -n 99 x",
    "getopts ab: x -b",
    "wait 9; jobs; fg",
    "a=1 b=2; export a; unset b; readonly a; a=3",
    "umask 777; ulimit -a",
    "alias x=y; x; type x",
    "kill -9 $$",
    "$((1<<99))",
];

fn command() -> impl Strategy<Value = String> {
    let image = image_in("docker.io/library/busybox");
    let names: Vec<&'static str> = coreutils::names(image);
    let called = (select(names), prop::collection::vec(select(WORDS), 0..5))
        .prop_map(|(name, words)| format!("{name} {}", words.join(" ")));
    prop_oneof![8 => called, 2 => select(WHOLE).prop_map(str::to_owned), 1 => "[ -~é가\n]{0,40}"]
}

/// Few cases, or as many as `PROPTEST_CASES` asks for.
fn settings() -> ProptestConfig {
    let kept = FileFailurePersistence::SourceParallel("tests/regressions");
    let asked = ProptestConfig::default().cases;
    let cases = if asked == 256 { 150 } else { asked };
    ProptestConfig { cases, failure_persistence: Some(Box::new(kept)), ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn any_script_ends_or_waits(
        first in command(),
        rest in prop::collection::vec((select(BETWEEN), command()), 0..4),
        image in select(vec!["docker.io/library/busybox", "docker.io/library/nginx", "docker.io/curlimages/curl"]),
        shell in select(vec!["sh", "bash"]),
    ) {
        let mut script = first;
        for (between, command) in rest {
            script.push_str(between);
            script.push_str(&command);
        }
        let (mut machine, mut system) = machine(&[shell, "-c", &script]);
        system.image = image;
        for _ in 0..ROUNDS {
            match machine.run(&mut system) {
                State::Waiting(Some(at)) => {
                    let stored = serde_json::to_string(&machine).unwrap();
                    prop_assert!(serde_json::from_str::<super::Machine>(&stored).is_ok());
                    system.now = system.now.max(at);
                }
                State::Done(_) | State::Waiting(None) => break,
            }
        }
        prop_assert!(machine.stdout.len() < 64 << 20);
    }
}
