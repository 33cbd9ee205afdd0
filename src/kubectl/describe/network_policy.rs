//! Describes NetworkPolicies.

use crate::base::Value;

use super::text::{Text, array, scalar, text_of};
use super::workloads::selector_text;

/// Indentation of the rules.
const INDENT: &str = "    ";

/// Everything; a policy has no events to show.
pub(crate) fn describe(text: &mut Text, policy: &Value) {
    let (metadata, spec) = (&policy["metadata"], &policy["spec"]);
    text.field(0, "Name", text_of(&metadata["name"]));
    text.field(0, "Namespace", text_of(&metadata["namespace"]));
    text.field(0, "Created on", created(&metadata["creationTimestamp"]));
    text.labels(0, "Labels", metadata["labels"].as_object());
    text.annotations(0, "Annotations", metadata["annotations"].as_object());
    text.line(0, "Spec:");
    let selector = match selector_text(&spec["podSelector"]) {
        text if text == "<none>" || text.is_empty() => {
            "<none> (Allowing the specific traffic to all pods in this namespace)".to_owned()
        }
        text => text,
    };
    text.line(1, format!("PodSelector: {INDENT}{selector}"));
    let types: Vec<&str> = array(&spec["policyTypes"]).iter().map(text_of).collect();
    direction(text, spec, types.contains(&"Ingress"), &INGRESS);
    direction(text, spec, types.contains(&"Egress"), &EGRESS);
    let types = if types.is_empty() { "<none>".to_owned() } else { types.join(", ") };
    text.line(1, format!("Policy Types: {types}"));
}

/// `2026-11-23 03:39:11 +0000 UTC`.
fn created(moment: &Value) -> String {
    match text_of(moment).parse::<crate::base::Timestamp>() {
        Ok(time) => time.strftime("%Y-%m-%d %H:%M:%S +0000 UTC").to_string(),
        Err(_) => "<nil>".to_owned(),
    }
}

/// Words of one direction of traffic.
struct Direction {
    name: &'static str,
    peers: &'static str,
    title: &'static str,
    any: &'static str,
}

const INGRESS: Direction = Direction {
    name: "ingress",
    peers: "from",
    title: "From:",
    any: "From: <any> (traffic not restricted by source)",
};

const EGRESS: Direction = Direction {
    name: "egress",
    peers: "to",
    title: "To:",
    any: "To: <any> (traffic not restricted by destination)",
};

fn direction(text: &mut Text, spec: &Value, applies: bool, words: &Direction) {
    if !applies {
        return text.line(1, format!("Not affecting {} traffic", words.name));
    }
    text.line(1, format!("Allowing {} traffic:", words.name));
    let rules = array(&spec[words.name]);
    if rules.is_empty() {
        let none = format!("{INDENT}<none> (Selected pods are isolated for {} connectivity)", words.name);
        return text.line(0, none);
    }
    for (index, rule) in rules.iter().enumerate() {
        ports(text, &rule["ports"]);
        peers(text, &rule[words.peers], words);
        if index + 1 < rules.len() {
            text.line(0, format!("{INDENT}----------"));
        }
    }
}

fn ports(text: &mut Text, ports: &Value) {
    if array(ports).is_empty() {
        text.line(0, format!("{INDENT}To Port: <any> (traffic allowed to all ports)"));
    }
    for port in array(ports) {
        let protocol = port["protocol"].as_str().unwrap_or("TCP");
        let number = if port["port"].is_null() { "<nil>".to_owned() } else { scalar(&port["port"]) };
        text.line(
            0,
            match port["endPort"].as_i64() {
                None => format!("{INDENT}To Port: {number}/{protocol}"),
                Some(end) => format!("{INDENT}To Port Range: {number}-{end}/{protocol}"),
            },
        );
    }
}

fn peers(text: &mut Text, peers: &Value, words: &Direction) {
    if array(peers).is_empty() {
        text.line(0, format!("{INDENT}{}", words.any));
    }
    for peer in array(peers) {
        text.line(0, format!("{INDENT}{}", words.title));
        for (field, title) in [("namespaceSelector", "NamespaceSelector"), ("podSelector", "PodSelector")] {
            if peer[field].is_object() {
                text.line(1, format!("{INDENT}{title}: {}", or_none(selector_text(&peer[field]))));
            }
        }
        let block = &peer["ipBlock"];
        if block.is_object() {
            let except: Vec<&str> = array(&block["except"]).iter().map(text_of).collect();
            text.line(1, format!("{INDENT}IPBlock:"));
            text.line(2, format!("{INDENT}CIDR: {}", text_of(&block["cidr"])));
            text.line(2, format!("{INDENT}Except: {}", except.join(", ")));
        }
    }
}

fn or_none(text: String) -> String {
    if text.is_empty() { "<none>".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn rules_are_written_one_below_the_other() {
        let policy = json!({
            "metadata": {"name": "db", "namespace": "default", "creationTimestamp": "2026-11-23T03:39:11Z"},
            "spec": {
                "podSelector": {"matchLabels": {"app": "db"}},
                "policyTypes": ["Ingress", "Egress"],
                "ingress": [
                    {"ports": [{"port": 5432, "protocol": "TCP"}], "from": [
                        {"podSelector": {"matchLabels": {"app": "web"}}, "namespaceSelector": {}},
                        {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}]},
                    {"ports": [{"port": 8000, "endPort": 9000}]},
                ],
            },
        });
        let mut text = Text::default();
        describe(&mut text, &policy);
        let expected = [
            "Name:         db",
            "Namespace:    default",
            "Created on:   2026-11-23 03:39:11 +0000 UTC",
            "Labels:       <none>",
            "Annotations:  <none>",
            "Spec:",
            "  PodSelector:     app=db",
            "  Allowing ingress traffic:",
            "    To Port: 5432/TCP",
            "    From:",
            "      NamespaceSelector: <none>",
            "      PodSelector: app=web",
            "    From:",
            "      IPBlock:",
            "        CIDR: 10.0.0.0/8",
            "        Except: 10.1.0.0/16",
            "    ----------",
            "    To Port Range: 8000-9000/TCP",
            "    From: <any> (traffic not restricted by source)",
            "  Allowing egress traffic:",
            "    <none> (Selected pods are isolated for egress connectivity)",
            "  Policy Types: Ingress, Egress",
        ];
        assert_eq!(text.aligned().lines().collect::<Vec<_>>(), expected);
    }
}
