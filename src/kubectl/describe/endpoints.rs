//! Describes Endpoints and EndpointSlices.

use crate::base::Value;

use super::text::{Text, array, scalar, text_of};

/// Everything but the events.
pub(crate) fn endpoints(text: &mut Text, endpoints: &Value) {
    text.head_in_namespace(endpoints);
    text.line(0, "Subsets:");
    for subset in array(&endpoints["subsets"]) {
        for (title, field) in [("Addresses", "addresses"), ("NotReadyAddresses", "notReadyAddresses")] {
            let addresses: Vec<&str> =
                array(&subset[field]).iter().map(|entry| text_of(&entry["ip"])).collect();
            text.field(1, title, or_else(&addresses.join(","), "<none>"));
        }
        let ports = array(&subset["ports"]);
        if !ports.is_empty() {
            text.line(1, "Ports:");
            text.line(2, "Name\tPort\tProtocol");
            text.line(2, "----\t----\t--------");
        }
        for port in ports {
            let name = or_else(text_of(&port["name"]), "<unset>").to_owned();
            text.line(2, format!("{name}\t{}\t{}", scalar(&port["port"]), text_of(&port["protocol"])));
        }
        text.line(0, "");
    }
}

/// Everything but the events.
pub(crate) fn endpoint_slice(text: &mut Text, slice: &Value) {
    text.head_in_namespace(slice);
    text.field(0, "AddressType", text_of(&slice["addressType"]));
    let ports = array(&slice["ports"]);
    if ports.is_empty() {
        text.line(0, "Ports: <unset>");
    } else {
        text.line(0, "Ports:");
        text.line(1, "Name\tPort\tProtocol");
        text.line(1, "----\t----\t--------");
    }
    for port in ports {
        let name = or_else(text_of(&port["name"]), "<unset>").to_owned();
        let number = scalar(&port["port"]);
        let number = or_else(&number, "<unset>");
        text.line(1, format!("{name}\t{number}\t{}", text_of(&port["protocol"])));
    }
    let endpoints = array(&slice["endpoints"]);
    text.line(0, if endpoints.is_empty() { "Endpoints: <none>" } else { "Endpoints:" });
    for endpoint in endpoints {
        let addresses: Vec<&str> = array(&endpoint["addresses"]).iter().map(text_of).collect();
        text.field(1, "- Addresses", or_else(&addresses.join(", "), "<none>"));
        text.line(2, "Conditions:");
        text.field(3, "Ready", or_else(&scalar(&endpoint["conditions"]["ready"]), "<unset>"));
        let unset = |field: &str| endpoint[field].as_str().unwrap_or("<unset>");
        text.field(2, "Hostname", unset("hostname"));
        let target = &endpoint["targetRef"];
        if target.is_object() {
            text.field(2, "TargetRef", format!("{}/{}", text_of(&target["kind"]), text_of(&target["name"])));
        }
        text.field(2, "NodeName", unset("nodeName"));
        text.field(2, "Zone", unset("zone"));
    }
}

fn or_else<'a>(text: &'a str, default: &'a str) -> &'a str {
    if text.is_empty() { default } else { text }
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn a_slice_lists_ports_and_endpoints() {
        let slice = json!({
            "metadata": {"name": "web-x", "namespace": "default"}, "addressType": "IPv4",
            "ports": [{"name": "", "port": 80, "protocol": "TCP"}],
            "endpoints": [{"addresses": ["10.244.0.7"], "conditions": {"ready": true}, "nodeName": "minikube",
                "targetRef": {"kind": "Pod", "name": "web-1"}}],
        });
        let mut text = Text::default();
        endpoint_slice(&mut text, &slice);
        let expected = [
            "Name:         web-x",
            "Namespace:    default",
            "Labels:       <none>",
            "Annotations:  <none>",
            "AddressType:  IPv4",
            "Ports:",
            "  Name     Port  Protocol",
            "  ----     ----  --------",
            "  <unset>  80    TCP",
            "Endpoints:",
            "  - Addresses:  10.244.0.7",
            "    Conditions:",
            "      Ready:    true",
            "    Hostname:   <unset>",
            "    TargetRef:  Pod/web-1",
            "    NodeName:   minikube",
            "    Zone:       <unset>",
        ];
        assert_eq!(text.aligned().lines().collect::<Vec<_>>(), expected);
    }
}
