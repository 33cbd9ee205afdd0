//! The Pod template of a workload.

use crate::base::Value;

use super::containers::{self, Place};
use super::text::{Text, array, text_of};
use super::volumes;
use super::workloads::selector_text;

/// Describes a template under its title.
pub(crate) fn describe(text: &mut Text, template: &Value) {
    text.line(0, "Pod Template:");
    if !template.is_object() {
        return text.line(1, "<unset>");
    }
    let (metadata, spec) = (&template["metadata"], &template["spec"]);
    text.labels(1, "Labels", metadata["labels"].as_object());
    if metadata["annotations"].as_object().is_some_and(|annotations| !annotations.is_empty()) {
        text.annotations(1, "Annotations", metadata["annotations"].as_object());
    }
    text.field_if(1, "Service Account", text_of(&spec["serviceAccountName"]));
    if !array(&spec["initContainers"]).is_empty() {
        containers::describe(text, "Init Containers", &spec["initContainers"], &Place::TEMPLATE);
    }
    containers::describe(text, "Containers", &spec["containers"], &Place::TEMPLATE);
    volumes::describe(text, &spec["volumes"], true);
    topology_spread(text, 1, &spec["topologySpreadConstraints"]);
    text.field_if(1, "Priority Class Name", text_of(&spec["priorityClassName"]));
    text.labels(1, "Node-Selectors", spec["nodeSelector"].as_object());
    tolerations(text, 1, &spec["tolerations"]);
}

/// Describes topology spread constraints, one a line, by topology key.
pub(crate) fn topology_spread(text: &mut Text, level: usize, constraints: &Value) {
    let mut sorted: Vec<&Value> = array(constraints).iter().collect();
    sorted.sort_by_key(|constraint| text_of(&constraint["topologyKey"]));
    let lines: Vec<String> = sorted
        .into_iter()
        .map(|constraint| {
            let selector = &constraint["labelSelector"];
            let selector = match selector.is_object() {
                true => format!(" for selector {}", selector_text(selector)),
                false => String::new(),
            };
            format!(
                "{}:{} when max skew {} is exceeded{selector}",
                text_of(&constraint["topologyKey"]),
                text_of(&constraint["whenUnsatisfiable"]),
                constraint["maxSkew"]
            )
        })
        .collect();
    if !lines.is_empty() {
        text.list(level, "Topology Spread Constraints", &lines);
    }
}

/// Describes tolerations, one a line, by key.
pub(crate) fn tolerations(text: &mut Text, level: usize, tolerations: &Value) {
    let mut sorted: Vec<&Value> = array(tolerations).iter().collect();
    sorted.sort_by_key(|toleration| text_of(&toleration["key"]));
    let lines: Vec<String> = sorted.into_iter().map(toleration).collect();
    text.list(level, "Tolerations", &lines);
}

fn toleration(toleration: &Value) -> String {
    let mut line = text_of(&toleration["key"]).to_owned();
    let value = text_of(&toleration["value"]);
    if !value.is_empty() {
        line.push_str(&format!("={value}"));
    }
    let effect = text_of(&toleration["effect"]);
    if !effect.is_empty() {
        line.push_str(&format!(":{effect}"));
    }
    if toleration["operator"] == "Exists" && value.is_empty() {
        line.push_str(if line.is_empty() { "op=Exists" } else { " op=Exists" });
    }
    if let Some(seconds) = toleration["tolerationSeconds"].as_i64() {
        line.push_str(&format!(" for {seconds}s"));
    }
    line
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn a_template_reads_as_rollout_history_prints_it() {
        let mut text = Text::default();
        let template = json!({
            "metadata": {"labels": {"app": "web", "pod-template-hash": "abc"}},
            "spec": {"containers": [{"name": "nginx", "image": "nginx:1.26"}]}
        });
        describe(&mut text, &template);
        assert_eq!(
            text.raw(),
            "Pod Template:\n  Labels:\tapp=web\n\tpod-template-hash=abc\n  Containers:\n   nginx:\n    Image:\tnginx:1.26\n    Port:\t<none>\n    Host Port:\t<none>\n    Environment:\t<none>\n    Mounts:\t<none>\n  Volumes:\t<none>\n  Node-Selectors:\t<none>\n  Tolerations:\t<none>\n"
        );
    }

    #[test]
    fn tolerations_read_as_taints_do() {
        let all = json!([
            {"key": "b", "operator": "Equal", "value": "v", "effect": "NoSchedule"},
            {"key": "a", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300},
            {"operator": "Exists"}
        ]);
        let lines: Vec<String> = array(&all).iter().map(toleration).collect();
        assert_eq!(lines, ["b=v:NoSchedule", "a:NoExecute op=Exists for 300s", "op=Exists"]);
    }
}
