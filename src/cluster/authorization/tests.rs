//! Decisions over a store with a few roles in it.

use crate::apimachinery::builtin::{CLUSTER_ROLE, CLUSTER_ROLE_BINDING, POD, ROLE, ROLE_BINDING};
use crate::apimachinery::{Kind, Object};
use crate::base::{Value, json};

use super::*;

fn put(store: &mut Store, kind: &'static Kind, namespace: &str, name: &str, fields: Value) {
    let mut object = Object::new(kind, namespace, name);
    for (field, value) in fields.as_object().unwrap() {
        object.set(&format!("/{field}"), value.clone());
    }
    store.put(kind, object);
}

fn binding(role_kind: &str, role: &str, subject: Value) -> Value {
    json!({"roleRef": {"kind": role_kind, "name": role}, "subjects": [subject]})
}

fn world() -> Store {
    let mut store = Store::default();
    let pods = json!({"rules": [{"verbs": ["get", "list"], "apiGroups": [""], "resources": ["pods"]}]});
    put(&mut store, &ROLE, "default", "reader", pods.clone());
    put(&mut store, &CLUSTER_ROLE, "", "reader", pods);
    let bot = json!({"kind": "ServiceAccount", "name": "bot"});
    put(&mut store, &ROLE_BINDING, "default", "reader", binding("Role", "reader", bot));
    let team = json!({"kind": "Group", "name": "team"});
    put(&mut store, &CLUSTER_ROLE_BINDING, "", "team", binding("ClusterRole", "reader", team.clone()));
    put(&mut store, &CLUSTER_ROLE_BINDING, "", "void", binding("ClusterRole", "nothing", team));
    store
}

fn list_pods(namespace: &str) -> Attributes {
    Attributes::on("list", "", "pods", "").within(namespace)
}

#[test]
fn bindings_reach_accounts_and_groups_where_they_stand() {
    let store = world();
    let bot = User::service_account("default", "bot");
    let jane = User::new("jane", &["team"]);
    assert_eq!(
        authorize(&store, &bot, &list_pods("default")),
        Decision::Allowed(
            r#"RBAC: allowed by RoleBinding "reader/default" of Role "reader" to ServiceAccount "bot/default""#
                .to_owned()
        )
    );
    assert_eq!(authorize(&store, &bot, &list_pods("other")), Decision::NoOpinion(String::new()));
    assert_eq!(
        authorize(&store, &jane, &list_pods("")),
        Decision::Allowed(
            r#"RBAC: allowed by ClusterRoleBinding "team" of ClusterRole "reader" to Group "team""#
                .to_owned()
        )
    );
    let secrets = Attributes::on("get", "", "secrets", "a").within("default");
    let why = r#"RBAC: clusterrole.rbac.authorization.k8s.io "nothing" not found"#;
    assert_eq!(authorize(&store, &jane, &secrets), Decision::NoOpinion(why.to_owned()));
    assert_eq!(
        secrets.forbidden(&jane, why).message,
        r#"secrets "a" is forbidden: User "jane" cannot get resource "secrets" in API group "" in the namespace "default": RBAC: clusterrole.rbac.authorization.k8s.io "nothing" not found"#
    );
    let masters = User::new("root", &[MASTERS]);
    assert_eq!(
        authorize(&store, &masters, &Attributes::at("post", "/any")),
        Decision::Allowed(String::new())
    );
}

#[test]
fn a_kubelet_reads_only_what_its_pods_use() {
    let mut store = world();
    let spec = json!({"spec": {"nodeName": "minikube", "serviceAccountName": "default",
        "volumes": [{"name": "v", "secret": {"secretName": "used"}}]}});
    put(&mut store, &POD, "default", "p", spec);
    let kubelet = User::new("system:node:minikube", &["system:nodes"]);
    let secret = |name: &str| Attributes::on("get", "", "secrets", name).within("default");
    assert_eq!(authorize(&store, &kubelet, &secret("used")), Decision::Allowed(String::new()));
    assert_eq!(
        authorize(&store, &kubelet, &secret("other")),
        Decision::NoOpinion("no relationship found between node 'minikube' and this object".to_owned())
    );
}

#[test]
fn nobody_hands_out_more_than_they_hold() {
    let store = world();
    let jane = User::new("jane", &["team"]);
    let mut role = Object::new(&ROLE, "default", "more");
    role.set("/rules", json!([{"verbs": ["get", "delete"], "apiGroups": [""], "resources": ["pods"]}]));
    assert_eq!(
        role_refusal(&store, &jane, &role).unwrap(),
        "user \"jane\" (groups=[\"team\"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"delete\"]}; resolution errors: [clusterrole.rbac.authorization.k8s.io \"nothing\" not found]"
    );
    role.set("/rules", json!([{"verbs": ["list"], "apiGroups": [""], "resources": ["pods"]}]));
    assert_eq!(role_refusal(&store, &jane, &role), None);
    let mut gathering = Object::new(&CLUSTER_ROLE, "", "gathering");
    gathering.set("/aggregationRule", json!({"clusterRoleSelectors": [{}]}));
    let why = role_refusal(&store, &jane, &gathering).unwrap();
    assert_eq!(why, "must have cluster-admin privileges to use the aggregationRule");
}
