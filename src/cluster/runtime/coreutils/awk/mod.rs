//! awk: its language but for reading and writing other files and running other programs.

mod ast;
mod expressions;
mod functions;
mod lexer;
mod memory;
mod parser;
mod run;
mod value;

use super::inputs::{Read, inputs};
use super::options::Taken;
use super::{Call, Outcome};
use run::Runner;
use value::Value;

const TAKEN: Taken = Taken { letters: "+F:v:f:", refused: "eE", long: &[] };

/// Works through lines.
pub(super) fn awk(call: &mut Call<'_>) -> Outcome {
    match carried_out(call) {
        Ok(outcome) => outcome,
        Err(why) => {
            // busybox names the place; all programs here are given on the command line.
            let place = if why.starts_with("not simulated") { "" } else { "cmd. line:1: " };
            call.complain(&format!("{place}{why}"));
            Outcome::Ended(1)
        }
    }
}

fn carried_out(call: &mut Call<'_>) -> Result<Outcome, String> {
    let mut options = match call.options(&TAKEN) {
        Ok(options) => options,
        Err(ended) => return Ok(ended),
    };
    let text = match options.value('f') {
        Some(name) => {
            let path = call.path(name);
            let bytes =
                call.system.files().read(&path).map_err(|why| format!("can't open '{name}': {why}"))?;
            String::from_utf8_lossy(&bytes).into_owned()
        }
        None if options.operands.is_empty() => {
            call.complain("missing program");
            return Ok(Outcome::Ended(1));
        }
        None => options.operands.remove(0),
    };
    let program = parser::read(&text)?;
    let mut status = 0;
    let mut read = Vec::new();
    if Runner::reads(&program) {
        let only_assignments = options.operands.iter().all(|operand| operand.contains('='));
        let mut names = options.operands.clone();
        if only_assignments {
            names.push("-".to_owned());
        }
        match read_in_order(call, &names, &mut status) {
            Some(texts) => read = texts,
            None => return Ok(Outcome::NeedsInput),
        }
    }
    let seed = call.system.random(u64::MAX);
    let mut runner = Runner::new(&program, call.environment, seed);
    if let Some(separator) = options.value('F') {
        let separator = if separator == "t" { "\t".to_owned() } else { lexer::unescape(separator) };
        runner.memory.set("FS", Value::text(&separator));
    }
    for assignment in options.values('v') {
        let Some((name, value)) = assignment.split_once('=') else {
            return Err("Unexpected token".to_owned());
        };
        runner.memory.set(name, Value::input(&lexer::unescape(value)));
    }
    let ran = runner.begin().and_then(|goes_on| if goes_on { runner.lines(&read) } else { Ok(()) });
    call.stdout.extend_from_slice(runner.out.as_bytes());
    call.stderr.extend_from_slice(runner.err.as_bytes());
    ran?;
    Ok(Outcome::Ended(status.max(runner.status)))
}

/// Inputs and the assignments between them, in their order.
fn read_in_order(call: &mut Call<'_>, names: &[String], status: &mut i32) -> Option<Vec<Read>> {
    let mut read = Vec::new();
    for name in names {
        let path = call.path(name);
        if name.contains('=') && !call.system.files().exists(&path) {
            read.push(Read { name: name.clone(), bytes: Vec::new() });
        } else {
            read.extend(inputs(call, std::slice::from_ref(name), status)?);
        }
    }
    Some(read)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn run(program: &str, text: &str) -> String {
        let environment = BTreeMap::from([("HOME".to_owned(), "/root".to_owned())]);
        let ran = parser::read(program).and_then(|program| {
            let mut runner = Runner::new(&program, &environment, 1);
            let goes_on = runner.begin()?;
            if goes_on {
                runner.lines(&[Read { name: "-".to_owned(), bytes: text.into() }])?;
            }
            Ok(runner.out)
        });
        ran.unwrap_or_else(|why| why)
    }

    #[test]
    fn programs_work_through_lines() {
        for (program, text, printed) in [
            ("{print $2}", "a b c\n", "b\n"),
            ("{print $1, $NF; print NF, NR}", "a b c\n", "a c\n3 1\n"),
            ("NR==2", "a\nb\n", "b\n"),
            ("NR>1{print $1}", "NAME X\na 1\nb 2\n", "a\nb\n"),
            ("/b/,/c/", "a\nb\nx\nc\nd\n", "b\nx\nc\n"),
            ("!/b/", "a\nb\n", "a\n"),
            ("{s+=$1} END {print s, s/NR}", "1\n2\n", "3 1.5\n"),
            ("BEGIN{FS=\":\"; OFS=\"-\"} {$1=$1; print}", "a:b\n", "a-b\n"),
            ("{a[$1]++} END {for (k in a) print k, a[k]}", "x\ny\nx\n", "x 2\ny 1\n"),
            ("{gsub(/o/,\"0\"); print}", "foo\n", "f00\n"),
            ("{sub(\"o+\", \"[&]\"); print}", "foo\n", "f[oo]\n"),
            ("$1 ~ /^a/ && $2 > 5 {print $2}", "ab 6\nac 4\nb 9\n", "6\n"),
            ("{print ($1 > 9 ? \"big\" : \"small\")}", "10\n9\n", "big\nsmall\n"),
            ("{ if ($1 == \"x\") next; else print; }", "x\ny\n", "y\n"),
            ("{$2=\"\"; print $0; print NF}", "a b c\n", "a  c\n3\n"),
            ("END{print NR, $0}", "a\nb\n", "2 b\n"),
            ("BEGIN{RS=\"x*\"} {print}", "axxb\n", "a\nb\n"),
            ("BEGIN{FS=\",*\"} {print $2}", "a,,b\n", "b\n"),
        ] {
            assert_eq!(run(program, text), printed, "{program}");
        }
    }

    #[test]
    fn expressions_have_values() {
        for (program, printed) in [
            ("BEGIN{print 1+2*3, 2^3^2, -2^2, 7%3, 1/4}", "7 512 -4 1 0.25\n"),
            ("BEGIN{print 1 \" \" 2, 1==1.0, \"a\"<\"b\", 10<9, \"10\"<\"9\"}", "1 2 1 1 0 1\n"),
            ("BEGIN{x=5; x+=2; print x++, ++x, x--, x}", "7 9 9 8\n"),
            (
                "BEGIN{print length(\"abc\"), substr(\"abcdef\",2,3), index(\"abc\",\"c\"), toupper(\"x\")}",
                "3 bcd 3 X\n",
            ),
            ("BEGIN{n=split(\"a:b:c\",p,\":\"); print n, p[1], p[3]}", "3 a c\n"),
            ("BEGIN{if (match(\"foobar\",/o+/)) print RSTART, RLENGTH}", "2 2\n"),
            ("BEGIN{printf \"%s=%05.2f|%-4d|%x\\n\", \"a\", 3.14159, 42, 255}", "a=03.14|42  |ff\n"),
            ("BEGIN{while (i<3) {i++; if (i==2) continue; print i}}", "1\n3\n"),
            ("BEGIN{for (i=0;i<5;i++) if (i==2) break; print i}", "2\n"),
            ("BEGIN{do {print i++} while (i<2)}", "0\n1\n"),
            ("function f(n) {return n<2 ? 1 : n*f(n-1)} BEGIN{print f(5)}", "120\n"),
            ("function fill(a,  i) {a[\"x\"]=1; i=9} BEGIN{fill(b); print b[\"x\"], i}", "1 \n"),
            ("BEGIN{a[1,2]=3; print (1,2) in a, (2,1) in a; delete a[1,2]; print length(a)}", "1 0\n0\n"),
            ("BEGIN{print ENVIRON[\"HOME\"]; exit 3; print 1}", "/root\n"),
            ("BEGIN{print 100000000, 0.1+0.2, 1e6, 1e300*10}", "100000000 0.3 1000000 1e+301\n"),
            ("BEGIN{print \"a\" > \"/dev/stderr\"; print substr(\"hello\", 0, 2), int(-3.7)}", "h -3\n"),
            ("BEGIN{print 1; # why\n print 2 }", "1\n2\n"),
        ] {
            assert_eq!(run(program, ""), printed, "{program}");
        }
    }

    #[test]
    fn what_is_no_program_is_told() {
        for (program, why) in [
            ("{print", "Unexpected token"),
            ("BEGIN{print 1/0}", "Division by zero"),
            ("BEGIN{while(1);}", "not simulated: programs of awk that go on and on"),
            ("BEGIN{\"date\" | getline x}", "not simulated: pipes to other programs"),
            ("BEGIN{system(\"ls\")}", "not simulated: the function system"),
            ("BEGIN{print 1 | \"sort\"}", "not simulated: pipes to other programs"),
            ("BEGIN{print 1 > \"x\"}", "not simulated: printing into files"),
        ] {
            assert_eq!(run(program, ""), why, "{program}");
        }
        let grows = "BEGIN{x=\"ab\"; while (1) gsub(/.+/, \"&&\", x)}";
        assert_eq!(run(grows, ""), "not simulated: texts of that length");
        let long = format!("BEGIN{{print 1{}}}", "+1".repeat(5_000));
        assert_eq!(run(&long, ""), "not simulated: expressions that long");
        let again =
            format!("function f(n) {{return {}f(n){}}} BEGIN{{f(1)}}", "(1+".repeat(40), ")".repeat(40));
        assert_eq!(run(&again, ""), "not simulated: values nested so deep");
        let deep = format!("BEGIN{{print {}1{}}}", "(".repeat(5_000), ")".repeat(5_000));
        assert_eq!(run(&deep, ""), "not simulated: programs nested so deep");
    }
}
