//! `kubectl create ingress`.

use super::super::flag_sets::{DRY_RUN, OUTPUT, SAVE_CONFIG, VALIDATE, field_manager};
use super::{create, failed, one_name};
use crate::apimachinery::builtin;
use crate::base::{Map, Value, json};
use crate::kubectl::command::{Call, Command};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "ingress",
    aliases: &["ing"],
    short: "Create an ingress with the specified name",
    usage: "NAME --rule=host/path=service:port[,tls[=secret]]  [options]",
    flags: &[FLAGS, OUTPUT, DRY_RUN, VALIDATE, SAVE_CONFIG],
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::text("class", "", "Ingress Class to be used"),
    Flag::array(
        "rule",
        "Rule in format host/path=service:port[,tls=secretname]; a path with a trailing * is a prefix",
    ),
    Flag::text("default-backend", "", "Default service for backend, in format of svcname:port"),
    Flag::array("annotation", "Annotation to insert in the ingress object, in the format annotation=value"),
    field_manager("kubectl-create"),
];

async fn run(call: &mut Call<'_>) -> Outcome {
    let name = one_name(call)?;
    let (rules, default) = (call.flags.all("rule").to_vec(), call.flags.text("default-backend").to_owned());
    if rules.is_empty() && default.is_empty() {
        return Err(Failure::message(
            "not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)",
        ));
    }
    let mut spec = Map::new();
    if !call.flags.text("class").is_empty() {
        spec.insert("ingressClassName", call.flags.text("class").into());
    }
    let parsed = rules.iter().map(|rule| Rule::parse(rule)).collect::<Outcome<Vec<_>>>()?;
    if !default.is_empty() {
        if default.split(':').count() != 2 {
            return Err(Failure::message("default-backend should be in format servicename:serviceport"));
        }
        spec.insert("defaultBackend", backend(&default));
    }
    if !rules.is_empty() {
        let tls = tls(&parsed);
        if !tls.is_empty() {
            spec.insert("tls", tls.into());
        }
        spec.insert("rules", grouped(&parsed).into());
    }
    let mut object = json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": name},
        "spec": spec,
        "status": {"loadBalancer": {}},
    });
    let annotations = annotations(call.flags.all("annotation"))?;
    if !annotations.is_empty() {
        object["metadata"]["annotations"] = annotations.into();
    }
    create(call, &builtin::INGRESS, object).await.map_err(|failure| failed(failure, "ingress"))
}

fn annotations(given: &[String]) -> Outcome<Map> {
    given
        .iter()
        .map(|pair| match pair.split_once('=') {
            Some((key, value)) => Ok((key.to_owned(), value.into())),
            None => Err(Failure::message(format!(
                "annotation {pair} is invalid and should be in format key=[value]"
            ))),
        })
        .collect()
}

/// One `--rule`.
#[derive(Debug, PartialEq, Eq)]
struct Rule {
    host: String,
    path: String,
    prefix: bool,
    backend: String,
    /// The secret of `,tls=secret`; empty for `,tls`.
    tls: Option<String>,
}

impl Rule {
    /// `HOST/PATH=SERVICE:PORT[,tls[=SECRET]]`; the path reaches as far as it can.
    fn parse(text: &str) -> Outcome<Self> {
        let read = |at: usize| -> Option<Self> {
            let (place, rest) = (&text[..at], &text[at + 1..]);
            let slash = place.find('/')?;
            let (host, path) = place.split_at(slash);
            let host_fits = host.chars().all(|c| is_word(c) || "-.*".contains(c));
            let (service, rest) = word(rest)?;
            let (port, _) = word(rest.strip_prefix(':')?)?;
            // Of what follows a comma upstream reads the secret only, whatever it is called.
            let tls = match text.split(',').collect::<Vec<_>>()[..] {
                [_, after] => Some(after.split('=').nth(1).unwrap_or_default().to_owned()),
                _ => None,
            };
            host_fits.then(|| Self {
                host: host.to_owned(),
                path: path.strip_suffix('*').unwrap_or(path).to_owned(),
                prefix: path.ends_with('*'),
                backend: format!("{service}:{port}"),
                tls,
            })
        };
        text.rmatch_indices('=').find_map(|(at, _)| read(at)).ok_or_else(|| {
            Failure::message(format!(
                "rule {text} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]"
            ))
        })
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The letters, digits and dashes with which a text begins, and the rest.
fn word(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !is_word(c) && c != '-').unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

fn backend(text: &str) -> Value {
    let (name, port) = text.split_once(':').unwrap_or((text, ""));
    let port = match port.parse::<u16>() {
        Ok(number) => json!({"number": number}),
        Err(_) => json!({"name": port}),
    };
    json!({"service": {"name": name, "port": port}})
}

/// The rules of each host in one, in the order in which the hosts were named first.
fn grouped(rules: &[Rule]) -> Vec<Value> {
    let mut groups: Vec<(&str, Vec<Value>)> = Vec::new();
    for rule in rules {
        let path = json!({
            "backend": backend(&rule.backend),
            "path": rule.path,
            "pathType": if rule.prefix { "Prefix" } else { "Exact" },
        });
        match groups.iter_mut().find(|(host, _)| *host == rule.host) {
            Some((_, paths)) => paths.push(path),
            None => groups.push((&rule.host, vec![path])),
        }
    }
    groups
        .into_iter()
        .map(|(host, paths)| {
            let mut rule = json!({"http": {"paths": paths}});
            if !host.is_empty() {
                rule["host"] = host.into();
            }
            rule
        })
        .collect()
}

/// The hosts of each secret; a host counts once (`buildTLSRules`).
fn tls(rules: &[Rule]) -> Vec<Value> {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for rule in rules {
        let Some(secret) = rule.tls.as_deref().filter(|_| !seen.contains(&rule.host.as_str())) else {
            continue;
        };
        seen.push(&rule.host);
        match groups.iter_mut().find(|(known, _)| *known == secret) {
            Some((_, hosts)) => hosts.push(&rule.host),
            None if rule.host.is_empty() && secret.is_empty() => {}
            None if rule.host.is_empty() => groups.push((secret, Vec::new())),
            None => groups.push((secret, vec![&rule.host])),
        }
    }
    groups
        .into_iter()
        .map(|(secret, hosts)| {
            let mut entry = json!({});
            if !hosts.is_empty() {
                entry["hosts"] = json!(hosts);
            }
            if !secret.is_empty() {
                entry["secretName"] = secret.into();
            }
            entry
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_and_grouped() {
        let texts = ["foo.com/=svc:80,tls=cert", "foo.com/api*=api:http", "/=other:8080,tls"];
        let rules: Vec<Rule> = texts.iter().map(|text| Rule::parse(text).unwrap()).collect();
        assert_eq!((rules[1].path.as_str(), rules[1].prefix), ("/api", true));
        let groups = grouped(&rules);
        assert_eq!(groups.len(), 2);
        assert_eq!(groups[0]["http"]["paths"][1]["backend"]["service"]["port"], json!({"name": "http"}));
        assert_eq!(groups[1].get("host"), None);
        assert_eq!(tls(&rules), [json!({"hosts": ["foo.com"], "secretName": "cert"})]);
        assert_eq!(Rule::parse("/a=b=svc:80").unwrap().path, "/a=b");
        for wrong in ["foo.com=svc:80", "foo.com/=svc", "foo.com/", "a b/=svc:80"] {
            assert!(Rule::parse(wrong).is_err(), "{wrong}");
        }
    }
}
