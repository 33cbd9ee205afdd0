//! Checks that do something to the cluster, or ask it while it changes, and judge what follows.

use std::time::Duration;

use podlings::base::{Value, timeout};
use podlings::check::{Observer, Verdict};
use serde_json::json;

use crate::desk::{Desk, step_of};

const COMES_BACK: &str = "
- that: web is there
  object: deployment/web
- that: a Pod that is deleted comes back as another
  trial: {delete: {select: pods, where: {labels: {app: web}}}}
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pod_that_a_trial_deletes_must_come_back_as_another() {
    let mut desk = Desk::new().await;
    let step = step_of(COMES_BACK);
    desk.enter(&step, &["kubectl create deployment web --image=nginx --replicas=2"]).await;
    let before = desk.uids("app=web").await;
    assert_eq!(desk.settled_verdict(&step).await, Verdict::Passed);
    let after = desk.uids("app=web").await;
    assert_eq!((before.len(), after.len()), (2, 2));
    assert_eq!(after.iter().filter(|uid| !before.contains(uid)).count(), 1, "one was replaced, once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pod_that_nobody_owns_does_not_come_back_and_is_told_so() {
    let mut desk = Desk::new().await;
    let step = step_of("- that: it comes back\n  trial: {delete: {object: pod/web}}");
    desk.enter(&step, &["kubectl run web --image=nginx"]).await;
    let verdict = desk.settled_verdict(&step).await;
    let Verdict::NotYet { differences, .. } = &verdict else { panic!("{verdict:?}") };
    assert!(differences[0].actual.contains("it had no owner"), "{differences:?}");
}

const SMOOTH: &str = "
- that: no request fails while the new version comes
  requests: {service: web, port: 80, during: deployment/web}
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rollout_is_smooth_only_when_every_request_during_it_is_answered() {
    let mut desk = Desk::new().await;
    let step = step_of(SMOOTH);
    let start = [
        "kubectl create deployment web --image=nginx --replicas=2",
        "kubectl expose deployment web --port=80",
    ];
    desk.enter(&step, &start).await;
    let before = desk.settled_verdict(&step).await;
    assert!(matches!(before, Verdict::NotYet { .. }), "{before:?}");

    // Every Pod at once: nobody is there to answer for a while.
    let all_at_once =
        r#"kubectl patch deployment web -p '{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}'"#;
    desk.run(all_at_once).await;
    desk.run_without_time("kubectl rollout restart deployment web").await;
    let rough = desk.settled_verdict(&step).await;
    let Verdict::NotYet { differences, .. } = &rough else { panic!("{rough:?}") };
    assert!(differences[0].actual.contains("a request failed meanwhile"), "{differences:?}");

    // What is remembered of it lives in the journal, and the next rollout is judged anew.
    let one_by_one = r#"kubectl patch deployment web -p '{"spec":{"strategy":{"type":"RollingUpdate"}}}'"#;
    desk.run(one_by_one).await;
    desk.forget_all_but_the_journal();
    assert!(matches!(desk.settled_verdict(&step).await, Verdict::NotYet { .. }));
    desk.run_without_time("kubectl rollout restart deployment web").await;
    assert_eq!(desk.settled_verdict(&step).await, Verdict::Passed);
}

const RESTARTED: &str = "
- that: it may be restarted at any time
  trial: {restart: deployment/web, requests: {service: web, port: 80}}
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_that_fails_requests_is_tried_again_after_a_change() {
    let mut desk = Desk::new().await;
    let step = step_of(RESTARTED);
    let start = [
        "kubectl create deployment web --image=nginx --replicas=2",
        r#"kubectl patch deployment web -p '{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}'"#,
        "kubectl expose deployment web --port=80",
    ];
    desk.enter(&step, &start).await;
    let rough = desk.settled_verdict(&step).await;
    assert!(matches!(rough, Verdict::NotYet { .. }), "{rough:?}");
    desk.run(r#"kubectl patch deployment web -p '{"spec":{"strategy":{"type":"RollingUpdate"}}}'"#).await;
    assert_eq!(desk.settled_verdict(&step).await, Verdict::Passed);
}

const BAD_ON_PURPOSE: &str = "
- that: the image cannot be pulled
  select: pods
  where: {labels: {app: web}}
  any: {status: {containerStatuses: [{state: {waiting: {reason: ImagePullBackOff}}}]}}
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_may_pass_in_a_bad_state_and_converges_towards_it() {
    let mut desk = Desk::new().await;
    let step = step_of(BAD_ON_PURPOSE);
    desk.enter(&step, &[]).await;
    desk.run_without_time("kubectl create deployment web --image=nginx:nope").await;
    let mut seen = Vec::new();
    let last = desk.verdicts(&step, &mut seen).await;
    assert_eq!(last, Verdict::Passed);
    let wrong = seen.iter().skip(1).find(|verdict| matches!(verdict, Verdict::NotYet { .. }));
    assert!(seen.iter().any(|verdict| matches!(verdict, Verdict::Converging { .. })), "{seen:?}");
    assert!(wrong.is_none(), "{wrong:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_state_may_hold_objects_of_a_kind_that_it_brings() {
    let start = [
        json!({
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": "menus.shop.example"},
            "spec": {
                "group": "shop.example",
                "scope": "Namespaced",
                "names": {"plural": "menus", "singular": "menu", "kind": "Menu"},
                "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
                    "type": "object", "properties": {"spec": {"type": "object", "properties": {
                        "dish": {"type": "string"},
                    }}},
                }}}],
            },
        }),
        json!({"apiVersion": "shop.example/v1", "kind": "Menu", "metadata": {"name": "today"}, "spec": {"dish": "soup"}}),
    ]
    .map(Value::from);
    let mut desk = Desk::new().await;
    desk.environment.prepare(&start, true).await.unwrap();
    desk.run("kubectl get menu today -o yaml").await;
    assert!(desk.printed.contains("soup"), "{}", desk.printed);
    assert_eq!(desk.environment.refusal(&start[1]).await.unwrap(), None);
    let unknown = json!({"apiVersion": "shop.example/v1", "kind": "Bill", "metadata": {"name": "a"}});
    let error = desk.environment.prepare(&[unknown.into()], false).await.unwrap_err();
    assert!(error.message.contains("no kind \"Bill\" in \"shop.example/v1\""), "{}", error.message);
}

/// How long a change that is seen at all takes to be seen, at most.
const LONGEST: Duration = Duration::from_secs(20);

/// A check on a custom resource, whose definition the step hands out.
const MENU: &str = "- that: there is soup today
  object: menu/today
  contains: {spec: {dish: soup}}
```

```yaml file=menus.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: menus.shop.example}
spec:
  group: shop.example
  scope: Namespaced
  names: {plural: menus, singular: menu, kind: Menu}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties: {spec: {type: object, properties: {dish: {type: string}}}}
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_custom_resource_is_judged_and_seen_though_its_kind_comes_later() {
    let step = step_of(MENU);
    let mut desk = Desk::new().await;
    desk.enter(&step, &[]).await;
    let mut observer = Observer::start(desk.environment.client(), desk.environment.namespace(), &step);
    assert_ne!(desk.judge(&step).await, Verdict::Passed);
    desk.environment.workspace().put("menus.yaml", &step.files[0].content).unwrap();
    desk.run("kubectl apply -f menus.yaml").await;
    let manifest = |dish: &str| {
        format!(
            "kubectl apply -f - <<END\n{{apiVersion: shop.example/v1, kind: Menu, metadata: {{name: today}}, \
             spec: {{dish: {dish}}}}}\nEND\n"
        )
    };
    desk.run(&manifest("rice")).await;
    let verdict = desk.judge(&step).await;
    assert!(format!("{verdict:?}").contains("rice"), "{verdict:?}");
    desk.run(&manifest("soup")).await;
    assert!(timeout(LONGEST, observer.changed()).await.is_some(), "nothing was seen");
    assert_eq!(desk.judge(&step).await, Verdict::Passed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ready_moment_between_two_restarts_passes_nothing() {
    let mut desk = Desk::new().await;
    let step = step_of("- that: web runs\n  object: deployment/web\n  settled: true");
    for (seconds, probe) in [(10, "/helth"), (2, "/helth")] {
        desk.enter(&step, &[]).await;
        let manifest = format!(
            "kubectl apply -f - <<END\n{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web}}, spec: {{selector: \
             {{matchLabels: {{app: web}}}}, template: {{metadata: {{labels: {{app: web}}}}, spec: {{containers: [{{name: c, image: \
             nginx, livenessProbe: {{periodSeconds: {seconds}, httpGet: {{path: {probe}, port: 80}}}}}}]}}}}}}}}\nEND\n"
        );
        desk.run(&manifest).await;
        let mut ready = 0;
        for _ in 0..150 {
            let verdict = desk.judge(&step).await;
            assert_ne!(verdict, Verdict::Passed);
            ready += usize::from(format!("{verdict:?}").contains("ready"));
            assert!(desk.environment.pass(std::time::Duration::from_secs(1)));
        }
        assert!(ready > 0, "there were moments in which it was ready");
        let mended = r#"[{"op": "replace", "path": "/spec/template/spec/containers/0/livenessProbe/httpGet/path", "value": "/"}]"#;
        desk.run(&format!("kubectl patch deployment web --type=json -p '{mended}'")).await;
        assert_eq!(desk.settled_verdict(&step).await, Verdict::Passed);
    }
}
