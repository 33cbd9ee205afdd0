//! Describes ServiceCIDRs and IPAddresses.

use crate::base::Value;

use super::text::{Text, array, long_time, text_of};

/// Everything but the events.
pub(crate) fn describe(text: &mut Text, object: &Value) {
    if object["kind"] == "IPAddress" { ip_address(text, object) } else { service_cidr(text, object) }
}

fn service_cidr(text: &mut Text, object: &Value) {
    text.head(object);
    let ranges: Vec<&str> = array(&object["spec"]["cidrs"]).iter().map(text_of).collect();
    text.field(0, "CIDRs", ranges.join(", "));
    let conditions = array(&object["status"]["conditions"]);
    if conditions.is_empty() {
        return;
    }
    text.line(0, "Status:");
    text.line(0, "Conditions:");
    text.line(1, "Type\tStatus\tLastTransitionTime\tReason\tMessage");
    text.line(1, "----\t------\t------------------\t------\t-------");
    for condition in conditions {
        let part = |field: &str| text_of(&condition[field]);
        let moment = long_time(&condition["lastTransitionTime"]);
        let (kind, status) = (part("type"), part("status"));
        text.line(1, format!("{kind}\t{status}\t{moment}\t{}\t{}", part("reason"), part("message")));
    }
}

fn ip_address(text: &mut Text, object: &Value) {
    text.head(object);
    text.line(0, "Parent Reference:");
    for (title, field) in
        [("Group", "group"), ("Resource", "resource"), ("Namespace", "namespace"), ("Name", "name")]
    {
        text.field(1, title, text_of(&object["spec"]["parentRef"][field]));
    }
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn an_address_tells_whose_it_is() {
        let mut text = Text::default();
        let parent = json!({"resource": "services", "namespace": "default", "name": "web"});
        let address =
            json!({"kind": "IPAddress", "metadata": {"name": "10.96.0.9"}, "spec": {"parentRef": parent}});
        describe(&mut text, &address);
        let expected = [
            "Name:         10.96.0.9",
            "Labels:       <none>",
            "Annotations:  <none>",
            "Parent Reference:",
            "  Group:      ",
            "  Resource:   services",
            "  Namespace:  default",
            "  Name:       web",
        ];
        assert_eq!(text.aligned().lines().collect::<Vec<_>>(), expected);
    }
}
