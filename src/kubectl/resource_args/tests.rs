//! What arguments name, and what may not stand together.

use super::*;

fn refusal(args: &[&str], has_selector: bool, all: bool) -> String {
    let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
    check_selectors(&args, has_selector, all).err().map(|failure| failure.report()).unwrap_or_default()
}

#[test]
fn selectors_and_names_exclude_each_other() {
    assert_eq!(refusal(&["pods"], true, false), "");
    assert_eq!(refusal(&["pods", "a"], false, false), "");
    let named = "error: name cannot be provided when a selector is specified";
    assert_eq!(refusal(&["pods", "a"], true, false), named);
    assert_eq!(refusal(&["pods", "a"], false, true), named);
    assert_eq!(
        refusal(&["pod/a"], true, false),
        "error: selectors and the all flag cannot be used when passing resource/name arguments"
    );
    assert_eq!(refusal(&[], true, false), "error: at least one resource must be specified to use a selector");
}

#[test]
fn items_of_a_list_carry_their_type() {
    let pods = Resource::from(&builtin::POD);
    let list = json!({"items": [{"metadata": {"name": "a"}}, {"kind": "Other"}]});
    let found = items(&list, &pods);
    assert_eq!(found[0], json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}));
    assert_eq!(found[1]["kind"], "Other");
    assert!(items(&json!({}), &pods).is_empty());
    let info = info_of(pods, found[0].clone(), String::new()).unwrap();
    assert_eq!((info.named().as_str(), info.namespace.as_str()), ("pod/a", ""));
}
