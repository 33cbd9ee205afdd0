//! Files that were written into a container by hand, and not where the server looks for them.

use crate::apimachinery::{LabelSelector, Object, builtin};
use crate::base::Value;
use crate::lesson::{commands_of, kubectl_verb};

use super::super::chain::server_of;
use super::super::finding::Finding;
use super::super::sentences;
use super::Near;
use super::deed::told;

impl Near<'_> {
    /// A page in the files of another container than the one that serves, or in another folder.
    pub(in crate::check::why) fn written_beside(&self, service: &Object) -> Option<Finding> {
        let last = self.facts.commands.last()?;
        let commands = commands_of(last);
        let words = commands.iter().find(|words| matches!(kubectl_verb(words), Some("exec" | "cp")))?;
        let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        let selector = LabelSelector::from_map(service.map("/spec/selector")?);
        let mut pods = self.facts.world.all(&builtin::POD, Some(service.namespace())).iter();
        let pod = pods.find(|pod| selector.matches(pod.labels()))?;
        let (server, root) = server_of(pod)?;
        let name = server["name"].as_str()?;
        let containers = pod.list("/spec/containers");
        let chosen = container_in(&words).or_else(|| containers.first()?["name"].as_str())?;
        let places = written_to(&words);
        let place = places.first()?;
        if chosen != name {
            let beside = !has_volume_at(server, root) && containers.iter().any(|one| one["name"] == chosen);
            let words = [&told(last), chosen, name];
            return beside.then(|| Finding::lasting(&sentences::WRITTEN_BESIDE, words));
        }
        // Where there are other settings, the pages may stand anywhere.
        let own = !has_volume_at(server, "/etc") && !has_volume_at(server, "/usr/local/apache2/conf");
        let elsewhere = places.iter().all(|place| place.starts_with('/') && !is_below(place, root));
        let words = [&told(last), place.as_str(), name, root];
        (own && elsewhere).then(|| Finding::lasting(&sentences::WRITTEN_ELSEWHERE, words))
    }
}

/// The container that a command names.
fn container_in<'w>(words: &[&'w str]) -> Option<&'w str> {
    let own = words.iter().take_while(|word| **word != "--").copied().collect::<Vec<_>>();
    own.iter().enumerate().find_map(|(place, word)| match *word {
        "-c" | "--container" => own.get(place + 1).copied(),
        word => word.strip_prefix("--container="),
    })
}

/// Whether a container has a volume at a folder, above it or below it.
fn has_volume_at(container: &Value, folder: &str) -> bool {
    let mut mounts = container["volumeMounts"].as_array().into_iter().flatten();
    mounts.any(|mount| {
        let place = mount["mountPath"].as_str().unwrap_or_default().trim_end_matches('/');
        is_below(folder, place) || is_below(place, folder)
    })
}

/// Whether a path is a folder or lies below it.
fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The files that a command writes: behind `>` in a script, or behind the colon of `kubectl cp`.
fn written_to(words: &[&str]) -> Vec<String> {
    if words.contains(&"cp") && !words.contains(&"--") {
        let place = words.iter().rev().find_map(|word| Some(word.split_once(':')?.1));
        return place.into_iter().map(str::to_owned).collect();
    }
    let joined = words.join(" ");
    let ends = |letter: char| letter.is_whitespace() || matches!(letter, ';' | '&' | '|' | '"' | '\'');
    let places = joined.split('>').skip(1).filter_map(|rest| rest.trim_start().split(ends).next());
    places.filter(|place| !place.is_empty() && !is_below(place, "/dev")).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_and_the_container_are_read_from_the_command() {
        let exec = ["kubectl", "exec", "web", "-c", "side", "--", "sh", "-c", "echo a > /srv/index.html; ls"];
        assert_eq!(container_in(&exec), Some("side"));
        assert_eq!(written_to(&exec), ["/srv/index.html"]);
        let copied = ["kubectl", "cp", "index.html", "web:/usr/share/nginx/index.html"];
        assert_eq!(container_in(&copied), None);
        assert_eq!(written_to(&copied), ["/usr/share/nginx/index.html"]);
        for (script, places) in [
            ("echo a >> /srv/a 2>/dev/null", &["/srv/a"][..]),
            ("ls 2>&1", &[]),
            ("echo a > /srv/a; echo b >/tmp/b", &["/srv/a", "/tmp/b"]),
        ] {
            assert_eq!(written_to(&["kubectl", "exec", "web", "--", "sh", "-c", script]), places, "{script}");
        }
    }

    #[test]
    fn only_whole_folders_hold_what_is_below() {
        assert!(is_below("/srv/www/a", "/srv/www") && is_below("/srv/www", "/srv/www"));
        assert!(!is_below("/srv/www2/a", "/srv/www"));
    }
}
