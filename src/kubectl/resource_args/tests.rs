//! What arguments name, and what may not stand together.

use super::*;

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
