//! Names in checks: whether an object, a namespace, a port or a host can be called so at all.

use crate::apimachinery::{
    Kind, validate_dns1123_label, validate_dns1123_subdomain, validate_path_segment_name, validate_port_name,
};

use super::super::diagnostic::Report;
use super::super::node::Node;

/// The highest number of a port.
const PORT_MAX: u64 = 65_535;

/// Groups whose objects may be called almost anything.
const FREE_GROUPS: &[&str] = &["rbac.authorization.k8s.io", "certificates.k8s.io"];

/// Reports a name that no object of the kind can have.
pub(super) fn of_object(kind: &Kind, name: &str, node: &Node<'_>, report: &mut Report) {
    let errors = match kind.kind {
        _ if FREE_GROUPS.contains(&kind.group) => validate_path_segment_name(name),
        "Namespace" | "Service" => validate_dns1123_label(name),
        _ => validate_dns1123_subdomain(name),
    };
    complain(&format!("no {}", kind.kind), name, &errors, node, report);
}

/// Reports a name that no namespace can have.
pub(super) fn of_namespace(name: &str, node: &Node<'_>, report: &mut Report) {
    complain("no namespace", name, &validate_dns1123_label(name), node, report);
}

/// Reports what is neither the number nor the name of a port.
pub(super) fn of_port(port: &str, node: &Node<'_>, report: &mut Report) {
    let errors = match port.parse::<u64>() {
        Ok(number) if (1..=PORT_MAX).contains(&number) => Vec::new(),
        Ok(_) => vec![format!("a number of a port is from 1 to {PORT_MAX}")],
        Err(_) => validate_port_name(port),
    };
    complain("no port", port, &errors, node, report);
}

/// Reports a host that nobody can ask for.
pub(super) fn of_host(host: &str, node: &Node<'_>, report: &mut Report) {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    complain("no host", host, &validate_dns1123_subdomain(&name.to_lowercase()), node, report);
}

fn complain(what: &str, name: &str, errors: &[String], node: &Node<'_>, report: &mut Report) {
    let Some(error) = errors.first() else { return };
    // The pattern behind the sentence helps nobody who writes a lesson.
    let why = error.split(" (e.g. ").next().unwrap_or(error);
    report.broken("cannot-hold", node.at(), format!("{what} can be called {name:?}: {why}"), None);
}
