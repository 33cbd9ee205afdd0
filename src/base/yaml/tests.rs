//! What is read, refused and written, compared with what kubectl prints.

use crate::base::{Value, json};

use super::{Position, parse_yaml, to_yaml};

fn read(text: &str) -> Value {
    let documents = parse_yaml(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    documents.into_iter().next().map(|document| document.value).unwrap_or_default()
}

fn refusal(text: &str) -> String {
    parse_yaml(text).err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn plain_scalars_mean_what_kubectl_takes_them_for() {
    let cases = [
        ("", json!(null)),
        ("~", json!(null)),
        ("yes", json!(true)),
        ("Off", json!(false)),
        ("y", json!(true)),
        ("tRuE", json!("tRuE")),
        ("0644", json!(420)),
        ("0o644", json!(420)),
        ("08", json!(8)),
        ("1_000", json!(1000)),
        ("-0x1f", json!(-31)),
        ("0b11", json!(3)),
        ("+5", json!(5)),
        ("1e3", json!(1000)),
        ("1_0.5", json!(10.5)),
        (".5", json!(0.5)),
        ("1e400", json!("1e400")),
        ("12:30", json!("12:30")),
        ("2026-11-23", json!("2026-11-23")),
        ("1.2.3", json!("1.2.3")),
        ("!!str 5", json!("5")),
        ("!!int \"5\"", json!(5)),
        ("!!binary aGk=", json!("hi")),
        ("'5'", json!("5")),
        ("'it''s'", json!("it's")),
        (r#""\u00e9\x41""#, json!("éA")),
        ("a#b", json!("a#b")),
        ("a # b", json!("a")),
    ];
    for (text, expected) in cases {
        assert_eq!(read(&format!("x: {text}\n"))["x"], expected, "{text}");
    }
}

#[test]
fn anchors_and_merges_are_resolved() {
    assert_eq!(
        read("a: &x {b: 1, e: 0}\nc:\n  <<: *x\n  b: 2\n"),
        json!({"a": {"b": 1, "e": 0}, "c": {"b": 2, "e": 0}})
    );
    assert_eq!(read("a: {<<: [{x: 1}, {x: 2, z: 3}]}"), json!({"a": {"x": 1, "z": 3}}));
}

#[test]
fn an_alias_bomb_and_deep_nesting_are_refused() {
    let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..9 {
        let previous = format!("*a{}", level - 1);
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", [previous.as_str(); 10].join(",")));
    }
    assert_eq!(refusal(&bomb), "yaml: document contains excessive aliasing");
    assert!(parse_yaml(&"[".repeat(5_000)).is_err());
    assert!(parse_yaml(&format!("{}{}", "[".repeat(125), "]".repeat(125))).is_err());
}

#[test]
fn streams_are_cut_into_documents() {
    let documents = parse_yaml("# only a comment\n---\n---\na: 1\n---\n- 2\n...\n").unwrap();
    let values: Vec<Value> = documents.into_iter().map(|document| document.value).collect();
    assert_eq!(values, [json!({"a": 1}), json!([2])]);
    assert!(parse_yaml("").unwrap().is_empty());
}

#[test]
fn json_is_read_even_with_tabs() {
    assert_eq!(read("{\n\t\"a\":\t[1, 2.5]\n}"), json!({"a": [1, 2.5]}));
}

#[test]
fn keys_and_items_have_positions() {
    let text = "# 파드\nspec:\n  containers:\n  - name: a\n    image: b\n  - {name: 한, x/y: 1}\n";
    let document = &parse_yaml(text).unwrap()[0];
    let at = |pointer| document.position(pointer).map(|Position { line, column }| (line, column));
    assert_eq!(at("/spec"), Some((2, 1)));
    assert_eq!(at("/spec/containers/0/image"), Some((5, 5)));
    assert_eq!(at("/spec/containers/1"), Some((6, 5)));
    assert_eq!(at("/spec/containers/1/x~1y"), Some((6, 15)));
    assert_eq!(at("/nothing"), None);
}

#[test]
fn the_last_of_two_equal_keys_wins_and_is_recorded() {
    let document = &parse_yaml("spec:\n  list:\n  - a: 1\n    a: 2\n").unwrap()[0];
    assert_eq!(document.value, json!({"spec": {"list": [{"a": 2}]}}));
    assert_eq!(document.duplicate_keys(), [("spec.list[0].a".to_owned(), Position { line: 4, column: 5 })]);
}

#[test]
fn errors_read_as_kubectl_prints_them() {
    let cases = [
        ("a: b\n c: d\n", "yaml: line 2: mapping values are not allowed in this context"),
        ("a: b: c\n", "yaml: mapping values are not allowed in this context"),
        ("a:\n  - b\n c\n", "yaml: line 2: did not find expected key"),
        ("a:\n\t- b\n", "yaml: line 2: found character that cannot start any token"),
        ("\ta: b\n", "yaml: found character that cannot start any token"),
        ("a: *x\n", "yaml: unknown anchor 'x' referenced"),
        ("a: {{ .x }}\n", "yaml: invalid map key: map[interface {}]interface {}{\".x\":interface {}(nil)}"),
        (
            "spec:\n  containers:\n  - name: a\n    image: b\n   ports: c\n",
            "yaml: line 4: did not find expected key",
        ),
        ("a: b\n---\nc: d\n e: f\n", "yaml: line 2: mapping values are not allowed in this context"),
    ];
    for (text, expected) in cases {
        assert_eq!(refusal(text), expected, "{text:?}");
    }
}

#[test]
fn strings_are_quoted_and_folded_as_kubectl_does() {
    let cases = [
        ("yes", r#""yes""#),
        ("y", r#""y""#),
        ("", r#""""#),
        ("0644", r#""0644""#),
        ("12:30", r#""12:30""#),
        ("2026-11-23T01:02:03Z", r#""2026-11-23T01:02:03Z""#),
        ("2026-13-01", "2026-13-01"),
        ("a: b", "'a: b'"),
        ("a:b", "a:b"),
        ("- a", "'- a'"),
        ("-a", "-a"),
        ("it's", "it's"),
        ("'a'", "'''a'''"),
        (" a", "' a'"),
        ("a #b", "'a #b'"),
        ("@a", "'@a'"),
        ("a\tb", r#""a\tb""#),
        ("😀", r#""\U0001F600""#),
        ("한국어", "한국어"),
        ("a\nb", "|-\n  a\n  b"),
        ("a\nb\n", "|\n  a\n  b"),
        ("a\n\n", "|+\n  a\n"),
        (" a\n", "|2\n   a"),
        ("a \nb", r#""a \nb""#),
        ("<<", "<<"),
    ];
    for (text, expected) in cases {
        assert_eq!(to_yaml(&json!({"k": text})), format!("k: {expected}\n"), "{text:?}");
    }
    let message = "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.";
    assert_eq!(
        to_yaml(&json!({"message": message})),
        "message: '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available:\n  1 No preemption victims found for incoming pod.'\n"
    );
}

#[test]
fn collections_and_numbers_are_laid_out_as_kubectl_does() {
    let value = json!({
        "spec": {"k10": 1.5, "k2": [[1, {"x": []}], {"b": [{"c": null}], "a": true}], "e": {}},
        "f": [1_234_567.5, 1e20, 0.00001, 3.0, 100_000_000],
        "a_b": 1, "aB": 2, "two\nlines": {"x": 1}
    });
    let expected = "\
a_b: 1
aB: 2
f:
- 1.2345675e+06
- 1e+20
- 1e-05
- 3
- 100000000
spec:
  e: {}
  k2:
  - - 1
    - x: []
  - a: true
    b:
    - c: null
  k10: 1.5
? |-
  two
  lines
: x: 1
";
    assert_eq!(to_yaml(&value), expected);
}

#[test]
fn what_is_written_is_read_back() {
    let texts =
        ["a\n b\n\n", "\u{FEFF}a", "x: y # z", "\u{7}", "a  b ".repeat(40).trim(), "\\"].map(str::to_owned);
    for text in texts {
        let value = json!({"k": [text]});
        assert_eq!(read(&to_yaml(&value)), value);
    }
}

#[test]
fn brackets_without_end_are_refused_at_once() {
    for text in ["[".repeat(100_000), format!("a: {}1{}", "{a: ".repeat(100_000), "}".repeat(100_000))] {
        let error = parse_yaml(&text).unwrap_err();
        assert_eq!(error.to_string(), "yaml: exceeded max depth of 10000");
    }
    assert!(parse_yaml("a: '[[['\nb: [[[]]]\n").is_ok());
}
