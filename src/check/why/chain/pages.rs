//! Web servers that answer something else than what is expected: what they serve, and from where.

use crate::apimachinery::Object;
use crate::base::Value;
use crate::lesson::HttpProbe;

use super::super::super::partial::{shorten, show};
use super::super::super::probe::Answered;
use super::super::finding::{Aside, Finding, name_of};
use super::super::sentences;
use super::files::mount_path;
use super::service::{declared_ports, mounted_over};
use super::{Chain, text};

/// The folders from which images of web servers serve their pages.
const ROOTS: &[(&str, &str)] = &[
    ("nginx", "/usr/share/nginx/html"),
    ("nginx-unprivileged", "/usr/share/nginx/html"),
    ("httpd", "/usr/local/apache2/htdocs"),
    ("php", "/var/www/html"),
    ("caddy", "/usr/share/caddy"),
];

/// What a folder's page is called.
const INDEX: &[&str] = &["index.html", "index.htm", "index.php"];

/// The container of a Pod that serves pages, and the folder from which.
pub(in crate::check::why) fn server_of(pod: &Object) -> Option<(&Value, &'static str)> {
    pod.list("/spec/containers").iter().find_map(|one| Some((one, root_of(one)?)))
}

impl Chain<'_> {
    /// Another answer than the one that is awaited, and where it comes from.
    pub(super) fn answered_otherwise(
        self,
        service: &Object,
        port: &Value,
        pods: &[&Object],
        (probe, answered): (&HttpProbe, &Answered),
    ) -> Option<Finding> {
        let status = answered.status;
        let told = format!("{status} {}", shorten(answered.body.lines().next().unwrap_or_default()));
        if let Some(finding) = pods.iter().find_map(|pod| self.behind_a_proxy(pod, status)) {
            return Some(finding);
        }
        let beside = pods.first().and_then(|pod| leads_beside(port, pod));
        let by_another = || {
            let awaited = probe.contains.as_deref()?;
            pods.iter().find_map(|pod| self.covered(pod, awaited))
        };
        let served = || pods.iter().find_map(|pod| self.serves(pod, status));
        let hidden = || pods.first().and_then(|pod| mounted_over(pod)).filter(|_| status == 403);
        let behind = beside.or_else(by_another).or_else(served).or_else(hidden);
        let behind = behind.or_else(|| self.behind(service, pods));
        let finding = Finding::lasting(&sentences::OTHER_ANSWER, [&name_of(service), &told]).aside(behind);
        let pod = pods.first().map(|pod| name_of(pod)).unwrap_or_default();
        (status != 503).then(|| finding.shown_by(format!("kubectl logs {pod}")))
    }

    /// What of a Pod's volumes makes its web server answer as it does.
    pub(super) fn serves(self, pod: &Object, status: u16) -> Aside {
        let mut servers = pod.list("/spec/containers").iter().filter_map(|one| Some((one, root_of(one)?)));
        servers.find_map(|(server, root)| {
            let mounts = server["volumeMounts"].as_array().into_iter().flatten();
            let at_root = mounts.clone().find(|mount| mount_path(mount).trim_end_matches('/') == root);
            let Some(mount) = at_root else { return serves_elsewhere(server, root, status) };
            let volume = pod.list("/spec/volumes").iter().find(|volume| volume["name"] == mount["name"])?;
            if status == 403 {
                let held = self.held(pod, volume);
                let words = vec![root.to_owned(), held.join(", ")];
                let without = !held.is_empty() && !held.iter().any(|file| INDEX.contains(&file.as_str()));
                return without
                    .then_some((&sentences::NO_INDEX, words))
                    .or_else(|| unfilled(pod, server, mount));
            }
            None
        })
    }
}

/// The folder from which the image of a container serves, where it runs the image's own program.
fn root_of(container: &Value) -> Option<&'static str> {
    if container.get("command").is_some() {
        return None;
    }
    let image = text(container, "/image");
    let name = image.split('@').next()?.rsplit('/').next()?.split(':').next()?;
    ROOTS.iter().find(|(server, _)| *server == name).map(|(_, root)| *root)
}

/// Pages that are mounted where another web server looks for them.
fn serves_elsewhere(server: &Value, root: &str, status: u16) -> Aside {
    let mut mounts = server["volumeMounts"].as_array().into_iter().flatten();
    let of_other =
        |mount: &&Value| ROOTS.iter().any(|(_, other)| mount_path(mount).trim_end_matches('/') == *other);
    let mount = mounts.find(of_other).filter(|_| status < 500)?;
    Some((
        &sentences::OTHER_ROOT,
        vec![text(server, "/image").to_owned(), root.to_owned(), mount_path(mount)],
    ))
}

/// An empty folder over the pages that nobody fills, while another container fills another one.
fn unfilled(pod: &Object, server: &Value, mount: &Value) -> Aside {
    let name = text(mount, "/name");
    let volumes = || pod.list("/spec/volumes").iter();
    let empty = |name: &str| volumes().any(|one| text(one, "/name") == name && one.get("emptyDir").is_some());
    let others = pod.list("/spec/initContainers").iter().chain(pod.list("/spec/containers"));
    let others: Vec<&Value> = others.filter(|other| other["name"] != server["name"]).collect();
    let mounts = |other: &Value| other["volumeMounts"].as_array().cloned().unwrap_or_default();
    let shared = others.iter().any(|other| mounts(other).iter().any(|one| text(one, "/name") == name));
    let other = others.iter().find_map(|other| {
        let mine = mounts(other).into_iter().find(|one| empty(text(one, "/name")))?;
        Some((text(other, "/name"), mine))
    });
    let mut words = vec![name.to_owned(), mount_path(mount)];
    if shared || !empty(name) {
        return None;
    }
    let Some((other, mine)) = other else { return Some((&sentences::MOUNTED_OVER, words.split_off(1))) };
    words.extend([other.to_owned(), text(&mine, "/name").to_owned(), mount_path(&mine)]);
    Some((&sentences::OTHER_VOLUME, words))
}

/// A port of a Service that has the name of one port of the Pod, and leads to another.
pub(super) fn leads_beside(service_port: &Value, pod: &Object) -> Aside {
    let name = text(service_port, "/name");
    let target = service_port.get("targetPort")?;
    let ports = declared_ports(pod);
    let named = ports.iter().position(|(_, own)| !name.is_empty() && *own == name)?;
    let hit = ports.iter().position(|(number, own)| *target == *number || *target == **own)?;
    let words = vec![name.to_owned(), show(target), name_of(pod), ports[named].0.to_string()];
    (named != hit).then_some((&sentences::LEADS_BESIDE, words))
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn servers_are_known_by_their_images() {
        let root = |image: &str| root_of(&json!({"image": image}));
        assert_eq!(root("docker.io/library/httpd:2.4"), Some("/usr/local/apache2/htdocs"));
        assert_eq!(root("nginx@sha256:0"), Some("/usr/share/nginx/html"));
        assert_eq!(root("example.com/nginx-exporter"), None);
        assert_eq!(root_of(&json!({"image": "nginx", "command": ["sleep", "9"]})), None);
    }
}
