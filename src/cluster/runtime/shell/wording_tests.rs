//! What shells and tools say, and how they end, as the genuine programs do.

use super::tests::{run, run_in};

const DEBIAN: &str = "docker.io/library/nginx";

/// Checks output, errors and code of scripts of busybox' shell.
fn check(cases: &[(&str, &str, &str, i32)]) {
    for (script, output, errors, code) in cases {
        let (found, complaints, ended) = run(script);
        assert_eq!((found.as_str(), complaints.as_str(), ended), (*output, *errors, *code), "{script}");
    }
}

#[test]
fn builtins_do_and_say_what_busybox_does_and_says() {
    check(&[
        ("cd /nope", "", "sh: cd: line 0: can't cd to /nope: No such file or directory\n", 2),
        ("cd /tmp; cd -", "/\n", "", 0),
        ("[ a = ]; echo $?", "2\n", "sh: =: argument expected\n", 0),
        ("[ 1 -eq a ]", "", "sh: a: bad number\n", 2),
        ("[ a", "", "sh: missing ]\n", 2),
        ("[ \\( a = b -o c = c \\) -a d = d ] && echo yes", "yes\n", "", 0),
        ("type cd nope; command -v cd", "cd is a shell builtin\nnope: not found\ncd\n", "", 0),
        ("alias x='echo hi'\nx there\nalias; unalias x", "hi there\nx='echo hi'\n", "", 0),
        ("umask 027; umask; : > /tmp/u; stat -c %a /tmp/u", "0027\n640\n", "", 0),
        ("readonly r=1; r=2; echo no", "", "sh: r: is read only\n", 2),
        ("local x", "", "sh: local: line 0: not in a function\n", 2),
        ("export 1x=2; echo no", "", "sh: export: line 0: 1x: bad variable name\n", 2),
        ("let x=1+2; echo $x; let 0", "3\n", "", 1),
        ("exec nope; echo no", "", "sh: exec: line 0: nope: not found\n", 127),
        (". /nope", "", "sh: .: line 0: can't open '/nope': No such file or directory\n", 2),
        ("sh -z; sh -c", "", "sh: illegal option -z\nsh: -c requires an argument\n", 2),
        (
            "f() { while getopts 'ab:' o; do echo $o $OPTARG; done; shift $((OPTIND-1)); echo $*; }; f -a -b 2 x",
            "a\nb 2\nx\n",
            "",
            0,
        ),
        ("IFS=:; x=a::b; for i in $x; do echo [$i]; done", "[a]\n[]\n[b]\n", "", 0),
        ("printf 'a:b\\nc:d\\n' | while IFS=: read x y; do echo $y; done", "b\nd\n", "", 0),
        (
            "echo 'a\\tb' | { read -r x; echo \"$x\"; }; echo ab | { read -n 1 c; echo $c; }",
            "a\\tb\na\n",
            "",
            0,
        ),
        ("sleep 9 | { read -t 1 x; echo $?; }", "1\n", "", 0),
        ("{ cd /nope; } 2>/dev/null; nope 2>/dev/null; echo $?", "127\n", "", 0),
        ("echo a > /tmp/3; exec 3< /tmp/3; read x <&3; echo $x", "a\n", "", 0),
        ("set -o pipefail; false | true; echo $?; echo $-", "1\nc\n", "", 0),
        ("set -e; f() { false; echo in; }; f || :; (exit 3); echo no", "in\n", "", 3),
        ("for i in 1 2; do for j in a b; do echo $i$j; continue 2; done; done", "1a\n2a\n", "", 0),
        ("set -x; x='a b'; echo \"$x\"", "a b\n", "+ x='a b'\n+ echo 'a b'\n", 0),
        ("echo $'a\\tb'; x=abab; echo ${x/b/-} ${x//a?/.} ${x: -1}", "a\tb\na-ab .. b\n", "", 0),
        ("echo ${no:-\"a  b\"}; echo ${no:?}", "a  b\n", "sh: no: parameter not set or null\n", 2),
    ]);
}

#[test]
fn scripts_that_are_odd_neither_break_nor_hang() {
    let deep = |open: &str, close: &str| format!("{}x{}", open.repeat(3_000), close.repeat(3_000));
    for script in [
        deep("(", ")"),
        deep("{ ", "; }"),
        deep("if ", "; then :; fi"),
        deep("echo $(", ")"),
        deep("echo \"$(", ")\""),
        deep("echo ${a:-", "}"),
        deep("echo $((", "))"),
    ] {
        let (_, errors, code) = run(&script);
        assert!(errors.contains("nested too deeply"), "{errors}");
        assert_eq!(code, 2);
    }
    check(&[
        ("for i in 1 2; do { echo a; break; echo b; } & wait; done", "a\na\n", "", 0),
        ("for i in 1 2; do if :; then continue; fi | cat; echo $i; done", "1\n2\n", "", 0),
        ("while :; do { break; } | cat; echo x; break; done", "x\n", "", 0),
        ("getopts abc x -abc; getopts abc x -abc; getopts abc x -a; echo $? $x", "1 ?\n", "", 0),
        ("getopts a x -ab; getopts a x -가; echo $?", "1\n", "", 0),
        ("x=1; for i in ${x:-$(echo no)}; do y=$(echo b); echo $i $y; done", "1 b\n", "", 0),
        ("x=1; echo ${x:-$(echo no >&2)} ${x:+$(echo b)} $(echo c)", "1 b c\n", "", 0),
        ("for i in ${no:?}; do echo $i; done; echo on", "", "sh: no: parameter not set or null\n", 2),
        ("case $((1/0)) in 0) echo zero ;; esac", "", "sh: divide by zero\n", 2),
        ("set -- aaaaaaaa; while :; do set -- \"$@\" \"$@\"; done", "", "sh: out of memory\n", 2),
        ("x=$(while :; do head -c 4000000 /dev/zero; done)", "", "sh: out of memory\n", 2),
        ("printf 가 > /f; x=$(head -c 1 /f; sleep 1; tail -c 2 /f); echo $x", "가\n", "", 0),
    ]);
    let (_, errors, code) = run_in(DEBIAN, "bash", "x=aa; while :; do x+=$x; done");
    assert_eq!((errors.as_str(), code), ("bash: line 1: out of memory\n", 127));
}

#[test]
fn jobs_end_and_signals_are_caught() {
    check(&[
        ("trap 'echo term' TERM; kill -TERM $$; echo after", "term\nafter\n", "", 0),
        ("trap 'echo bye' EXIT; exit 3", "bye\n", "", 3),
        ("trap 'echo a' INT TERM; trap - INT; trap", "trap -- 'echo a' TERM\n", "", 0),
        ("b() { b | b & }; b 2>/dev/null; echo alive", "alive\n", "", 0),
        ("f() { echo $(f); }; f 2>&1 | tail -c 45", "an't fork: Resource temporarily unavailable\n\n", "", 0),
        ("x=aa; while :; do x=$x$x; done", "", "sh: out of memory\n", 2),
        ("exec > /tmp/l; echo a & wait; cat /tmp/l >&2", "", "a\n", 0),
        ("{ echo a & wait; } > /tmp/l; echo b; cat /tmp/l", "b\na\n", "", 0),
        ("trap 'echo x' KILL; kill -9 $$; echo on", "on\n", "", 0),
        ("trap x FOO", "", "sh: trap: line 0: FOO: invalid signal specification\n", 1),
        ("(exit 4) & wait $!; echo $?; wait 99; echo $?", "4\n127\n", "", 0),
        ("sleep 5 & kill $!; wait $!; echo $?", "143\n", "Terminated\n", 0),
        (
            "kill; kill x; kill 99; kill -FOO 1",
            "",
            "sh: you need to specify whom to kill\nsh: invalid number 'x'\nsh: can't kill pid 99: No such process\nsh: bad signal name 'FOO'\n",
            1,
        ),
        ("timeout 1 sleep 9; echo $?", "143\n", "Terminated\n", 0),
        (
            "i=0; while [ $i -lt 80 ]; do sleep 99 & i=$((i+1)); done 2>/dev/null; echo $i; kill %1",
            "80\n",
            "",
            0,
        ),
    ]);
}

#[test]
fn scripts_in_files_run_and_tell_their_lines() {
    let script = "printf '#!/bin/sh\\necho \"$0 $1\"\\nnope\\ncd /nope\\n' > /s; ";
    check(&[
        (
            &format!("{script} /s; sh /s x"),
            "/s x\n",
            "sh: /s: Permission denied\n/s: line 3: nope: not found\n/s: cd: line 4: can't cd to /nope: No such file or directory\n",
            2,
        ),
        (&format!("{script} chmod +x /s; /s a 2>/dev/null; echo $?"), "/s a\n2\n", "", 0),
        (
            &format!("{script} . /s"),
            "sh \n",
            "sh: /s: line 3: nope: not found\nsh: cd: line 4: can't cd to /nope: No such file or directory\n",
            2,
        ),
        (
            "printf '#!/nope\\n' > /s; chmod +x /s; /s; /tmp",
            "",
            "sh: /s: not found\nsh: /tmp: Permission denied\n",
            126,
        ),
        ("echo a\nif", "a\n", "sh: syntax error: unexpected end of file (expecting \"then\")\n", 2),
        ("f() {", "", "sh: syntax error: unexpected end of file (expecting \"}\")\n", 2),
        ("cat <<E\nopen", "open\n", "", 0),
        ("echo $((1+))", "", "sh: arithmetic syntax error\n", 2),
        ("arr=(1 2)", "", "sh: syntax error: unexpected \"(\"\n", 2),
    ]);
}

#[test]
fn tools_take_their_options_and_refuse_others() {
    check(&[
        ("printf 'a\\n\\tb\\n' | cat -A; cat -q", "a$\n^Ib$\n", "cat: invalid option -- 'q'\n", 1),
        (
            "mkdir /d; touch /d/a; cp /d /e; cp -r /d /e; ls /e; rm /d; rmdir /d",
            "a\n",
            "cp: omitting directory '/d'\nrm: '/d' is a directory\nrmdir: '/d': Directory not empty\n",
            1,
        ),
        (
            "touch -d '2020-01-02 03:04:05' /f; stat -c %Y /f; touch /g; [ /g -nt /f ] && ls -t /f /g",
            "1577934245\n/g\n/f\n",
            "",
            0,
        ),
        ("ln -s x /l; rm /l; ln -s y /l; readlink /l; ls -z", "y\n", "ls: invalid option -- 'z'\n", 1),
        (
            "mkdir /d; echo x > /d/a.txt; find /d -name '*.txt' -exec cat {} \\;; find /d -type f -mmin -5; find /d -foo",
            "x\n/d/a.txt\n",
            "find: unrecognized: -foo\n",
            1,
        ),
        (
            "printf 'a b\\nc\\n' | xargs -n 1; echo 'x y' | xargs -I{} echo '<{}>'; echo a | xargs false; echo $?",
            "a\nb\nc\n<x y>\n123\n",
            "",
            0,
        ),
        ("echo hi | gzip | gunzip; echo hi | gunzip", "hi\n", "gunzip: invalid magic\n", 1),
        (
            "cd /tmp; echo a > f; tar czf t.tgz f; rm f; tar xzf t.tgz; cat f; tar tvf t.tgz | cut -c1-10",
            "a\n-rw-r--r--\n",
            "",
            0,
        ),
        (
            "echo hi > /f; md5sum /f | tee /s; md5sum -c /s",
            "764efa883dda1e11db47671c4a3bbd9e  /f\n/f: OK\n",
            "",
            0,
        ),
        (
            "env -u GREETING sh -c 'echo [$GREETING]'; env nope",
            "[]\n",
            "env: can't execute 'nope': No such file or directory\n",
            127,
        ),
        (
            "wget http://web; cat index.html; wget -q http://web",
            "hello\n",
            "Connecting to web (10.96.7.7:80)\nsaving to 'index.html'\nindex.html           100% |********************************|     6  0:00:00 ETA\n'index.html' saved\nwget: can't open 'index.html': File exists\n",
            1,
        ),
        (
            "id nobody | cut -d' ' -f1; id nope; busybox nope; busybox echo ok",
            "uid=65534(nobody)\nok\n",
            "id: unknown user nope\nnope: applet not found\n",
            0,
        ),
        (
            "killall nope; pidof nope; vi x",
            "",
            "killall: nope: no process killed\nvi: not simulated: an editor; write the file with cat <<EOF > FILE, or with sed -i\n",
            1,
        ),
    ]);
}

#[test]
fn programs_are_files_whose_content_is_refused() {
    let script = "ls -l /bin/cat | cut -c1-10; which cat; cp /bin/cat /tmp/x";
    let refused = "cp: can't open '/bin/cat': not simulated: what is in the file of a program\n";
    check(&[(script, "-rwxr-xr-x\n/bin/cat\n", refused, 1)]);
}

#[test]
fn tools_make_files_and_change_them_as_they_are_told() {
    check(&[
        (
            "cd /tmp; printf 0123456789 > d; printf AB | dd of=d bs=1 seek=3 conv=notrunc 2>/dev/null; cat d; echo; printf AB | dd of=d bs=1 seek=3; cat d",
            "012AB56789\n012AB",
            "2+0 records in\n2+0 records out\n2 bytes (2B) copied, 0.000300 seconds, 6.5KB/s\n",
            0,
        ),
        (
            "printf abcdefgh | dd bs=3 skip=1 status=none; printf abc | dd conv=swab status=none; printf abcd | dd bs=3 conv=sync status=noxfer | od -c",
            "defghbac0000000   a   b   c   d  \\0  \\0\n0000006\n",
            "1+1 records in\n2+0 records out\n",
            0,
        ),
        (
            "dd bs=x; dd count=1 conv=ascii; dd if=/nope",
            "",
            "dd: invalid number 'x'\ndd: not simulated: conv=ascii\ndd: can't open '/nope': No such file or directory\n",
            1,
        ),
        (
            "cd /tmp; printf abc > e; truncate -s 5 e; od -c e | head -1; truncate -s 2 e; cat e; truncate -c -s 4 no; ls no; truncate -s +3 e",
            "0000000   a   b   c  \\0  \\0\nab",
            "ls: no: No such file or directory\ntruncate: invalid number '+3'\n",
            1,
        ),
        (
            "cd /tmp; fallocate -l 100 f; fallocate -o 10 -l 200 f; fallocate -l 50 f; stat -c %s f; dd if=/dev/zero of=s bs=1 count=0 seek=1G status=none; stat -c %s s",
            "210\n1073741824\n",
            "",
            0,
        ),
        (
            "cd /tmp; touch m; chmod -v 600 m; chmod -c 600 m; chmod -x m; chmod -- -w m; stat -c %a m; chmod 600; chmod -f 600 no; chmod nope m",
            "mode of 'm' changed to 0600 (rw-------)\n400\n",
            "chmod: missing operand\nchmod: no: No such file or directory\nchmod: invalid mode 'nope'\n",
            1,
        ),
        (
            "cd /tmp; touch m; chown -v 1:2 m; chown nobody: m; stat -c %u:%g m; chown :zz m; chown -q 1 m",
            "changed ownership of 'm' to 1:2\n65534:65534\n",
            "chown: unknown group zz\nchown: invalid option -- 'q'\n",
            1,
        ),
        (
            "seq -w 8 10; seq -s, 3; seq 3 -1 2; seq -f %g 2",
            "08\n09\n10\n1,2,3\n3\n2\n",
            "seq: not simulated: option -f\n",
            1,
        ),
        (
            "ping -q -c 1 web | head -1; ping -c x web; ping -6 web",
            "PING web (10.96.7.7): 56 data bytes\n",
            "ping: invalid number 'x'\nping: not simulated: option -6\n",
            1,
        ),
    ]);
    let script = "cd /tmp; touch m; chmod -v 600 m; chmod -v 600 m; chown -v 1 m; dd if=/dev/zero of=z bs=1M count=100; truncate -s -1M z; stat -c %s z; chmod -f 600 no; chmod 600 no";
    let (output, errors, _) = run_in(DEBIAN, "bash", script);
    assert_eq!(
        output,
        "mode of 'm' changed from 0644 (rw-r--r--) to 0600 (rw-------)\nmode of 'm' retained as 0600 (rw-------)\nchanged ownership of 'm' from root:root to daemon:root\n103809024\n"
    );
    assert_eq!(
        errors,
        "100+0 records in\n100+0 records out\n104857600 bytes (105 MB, 100 MiB) copied, 0.0699051 s, 1.5 GB/s\nchmod: cannot access 'no': No such file or directory\n"
    );
}

#[test]
fn other_shells_have_their_own_ways() {
    for (script, output, errors, code) in [
        ("foo", "", "bash: line 1: foo: command not found\n", 127),
        ("cd /nope", "", "bash: line 1: cd: /nope: No such file or directory\n", 1),
        ("[ a = ]", "", "bash: line 1: [: a: unary operator expected\n", 2),
        (
            "x=(a 'b c'); x+=(d); echo ${#x[@]} ${x[1]}; for i in \"${x[@]}\"; do echo $i; done",
            "3 b c\na\nb c\nd\n",
            "",
            0,
        ),
        ("for ((i = 0; i < 3; i++)); do echo -n $i; done; ((i == 3)) && echo .", "012.\n", "", 0),
        ("[[ abc =~ a(b)c && ( x != y || -z x ) ]] && echo ${BASH_REMATCH[1]}", "b\n", "", 0),
        ("x=abc; echo ${x^^} ${x^} ${x/#a/-}; n=x; echo ${!n} {1..3}", "ABC Abc -bc\nabc 1 2 3\n", "", 0),
        ("printf -v x '%s-' a b; echo $x; mapfile -t l <<< $'p\\nq'; echo ${l[1]}", "a-b-\nq\n", "", 0),
        (
            "declare -A m=([a]=1 [b]=2); echo ${m[b]} ${#m[@]}; false | true; echo ${PIPESTATUS[@]}; wait 2>/dev/null",
            "2 2\n1 0\n",
            "",
            0,
        ),
        ("echo a; )", "", "bash: -c: line 1: syntax error near unexpected token `)'\n", 2),
        (
            "cat < <(echo)",
            "",
            "bash: line 1: not simulated: process substitution; use a pipeline or a file\n",
            2,
        ),
        ("echo $((1/0))", "", "bash: line 1: 1/0: division by 0 (error token is \"0\")\n", 1),
        (
            "cat /nope; ls /nope; rm /nope",
            "",
            "cat: /nope: No such file or directory\nls: cannot access '/nope': No such file or directory\nrm: cannot remove '/nope': No such file or directory\n",
            1,
        ),
    ] {
        assert_eq!(run_in(DEBIAN, "bash", script), (output.to_owned(), errors.to_owned(), code), "{script}");
    }
    for (script, errors, code) in [
        ("foo", "sh: 1: foo: not found\n", 127),
        ("cd /nope", "sh: 1: cd: can't cd to /nope\n", 2),
        ("echo x > /nope/x", "sh: 1: cannot create /nope/x: Directory nonexistent\n", 2),
        ("if", "sh: 1: Syntax error: end of file unexpected (expecting \"then\")\n", 2),
    ] {
        assert_eq!(run_in(DEBIAN, "sh", script), (String::new(), errors.to_owned(), code), "{script}");
    }
}
