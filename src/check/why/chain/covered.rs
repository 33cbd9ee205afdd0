//! What a Pod takes from one source, and another one covers: variables, files, and folders that stay empty.

use crate::apimachinery::{Object, builtin};
use crate::base::Value;

use super::super::finding::Aside;
use super::super::sentences;
use super::pages::server_of;
use super::{Chain, text};

/// A file of a volume, by its name there, and what it holds.
type File<'a> = (String, Option<&'a str>);

impl<'a> Chain<'a> {
    /// Why a text that a ConfigMap holds does not reach who answers.
    pub(super) fn covered(self, pod: &Object, awaited: &str) -> Aside {
        self.variable_covered(pod, awaited)
            .or_else(|| self.file_covered(pod, awaited))
            .or_else(|| self.left_empty(pod))
    }

    /// The text of a ConfigMap's key.
    fn texts(self, pod: &Object, map: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let found = self.world.named(&builtin::CONFIG_MAP, Some(pod.namespace()), map);
        let data = found.and_then(|found| found.map("/data")).into_iter().flatten();
        data.filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
    }

    /// A variable from a ConfigMap whose name a later source has as well, or the container itself.
    fn variable_covered(self, pod: &Object, awaited: &str) -> Aside {
        pod.list("/spec/containers").iter().find_map(|container| {
            let sources = container["envFrom"].as_array()?;
            let own = container["env"].as_array().into_iter().flatten();
            let own: Vec<&str> = own.map(|variable| text(variable, "/name")).collect();
            sources.iter().enumerate().find_map(|(place, source)| {
                let map = text(source, "/configMapRef/name");
                let (key, _) = self.texts(pod, map).find(|(_, value)| value.contains(awaited))?;
                let name = format!("{}{key}", text(source, "/prefix"));
                let words = vec![name.clone(), format!("configmap/{map}")];
                if own.contains(&name.as_str()) {
                    return Some((&sentences::VARIABLE_COVERS, words));
                }
                let later = sources.get(place + 1..)?.iter().find_map(|later| {
                    let other = text(later, "/configMapRef/name");
                    let prefix = text(later, "/prefix");
                    let has = self.texts(pod, other).any(|(key, _)| format!("{prefix}{key}") == name);
                    has.then(|| format!("configmap/{other}"))
                })?;
                Some((&sentences::SOURCE_COVERS, [words, vec![later]].concat()))
            })
        })
    }

    /// A file of a projected volume that a later source has as well.
    fn file_covered(self, pod: &Object, awaited: &str) -> Aside {
        pod.list("/spec/volumes").iter().find_map(|volume| {
            let sources = volume.pointer("/projected/sources")?.as_array()?;
            sources.iter().enumerate().find_map(|(place, source)| {
                let mut files = self.files(pod, source).into_iter();
                let (file, _) =
                    files.find(|(_, content)| content.is_some_and(|content| content.contains(awaited)))?;
                let later = sources.get(place + 1..)?.iter().find(|later| {
                    let content = |content: &Option<&str>| content.is_none_or(|text| !text.contains(awaited));
                    self.files(pod, later).iter().any(|(name, text)| *name == file && content(text))
                })?;
                let name = |source: &Value| format!("configmap/{}", text(source, "/configMap/name"));
                Some((&sentences::FILE_COVERS, vec![file, name(source), name(later)]))
            })
        })
    }

    /// The files that a ConfigMap gives to a projected volume.
    fn files(self, pod: &Object, source: &Value) -> Vec<File<'a>> {
        let map = text(source, "/configMap/name");
        let Some(items) = source.pointer("/configMap/items").and_then(Value::as_array) else {
            return self.texts(pod, map).map(|(key, value)| (key.to_owned(), Some(value))).collect();
        };
        let content = |item: &Value| {
            let mut texts = self.texts(pod, map);
            texts.find(|(key, _)| *key == text(item, "/key")).map(|(_, value)| value)
        };
        items.iter().map(|item| (text(item, "/path").to_owned(), content(item))).collect()
    }

    /// A folder that stays empty, since its source is not there and need not be.
    fn left_empty(self, pod: &Object) -> Aside {
        let server = server_of(pod);
        // A web server shows one folder, and what is missing elsewhere may be as it should.
        let shown = |volume: &Value| {
            server.is_none_or(|(server, root)| {
                let mut mounts = server["volumeMounts"].as_array().into_iter().flatten();
                mounts.any(|mount| {
                    mount["name"] == volume["name"] && text(mount, "/mountPath").starts_with(root)
                })
            })
        };
        pod.list("/spec/volumes").iter().filter(|volume| shown(volume)).find_map(|volume| {
            let source = volume.get("configMap").filter(|source| source["optional"] == true)?;
            let map = text(source, "/name");
            let there = self.world.named(&builtin::CONFIG_MAP, Some(pod.namespace()), map).is_some();
            let words = vec![text(volume, "/name").to_owned(), format!("ConfigMap {map}")];
            (!there).then_some((&sentences::LEFT_EMPTY, words))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::base::json;

    use super::super::super::super::world::World;
    use super::*;

    fn told(spec: Value) -> Option<&'static super::super::super::finding::Sentence> {
        let map = |name: &str, text: &str| {
            let metadata = json!({"name": name, "namespace": "default"});
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"TEXT": text}})
        };
        let metadata = json!({"name": "p", "namespace": "default"});
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec});
        let pod = Object::from_value(pod).unwrap();
        let world = World::of("default", vec![map("page", "hello"), map("other", "bye")]);
        let logs = BTreeMap::new();
        Chain::new(&world, &logs).covered(&pod, "hello").map(|(sentence, _)| sentence)
    }

    #[test]
    fn only_what_comes_later_covers() {
        let from = |maps: &[&str]| {
            let sources = maps.iter().map(|map| json!({"configMapRef": {"name": map}}));
            json!({"containers": [{"name": "c", "envFrom": sources.collect::<Vec<_>>()}]})
        };
        assert_eq!(told(from(&["page", "other"])), Some(&sentences::SOURCE_COVERS));
        assert_eq!(told(from(&["other", "page"])), None);
        let files = |maps: &[&str]| {
            let sources = maps.iter().map(|map| json!({"configMap": {"name": map}}));
            json!({"volumes": [{"name": "v", "projected": {"sources": sources.collect::<Vec<_>>()}}]})
        };
        assert_eq!(told(files(&["page", "other"])), Some(&sentences::FILE_COVERS));
        assert_eq!(told(files(&["other", "page"])), None);
        let own = json!({"containers": [{
            "name": "c",
            "envFrom": [{"configMapRef": {"name": "page"}}],
            "env": [{"name": "TEXT", "value": "x"}],
        }]});
        assert_eq!(told(own), Some(&sentences::VARIABLE_COVERS));
        let optional =
            |name: &str| json!({"volumes": [{"name": "v", "configMap": {"name": name, "optional": true}}]});
        assert_eq!(told(optional("nope")), Some(&sentences::LEFT_EMPTY));
        assert_eq!(told(optional("page")), None);
    }
}
