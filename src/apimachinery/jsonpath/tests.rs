//! What JSONPath templates print, find and refuse.

use crate::base::{Value, json};

use super::JsonPath;

fn pods() -> Value {
    json!({
        "kind": "List",
        "items": [
            {"metadata": {"name": "a", "labels": {"app.kubernetes.io/name": "x"}}, "n": 1, "c": [{"image": "i1"}]},
            {"metadata": {"name": "b", "annotations": {}}, "n": 2, "c": [{"image": "i2"}, {"image": "i3"}]},
            {"metadata": {"name": "c"}, "n": 2.5, "ready": true}
        ]
    })
}

fn render(template: &str) -> Result<String, String> {
    JsonPath::parse(template)?.render(&pods(), true)
}

#[test]
fn templates_print_as_kubectl_does() {
    let cases = [
        ("{.kind}", "List"),
        ("kind is {.kind}!", "kind is List!"),
        ("{.items[*].metadata.name}", "a b c"),
        ("{.items..name}", "a b c"),
        ("{.items[0].metadata.name}{.items[1].metadata.name}", "ab"),
        ("{.items[-1].metadata.name}", "c"),
        ("{.items[-2:].metadata.name}", "b c"),
        ("{.items[0:3:2].metadata.name}", "a c"),
        ("{.items[0,2].metadata.name}", "a c"),
        ("{.items[0]['n','ready']}", "1"),
        ("{range .items[*]}{.metadata.name}{\"\\t\"}{.n}{\"\\n\"}{end}", "a\t1\nb\t2\nc\t2.5\n"),
        ("{range .items[*]}[{range .c[*]}{.image},{end}]{end}.", "[i1,][i2,i3,][]."),
        ("{range .nothing[*]}{.x}{end}after", "after"),
        (r"{.items[0].metadata.labels.app\.kubernetes\.io/name}", "x"),
        (r"{.items[0].metadata.labels['app\.kubernetes\.io/name']}", "x"),
        ("{.items[?(@.metadata.name==\"b\")].n}", "2"),
        ("{.items[?(@.ready)].metadata.name}", "c"),
        ("{.items[?(@.ready==true)].metadata.name}", "c"),
        ("{.items[1].c}", r#"[{"image":"i2"},{"image":"i3"}]"#),
        ("{.items[1].metadata.annotations}", "{}"),
        ("{.missing}", ""),
        ("{$.kind}{@.kind}", "ListList"),
        ("{.items[0].metadata.*}", r#"{"app.kubernetes.io/name":"x"} a"#),
    ];
    for (template, expected) in cases {
        assert_eq!(render(template).as_deref(), Ok(expected), "{template}");
    }
}

#[test]
fn wrong_templates_are_refused_in_upstreams_words() {
    let cases = [
        ("{.kind", "unclosed action"),
        ("{.items[0}", "unterminated array"),
        ("{.items[x]}", "invalid array index x"),
        ("{.items[?(@.a==1]}", "unterminated filter"),
        ("{\"x}", "unterminated quoted string"),
        ("{nope}", "unrecognized identifier nope"),
        ("{.items....name}", "invalid multiple recursive descent"),
        ("{end}", "not in range, nothing to end"),
        ("{.items[7]}", "array index out of bounds: index 7, length 3"),
        ("{.items[?(@.n>1)].metadata.name}", "incompatible types for comparison"),
        ("{.kind[0]}", "string is not array or slice"),
        ("{^}", "unrecognized character in action: U+005E '^'"),
        ("{.items[?(@.n=~1)]}", "unrecognized character in action: U+007E '~'"),
    ];
    for (template, expected) in cases {
        assert_eq!(render(template), Err(expected.to_owned()), "{template}");
    }
    let strict = JsonPath::parse("{.missing}").unwrap().render(&pods(), false);
    assert_eq!(strict, Err("missing is not found".to_owned()));
}

#[test]
fn the_relaxed_form_needs_neither_braces_nor_dot() {
    for expression in [".metadata.name", "metadata.name", "{.metadata.name}", "{metadata.name}"] {
        let found = JsonPath::parse_relaxed(expression).unwrap().find(&pods()["items"][0]);
        assert_eq!(found, Ok(vec![json!("a")]), "{expression}");
    }
    assert!(JsonPath::parse_relaxed("{.a}{.b}").is_err());
}

#[test]
fn json_is_escaped_as_go_does() {
    let path = JsonPath::parse("{.a}").unwrap();
    assert_eq!(path.render(&json!({"a": {"k": "<&>"}}), true).unwrap(), r#"{"k":"\u003c\u0026\u003e"}"#);
    assert_eq!(path.render(&json!({"a": 1e21}), true).unwrap(), "1e+21");
    assert_eq!(path.render(&json!({"a": null}), true).unwrap(), "null");
}
