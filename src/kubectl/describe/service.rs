//! Describes a Service.

use super::text::{Text, array, scalar, text_of};
use crate::apimachinery::builtin;
use crate::base::Value;
use crate::kubectl::api::Api;
use crate::kubectl::discovery::Resource;

/// How many endpoints are shown by address.
const SHOWN_ENDPOINTS: usize = 3;

/// Everything but the events.
pub(crate) async fn describe(text: &mut Text, api: &Api, service: &Value) {
    let (metadata, spec) = (&service["metadata"], &service["spec"]);
    text.field(0, "Name", text_of(&metadata["name"]));
    text.field(0, "Namespace", text_of(&metadata["namespace"]));
    text.labels(0, "Labels", metadata["labels"].as_object());
    text.annotations(0, "Annotations", metadata["annotations"].as_object());
    let selector: Vec<String> = spec["selector"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={}", text_of(value)))
        .collect();
    text.field(0, "Selector", or_none(selector.join(",")));
    text.field(0, "Type", text_of(&spec["type"]));
    text.field_if(0, "IP Family Policy", text_of(&spec["ipFamilyPolicy"]));
    text.field(0, "IP Families", or_none(joined(&spec["ipFamilies"])));
    text.field(0, "IP", text_of(&spec["clusterIP"]));
    text.field(0, "IPs", or_none(joined(&spec["clusterIPs"])));
    text.field_if(0, "External IPs", &joined(&spec["externalIPs"]));
    text.field_if(0, "Desired LoadBalancer IP", text_of(&spec["loadBalancerIP"]));
    text.field_if(0, "External Name", text_of(&spec["externalName"]));
    text.field_if(0, "LoadBalancer Ingress", &ingress(&service["status"]["loadBalancer"]["ingress"]));
    let slices = endpoint_slices_of(api, text_of(&metadata["namespace"]), text_of(&metadata["name"])).await;
    for port in array(&spec["ports"]) {
        describe_port(text, port, &slices);
    }
    text.field(0, "Session Affinity", text_of(&spec["sessionAffinity"]));
    text.field_if(0, "External Traffic Policy", text_of(&spec["externalTrafficPolicy"]));
    text.field_if(0, "Internal Traffic Policy", text_of(&spec["internalTrafficPolicy"]));
    text.field_if(0, "HealthCheck NodePort", &scalar(&spec["healthCheckNodePort"]));
    text.field_if(0, "LoadBalancer Source Ranges", &joined(&spec["loadBalancerSourceRanges"]));
    text.field_if(0, "Traffic Distribution", text_of(&spec["trafficDistribution"]));
}

fn describe_port(text: &mut Text, port: &Value, slices: &[Value]) {
    let name = match text_of(&port["name"]) {
        "" => "<unset>",
        name => name,
    };
    let protocol = port["protocol"].as_str().unwrap_or("TCP");
    text.field(0, "Port", format!("{name}\t{}/{protocol}", scalar(&port["port"])));
    text.field(0, "TargetPort", format!("{}/{protocol}", scalar(&port["targetPort"])));
    text.field_if(0, "AppProtocol", text_of(&port["appProtocol"]));
    if let Some(node_port) = port["nodePort"].as_i64().filter(|port| *port != 0) {
        text.field(0, "NodePort", format!("{name}\t{node_port}/{protocol}"));
    }
    text.field(0, "Endpoints", formatted_endpoints(slices, text_of(&port["name"])));
}

/// The slices of a Service.
pub(super) async fn endpoint_slices_of(api: &Api, namespace: &str, service: &str) -> Vec<Value> {
    let label = format!("kubernetes.io/service-name={service}");
    let url = Resource::from(&builtin::ENDPOINT_SLICE).collection(namespace).with("labelSelector", label);
    api.get(&url).await.map(|list| array(&list["items"]).to_vec()).unwrap_or_default()
}

/// The first addresses of ready endpoints, and how many more there are (`formatEndpointSlices`).
pub(super) fn formatted_endpoints(slices: &[Value], port_name: &str) -> String {
    if slices.is_empty() {
        return "<none>".to_owned();
    }
    let (mut shown, mut count, mut more) = (Vec::new(), 0, false);
    for slice in slices {
        let ports = array(&slice["ports"]);
        let named = ports.iter().filter(|port| text_of(&port["name"]) == port_name);
        let numbers: Vec<Option<String>> = if ports.is_empty() {
            vec![None]
        } else {
            named.map(|port| Some(scalar(&port["port"]))).collect()
        };
        for number in numbers {
            for endpoint in array(&slice["endpoints"]) {
                more |= shown.len() == SHOWN_ENDPOINTS;
                if !endpoint["conditions"]["ready"].as_bool().unwrap_or(true) {
                    continue;
                }
                count += 1;
                if !more {
                    let host = text_of(&endpoint["addresses"][0]);
                    shown.push(match &number {
                        Some(number) if host.contains(':') => format!("[{host}]:{number}"),
                        Some(number) => format!("{host}:{number}"),
                        None => host.to_owned(),
                    });
                }
            }
        }
    }
    let text = shown.join(",");
    if more { format!("{text} + {} more...", count - SHOWN_ENDPOINTS) } else { text }
}

fn ingress(ingress: &Value) -> String {
    let texts: Vec<String> = array(ingress)
        .iter()
        .map(|entry| match (text_of(&entry["ip"]), text_of(&entry["ipMode"])) {
            ("", _) => text_of(&entry["hostname"]).to_owned(),
            (ip, "") => ip.to_owned(),
            (ip, mode) => format!("{ip} ({mode})"),
        })
        .collect();
    texts.join(", ")
}

fn joined(list: &Value) -> String {
    array(list).iter().map(text_of).collect::<Vec<_>>().join(",")
}

fn or_none(text: String) -> String {
    if text.is_empty() { "<none>".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn ready_endpoints_are_shown_up_to_three() {
        let endpoint = |ip: &str, ready: bool| json!({"addresses": [ip], "conditions": {"ready": ready}});
        let slices = [json!({
            "ports": [{"name": "", "port": 80}],
            "endpoints": [endpoint("10.0.0.1", true), endpoint("10.0.0.2", false), endpoint("10.0.0.3", true),
                          endpoint("10.0.0.4", true), endpoint("10.0.0.5", true)]
        })];
        assert_eq!(formatted_endpoints(&slices, ""), "10.0.0.1:80,10.0.0.3:80,10.0.0.4:80 + 1 more...");
        assert_eq!(formatted_endpoints(&slices, "http"), "");
    }
}
