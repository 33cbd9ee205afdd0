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

#[tokio::test]
async fn of_what_is_missing_together_with_its_namespace_the_namespace_is_named() {
    let missing = |what: &str| {
        json!({"kind": "Status", "status": "Failure", "reason": "NotFound", "code": 404, "message": format!("{what} not found")})
            .to_string()
    };
    let (pod, namespace) = (missing("pods \"x\""), missing("namespaces \"nope\""));
    let pods = Resource::from(&builtin::POD);
    let nodes = Resource::from(&builtin::NODE);
    for (resource, place, asked_for, said) in [
        (&pods, "nope", 2, "namespaces \"nope\" not found"),
        (&pods, "default", 1, "pods \"x\" not found"),
        (&nodes, "nope", 1, "pods \"x\" not found"),
    ] {
        let (api, asked, _) =
            super::super::scripted::server(&[(404, pod.as_str()), (404, namespace.as_str())]);
        let failure = read(&api, resource, place, "x").await.unwrap_err();
        assert_eq!(failure.to_string(), said);
        assert_eq!(asked.lock().unwrap().len(), asked_for);
    }
}
