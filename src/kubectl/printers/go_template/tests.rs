//! Templates and what they print.

use crate::base::{Value, json};

use super::GoTemplate;

fn pods() -> Value {
    json!({
        "kind": "List",
        "items": [
            {"metadata": {"name": "a", "labels": {"app.x/y": "web", "tier": "front"}},
             "spec": {"replicas": 3, "big": 1_000_000, "containers": [{"image": "nginx:1"}, {"image": "busybox"}]}},
            {"metadata": {"name": "b"}, "spec": {"replicas": 0, "nothing": null}}
        ],
        "data": {"secret": "aGk="}
    })
}

fn printed(template: &str) -> String {
    GoTemplate::parse(template, true).unwrap().print(&pods()).text
}

fn failure(template: &str, allow_missing: bool) -> String {
    match GoTemplate::parse(template, allow_missing) {
        Err(failure) => failure.report(),
        Ok(template) => template.print(&pods()).failure.unwrap().report(),
    }
}

#[test]
fn templates_print_what_go_prints() {
    for (template, expected) in [
        ("{{range.items}}{{.metadata.name}}:{{end}}", "a:b:"),
        (
            "{{.kind}} {{.nope}} {{.nope.deeper}} {{(index .items 1).spec.nothing}}",
            "List <no value> <no value> <no value>",
        ),
        ("{{range $i, $pod := .items}}{{$i}}={{$pod.spec.replicas}},{{end}}", "0=3,1=0,"),
        ("{{(index .items 0).spec.big}} {{len .items}}", "1000000 2"),
        ("{{index .items 0 \"metadata\" \"labels\" \"app.x/y\"}}", "web"),
        ("{{with index .items 0}}{{.metadata.labels}}{{end}}", "map[app.x/y:web tier:front]"),
        ("{{range .items}}{{if .spec.replicas}}up{{else}}down{{end}} {{end}}", "up down "),
        ("{{range .none}}x{{else}}empty{{end}}", "empty"),
        ("{{if eq .kind \"Pod\" \"List\"}}yes{{end}}{{if and .items (not .none)}}!{{end}}", "yes!"),
        ("{{if gt (len .items) 1}}many{{else if .items}}one{{end}}", "many"),
        ("{{.kind | printf \"%-6s|%q\" .data.secret}}", "aGk=  |\"List\""),
        (
            "{{.data.secret | base64decode}} {{exists . \"items\" 5}} {{exists . \"items\" 0}}",
            "hi false true",
        ),
        ("a  {{- /* gone */ -}}  b {{- \"c\" }} d", "abc d"),
        ("{{$n := \"x\"}}{{range .items}}{{$n = .metadata.name}}{{end}}{{$n}}", "b"),
        ("{{range .items}}{{if eq .metadata.name \"b\"}}{{break}}{{end}}{{.metadata.name}}{{end}}", "a"),
        (
            "{{define \"t\"}}<{{.}}>{{end}}{{template \"t\" .kind}}{{block \"u\" .}}{{.kind}}{{end}}",
            "<List>List",
        ),
        ("{{printf \"%d %.2f %v %5t\" 7 1.5 (slice \"hello\" 1 3) true}}", "7 1.50 el  true"),
        ("{{range $k, $v := .data}}{{$k}}{{\"\\n\"}}{{end}}{{`raw`}}{{'a'}}", "secret\nraw97"),
        ("{{(index .items 0).spec.containers}}", "[map[image:nginx:1] map[image:busybox]]"),
        ("{{html \"<a>\"}}{{print 1 2 \"x\" true}}{{println}}", "&lt;a&gt;1 2xtrue\n"),
        ("{{range 3}}{{.}}{{end}}{{or .nope \"default\"}}{{and 1 0 2}}", "012default0"),
    ] {
        assert_eq!(printed(template), expected, "{template}");
    }
}

#[test]
fn what_goes_wrong_is_worded_and_placed_as_go_does() {
    for (template, expected) in [
        (
            "{{.kind.x}}",
            "error: error executing template \"{{.kind.x}}\": template: output:1:7: executing \"output\" at <.kind.x>: can't evaluate field x in type interface {}",
        ),
        (
            "{{index .items 7}}",
            "error: error executing template \"{{index .items 7}}\": template: output:1:2: executing \"output\" at <index .items 7>: error calling index: index out of range: 7",
        ),
        (
            "{{if eq 1 \"a\"}}{{end}}",
            "error: error executing template \"{{if eq 1 \\\"a\\\"}}{{end}}\": template: output:1:5: executing \"output\" at <eq 1 \"a\">: error calling eq: incompatible types for comparison: int and string",
        ),
        (
            "{{range .items}}",
            "error: error parsing template {{range .items}}, template: output:1: unexpected EOF",
        ),
        ("{{.a", "error: error parsing template {{.a, template: output:1: unclosed action"),
        (
            "{{foo}}",
            "error: error parsing template {{foo}}, template: output:1: function \"foo\" not defined",
        ),
        ("{{$x}}", "error: error parsing template {{$x}}, template: output:1: undefined variable \"$x\""),
        ("{{end}}", "error: error parsing template {{end}}, template: output:1: unexpected {{end}}"),
        ("{{}}", "error: error parsing template {{}}, template: output:1: missing value for command"),
    ] {
        assert_eq!(failure(template, true), expected, "{template}");
    }
    assert_eq!(
        failure("{{.missing}}", false),
        "error: error executing template \"{{.missing}}\": template: output:1:2: executing \"output\" at <.missing>: map has no entry for key \"missing\""
    );
}

#[test]
fn printf_says_what_does_not_fit() {
    assert_eq!(printed("{{printf \"%d\" (index .items 0).spec.replicas}}"), "3");
    assert_eq!(printed("{{printf \"%s %s\" \"a\"}}{{printf \"a\" 1}}"), "a %!s(MISSING)a%!(EXTRA int=1)");
    assert_eq!(
        printed("{{printf \"%v|%05d|%x|%e|%g\" .nope 42 \"hi\" 1234.5 0.00001}}"),
        "<nil>|00042|6869|1.234500e+03|1e-05"
    );
}

#[test]
fn deep_nesting_is_refused() {
    let deep = format!("{{{{{}1{}}}}}", "(".repeat(5_000), ")".repeat(5_000));
    assert!(failure(&deep, true).ends_with("nested more than 100 deep"));
}
