//! What authors write, and what they are told about it.

use super::super::diagnostic::Report;
use super::super::markdown::{Block, BlockKind};
use super::super::node::YamlBlock;
use super::*;
use crate::base::Position;
use crate::lesson::Action;

fn read(text: &str) -> (Vec<Expectation>, Vec<String>) {
    let mut report = Report::new("01-a/en.md");
    let at = Position { line: 10, column: 1 };
    let block = Block { kind: BlockKind::Check, at, text: text.to_owned() };
    let mut found = Vec::new();
    if let Some(yaml) = YamlBlock::parse(&block, &mut report)
        && let Some(node) = yaml.first(&mut report)
    {
        found = expectations(&node, true, &mut report);
    }
    let told = report.finish().into_iter().map(|diagnostic| {
        let hint = diagnostic.hint.map(|hint| format!(" / {hint}")).unwrap_or_default();
        format!("{}:{} {}{hint}", diagnostic.line, diagnostic.column, diagnostic.message)
    });
    (found, told.collect())
}

fn told(text: &str) -> Vec<String> {
    read(text).1
}

#[test]
fn a_kind_that_contains_itself_comes_to_an_end() {
    let rule = "cel: object.spec.versions[0].schema.openAPIV3Schema.type == 'object'";
    assert_eq!(told(&format!("- that: there\n  object: crd/a.example.com\n  {rule}")), [""; 0]);
}

#[test]
fn every_form_is_read_without_a_complaint() {
    let (found, told) = read(
        r#"
- that: match
  object: deployment/web
  contains: {spec: {replicas: {$moreThan: snap.replicas}, template: {spec: {containers: {$every: {resources: {limits: {memory: {$quantity: 1Gi}}}}}}}}}
  settled: true
  cel: object.spec.replicas >= 2 && object.metadata.name == "web"
- that: selection by rule
  select: pods
  where: {selector: "app in (a,b)", contains: {spec: {nodeName: {$matches: "^mini"}}}}
  cel: objects.all(pod, pod.spec.containers.size() == 1)
- that: two objects
  with: {stable: {object: deployment/web}, canary: {object: deployment/canary}}
  cel: stable.spec.replicas > canary.spec.replicas * 4
- that: either
  either:
  - object: service/web
  - select: services
    count: {atLeast: 1}
- that: spread
  http: {service: web, port: http, distinct: 2}
- that: smooth
  requests: {service: web, port: 80, during: deployment/web}
- that: it comes back
  trial: {delete: {select: pods, where: {ownedBy: deployment/web}}}
- that: it is smooth
  trial: {restart: deployment/web, requests: {service: web, port: 80}}
"#,
    );
    assert_eq!(told, [""; 0]);
    assert_eq!(found.len(), 8);
    assert_eq!(found[0].at.line, 11);
    let Form::Trial(trial) = &found[6].form else { panic!("{:?}", found[6]) };
    assert!(matches!(trial.action, Action::Delete(ValueOrigin::Selection(_))));
    let Form::Http(probe) = &found[4].form else { panic!("{:?}", found[4]) };
    assert_eq!((probe.times, probe.distinct, probe.status), (16, 2, 200));
}

#[test]
fn a_wrong_field_or_test_is_told_with_its_place_and_the_nearest_name() {
    for (text, expected) in [
        (
            "- that: x\n  object: deployment/web\n  contains: {spec: {replica: 3}}",
            "12:21 DeploymentSpec has no field \"replica\" / did you mean \"replicas\"?",
        ),
        (
            "- that: x\n  object: deployment/web\n  contains: {spec: {containers: []}}",
            "12:21 DeploymentSpec has no field \"containers\" / it may belong under \"template.spec\"",
        ),
        (
            "- that: x\n  object: deployment/web\n  contains: {spec: {replicas: {$atleast: 3}}}",
            "12:32 unknown test \"$atleast\" / did you mean \"$atLeast\"?",
        ),
        (
            "- that: x\n  object: deployment/web\n  contains: {spec: {replicas: \"3\"}}",
            "12:21 this field never has the value \"3\": it holds a whole number",
        ),
        (
            "- that: x\n  object: pod/web\n  contains: {metadata: {labels: {tier: 3}}}",
            "12:34 this field never has the value 3: it holds text; put it in quotes",
        ),
        (
            "- that: x\n  object: pod/web\n  contains: {spec: {containers: {image: nginx}}}",
            "12:21 a list stands at this place / begin each item with `- `",
        ),
        (
            "- that: x\n  object: pod/web\n  contains: {spec: {nodeName: {$matches: \"(\"}}}",
            "12:32 not a regular expression: error: unclosed group",
        ),
        (
            "- that: x\n  object: deployment/web\n  cel: object.spec.replica == 3",
            "12:3 not a CEL expression: 1:12: undefined field 'replica'",
        ),
        (
            "- that: x\n  object: deployment/web\n  cel: objekt.spec.replicas == 3",
            "12:3 not a CEL expression: 1:1: undeclared reference to 'objekt' (in container '') / a rule may name object, snap",
        ),
        (
            "- that: x\n  object: deployment/web\n  cel: object.spec.replicas",
            "12:3 not a CEL expression: must evaluate to bool",
        ),
        ("- that: x\n  objekt: deployment/web", "11:3 unknown key \"objekt\" / did you mean \"object\"?"),
        (
            "- that: x\n  object: deployment/web\n  select: pods",
            "10:3 an expectation has exactly one form; here are object and select / make an expectation of each",
        ),
        (
            "- that: x\n  object: deploymnet/web",
            "11:3 there is no kind \"deploymnet\" / did you mean \"deployment\"?",
        ),
        (
            "- that: x\n  select: pods\n  where: {selector: \"app in a\"}\n  count: 1",
            "12:11 not a label selector: ",
        ),
        ("- that: x\n  trial: {restart: pod/web}", "11:11 a Pod cannot be restarted"),
        ("- that: x\n  http: {service: web, port: 80, path: ready}", "11:34 a path begins with a slash"),
    ] {
        let told = told(text);
        assert!(told.first().is_some_and(|first| first.starts_with(expected)), "{text}\n{told:?}");
    }
}
