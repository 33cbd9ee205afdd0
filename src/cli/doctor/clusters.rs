//! The contexts of the kubeconfig: what they are, whether they answer, and what one may do there.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::join_all;
use http::Request;
use http::header::DATE;
use http_body_util::{BodyExt, Limited};
use kube::client::Body;

use crate::base::{Clock, Stopwatch, Value, json, timeout};
use crate::environment::{Sign, Target, missing_rights, signs_in_cluster, signs_in_names};
use crate::lesson::Language;

use super::super::own_minikube::skew;
use super::super::production::reason;
use super::super::surroundings::Surroundings;
use super::finding::{Finding, State};

/// How long a cluster may take to answer.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// Most contexts that are asked.
const CONTEXTS_MAX: usize = 16;

/// Most missing rights that are named.
const RIGHTS_MAX: usize = 6;

/// The minor version of the built-in kubectl.
const MINOR: u32 = 36;

/// Seconds that clocks may differ.
const SKEW_MAX: i64 = 5;

/// Bytes of a version that are read.
const VERSION_MAX: usize = 64 << 10;

pub(super) async fn look(surroundings: &Surroundings, language: Language) -> Vec<Finding> {
    let files = surroundings.kubeconfig();
    let targets = match Target::all(&files) {
        Ok(targets) => targets,
        Err(error) => {
            let exists = files.iter().any(|file| file.exists());
            let state = if exists { State::Problem } else { State::Info };
            let message = language.error(error).message;
            let mut finding = Finding::new("kubeconfig", "kubeconfig", state, message);
            finding.remedy = exists.then(|| {
                language
                    .either(
                        "mend the file, or set KUBECONFIG to another",
                        "파일을 고치거나 KUBECONFIG를 바꾸세요",
                    )
                    .to_owned()
            });
            return vec![finding];
        }
    };
    let asked =
        targets.iter().take(CONTEXTS_MAX).map(|target| context(target, &surroundings.environment, language));
    join_all(asked).await.into_iter().flatten().collect()
}

async fn context(
    target: &Target,
    environment: &BTreeMap<String, String>,
    language: Language,
) -> Vec<Finding> {
    let current = if target.is_current { "* " } else { "" };
    let name = format!("{current}{}", target.context);
    let what = format!("{}, {}", target.guess.name(), target.server);
    let data = json!({
        "context": target.context,
        "server": target.server,
        "guess": target.guess.name(),
        "namespace": target.namespace,
        "current": target.is_current,
    });
    let greeting = match timeout(ANSWER_MAX, greet(target, environment)).await {
        Some(Ok(greeting)) => greeting,
        Some(Err(error)) => return vec![silent(name, &what, &error, target, language).with(data)],
        None => {
            let error = language.either("no answer within 5 seconds", "5초 안에 응답 없음");
            return vec![silent(name, &what, error, target, language).with(data)];
        }
    };
    let mut data = data;
    data["version"] = json!(greeting.version);
    data["milliseconds"] = json!(greeting.milliseconds);
    let value = format!("{what}, {}, {} ms", greeting.version, greeting.milliseconds);
    let mut findings = Vec::new();
    findings.push(match skew(&greeting.version) {
        Some(minor) if minor.abs_diff(MINOR) > 1 => {
            let remedy = match language {
                Language::En => format!(
                    "kubectl v1.{MINOR} is meant for v1.{} to v1.{}; some output will differ",
                    MINOR - 1,
                    MINOR + 1
                ),
                Language::Ko => format!(
                    "kubectl v1.{MINOR}은 v1.{}부터 v1.{}까지를 위한 것입니다. 일부 출력이 다를 수 있습니다",
                    MINOR - 1,
                    MINOR + 1
                ),
            };
            Finding::new("context", name.clone(), State::Attention, value).remedy(remedy)
        }
        _ => Finding::good("context", name.clone(), value),
    }
    .with(data));
    findings.extend(clock(&name, greeting.seconds_behind, language));
    if let Ok(client) = target.client("podlings", environment).await {
        let (rights, looks) = tokio::join!(
            timeout(ANSWER_MAX, missing_rights(&client, "podlings", true)),
            timeout(ANSWER_MAX, signs_in_cluster(target, &client)),
        );
        if let Some(Ok(missing)) = rights {
            findings.extend(rights_finding(
                &name,
                &missing.iter().map(ToString::to_string).collect::<Vec<_>>(),
                language,
            ));
        }
        findings.extend(production(&name, target, looks.unwrap_or_default(), language));
    }
    findings
}

struct Greeting {
    version: String,
    milliseconds: u128,
    /// How far this machine's clock is behind the cluster's.
    seconds_behind: Option<i64>,
}

async fn greet(target: &Target, environment: &BTreeMap<String, String>) -> Result<Greeting, String> {
    let client = target.client("default", environment).await.map_err(|error| error.message)?;
    let request = Request::get("/version").body(Body::empty()).map_err(|error| error.to_string())?;
    let since = Stopwatch::start();
    let response = client.send(request).await.map_err(|error| innermost(&error))?;
    let milliseconds = since.elapsed().as_millis();
    let status = response.status();
    let date = response
        .headers()
        .get(DATE)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok());
    let seconds_behind = date.map(|date| date.duration_since(Clock::system().now()).as_secs());
    let body = Limited::new(response.into_body(), VERSION_MAX).collect().await;
    let body = body.map_err(|error| error.to_string())?.to_bytes();
    let value: Value = serde_json::from_slice(&body).unwrap_or_default();
    match value["gitVersion"].as_str() {
        Some(version) => Ok(Greeting { version: version.to_owned(), milliseconds, seconds_behind }),
        None => {
            let said = value["message"].as_str().unwrap_or_default();
            Err(format!("{status} {said}").trim().to_owned())
        }
    }
}

fn innermost(error: &kube::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

fn silent(name: String, what: &str, error: &str, target: &Target, language: Language) -> Finding {
    // What nobody uses at the moment may be switched off.
    let state = if target.is_current { State::Problem } else { State::Attention };
    let said = language.either("does not answer", "응답하지 않음");
    let remedy = if error.contains("401") {
        language.either(
            "sign in again with the tool that made this context",
            "이 컨텍스트를 만든 도구로 다시 로그인하세요",
        )
    } else if target.guess.is_on_this_machine() {
        language.either(
            "start it, or remove the context: kubectl config delete-context",
            "시작하거나 컨텍스트를 지우세요: kubectl config delete-context",
        )
    } else {
        language.either("look at network, VPN and proxy", "네트워크, VPN, 프록시를 확인하세요")
    };
    Finding::new("context", name, state, format!("{what}: {said} ({error})")).remedy(remedy)
}

fn clock(name: &str, seconds: Option<i64>, language: Language) -> Option<Finding> {
    let seconds = seconds.filter(|seconds| seconds.abs() > SKEW_MAX)?;
    let value = match language {
        Language::En => format!("this machine's clock is {seconds} s behind the cluster's"),
        Language::Ko => format!("이 컴퓨터의 시계가 클러스터보다 {seconds}초 늦습니다"),
    };
    let finding = Finding::new("clock", name, State::Attention, value).remedy(language.either(
        "set it by the network's time; certificates and ages go by it",
        "네트워크 시간으로 맞추세요. 인증서와 AGE가 시계를 따릅니다",
    ));
    Some(finding.with(json!({"secondsBehind": seconds})))
}

fn rights_finding(name: &str, missing: &[String], language: Language) -> Option<Finding> {
    if missing.is_empty() {
        return None;
    }
    let mut listed: Vec<String> = missing.iter().take(RIGHTS_MAX).cloned().collect();
    if missing.len() > RIGHTS_MAX {
        listed.push("…".to_owned());
    }
    let text = language.either("rights that lessons need are missing", "수업에 필요한 권한이 없음");
    let finding = Finding::new("rights", name, State::Attention, format!("{text}: {}", listed.join(", ")));
    let remedy = language.either("ask whoever runs the cluster", "클러스터 관리자에게 요청하세요");
    Some(finding.remedy(remedy).with(json!({"missing": missing})))
}

fn production(name: &str, target: &Target, looks: Vec<Sign>, language: Language) -> Option<Finding> {
    let mut signs = signs_in_names(target);
    signs.extend(looks);
    if signs.is_empty() {
        return None;
    }
    let english: Vec<String> = signs.iter().map(ToString::to_string).collect();
    let said: Vec<String> = signs.iter().map(|sign| reason(sign, language)).collect();
    let text = language.either("looks like production", "운영 클러스터로 보임");
    let finding = Finding::new("production", name, State::Info, format!("{text}: {}", said.join("; ")));
    Some(finding.with(json!({"signs": english})))
}
