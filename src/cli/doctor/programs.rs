//! kubectl, minikube, Docker and other drivers: which are there, and in which version.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::base::{Value, json};
use crate::environment::{Captured, PROFILE, Profile, ProfileState, ask_program, find_program};
use crate::lesson::Language;

use super::super::minikube_words::{Installed, explain, install_line};
use super::super::surroundings::Surroundings;
use super::finding::{Finding, State};

/// How long a program may take to say its version.
const ANSWER_MAX: Duration = Duration::from_secs(6);

/// Programs of drivers that minikube can use instead of Docker.
const OTHER_DRIVERS: &[(&str, &str)] = &[
    ("podman", "podman"),
    ("virsh", "kvm2"),
    ("qemu-system-x86_64", "qemu2"),
    ("qemu-system-aarch64", "qemu2"),
    ("vfkit", "vfkit"),
    ("VBoxManage", "virtualbox"),
];

pub(super) async fn look(
    surroundings: &Surroundings,
    state: Option<&Path>,
    language: Language,
) -> Vec<Finding> {
    let (kubectl, docker, minikube) = tokio::join!(
        kubectl(surroundings, language),
        docker(surroundings, language),
        minikube(surroundings, state, language),
    );
    let mut findings = vec![kubectl];
    findings.extend(minikube);
    findings.push(docker);
    findings.push(other_drivers(surroundings, language));
    findings
}

fn found(surroundings: &Surroundings, name: &str) -> Option<PathBuf> {
    find_program(name, surroundings.variable("PATH")?, surroundings.executable.as_deref())
}

async fn ask(surroundings: &Surroundings, program: &Path, arguments: &[&str]) -> Result<Captured, String> {
    let mut environment = surroundings.environment.clone();
    environment.insert("LC_ALL".to_owned(), "C".to_owned());
    let asked = ask_program(program, arguments, &environment, ANSWER_MAX).await;
    asked.map_err(|error| error.to_string())
}

async fn kubectl(surroundings: &Surroundings, language: Language) -> Finding {
    let Some(program) = found(surroundings, "kubectl") else {
        let value =
            language.either("not installed; the built-in one serves", "설치되지 않음. 내장 kubectl을 씁니다");
        return Finding::new("program", "kubectl", State::Info, value);
    };
    let answer = ask(surroundings, &program, &["version", "--client", "-o", "json"]).await;
    let version = answer.ok().and_then(|answer| serde_json::from_str::<Value>(&answer.out).ok());
    let version = version.and_then(|value| value["clientVersion"]["gitVersion"].as_str().map(str::to_owned));
    let at = program.display().to_string();
    let data = json!({"path": at, "version": version});
    match version {
        Some(version) => Finding::good("program", "kubectl", format!("{version} ({at})")),
        None => Finding::new(
            "program",
            "kubectl",
            State::Attention,
            format!("{at}: {}", language.either("does not say its version", "버전을 답하지 않음")),
        )
        .remedy(language.either(
            "install it again; the built-in one serves meanwhile",
            "다시 설치하세요. 그동안 내장 kubectl을 씁니다",
        )),
    }
    .with(data)
}

async fn minikube(surroundings: &Surroundings, state: Option<&Path>, language: Language) -> Vec<Finding> {
    let folder = state.map_or_else(std::env::temp_dir, |state| state.join("minikube"));
    let kubeconfig = folder.join("minikube.kubeconfig");
    let own = surroundings.executable.as_deref();
    let Some(profile) = Profile::find(&surroundings.environment, own, &kubeconfig) else {
        let value = language.either(
            "not installed; only needed for --environment minikube",
            "설치되지 않음. --environment minikube 에만 필요합니다",
        );
        return vec![
            Finding::new("program", "minikube", State::Info, value).remedy(install_line(Installed::Minikube)),
        ];
    };
    let at = profile.program().display().to_string();
    let (version, running) = tokio::join!(profile.version(), profile.state());
    let Some(version) = version else {
        let value = format!("{at}: {}", language.either("does not say its version", "버전을 답하지 않음"));
        return vec![
            Finding::new("program", "minikube", State::Attention, value)
                .remedy(install_line(Installed::Minikube)),
        ];
    };
    let name = format!("minikube -p {PROFILE}");
    let (state, value, remedy) = match running {
        Ok(ProfileState::Running) => (State::Good, language.either("running", "실행 중").to_owned(), None),
        Ok(ProfileState::Absent) => {
            (State::Info, language.either("not made yet", "아직 없음").to_owned(), None)
        }
        Ok(ProfileState::Stopped | ProfileState::Paused) => (
            State::Info,
            language.either("stopped", "멈춤").to_owned(),
            Some("podlings learn --environment minikube".to_owned()),
        ),
        Ok(ProfileState::Broken(what)) => {
            (State::Attention, what, Some(format!("minikube delete -p {PROFILE}")))
        }
        Err(trouble) => {
            let error = explain(&trouble, language);
            (State::Attention, error.message, error.hints.first().cloned())
        }
    };
    let mut finding = Finding::new("program", name, state, value);
    finding.remedy = remedy;
    let program = Finding::good("program", "minikube", format!("{version} ({at})"));
    vec![program.with(json!({"path": at, "version": version})), finding]
}

async fn docker(surroundings: &Surroundings, language: Language) -> Finding {
    let Some(program) = found(surroundings, "docker") else {
        let value = language.either(
            "not installed; minikube needs it or a hypervisor",
            "설치되지 않음. minikube에는 Docker나 하이퍼바이저가 필요합니다",
        );
        return Finding::new("driver", "docker", State::Info, value).remedy(install_line(Installed::Docker));
    };
    let at = program.display().to_string();
    let answer =
        ask(surroundings, &program, &["version", "--format", "{{.Server.Os}}-{{.Server.Version}}"]).await;
    let (code, out, err) = match answer {
        Ok(answer) => (answer.code, answer.out, answer.err),
        Err(error) => (1, String::new(), error),
    };
    if code == 0 {
        let (system, version) = out.trim().split_once('-').unwrap_or(("linux", out.trim()));
        let data = json!({"path": at, "version": version});
        if system == "windows" {
            let value = language.either("set to Windows containers", "Windows 컨테이너로 설정됨");
            return Finding::new("driver", "docker", State::Attention, value)
                .remedy(language.either(
                    "choose “Switch to Linux containers” in its menu",
                    "메뉴에서 “Switch to Linux containers”를 고르세요",
                ))
                .with(data);
        }
        return Finding::good("driver", "docker", format!("{version} ({at})")).with(data);
    }
    let (value, remedy) = if err.contains("permission denied") {
        (
            language.either("you may not talk to it", "사용할 권한이 없음"),
            "sudo usermod -aG docker $USER && newgrp docker",
        )
    } else {
        let start = match std::env::consts::OS {
            "macos" => "open -a Docker",
            "windows" => "Docker Desktop",
            _ => "sudo systemctl start docker",
        };
        (language.either("installed, but not running", "설치되었지만 실행되고 있지 않음"), start)
    };
    Finding::new("driver", "docker", State::Attention, format!("{value} ({at})"))
        .remedy(remedy)
        .with(json!({"path": at, "error": err.trim()}))
}

fn other_drivers(surroundings: &Surroundings, language: Language) -> Finding {
    let mut drivers: Vec<&str> = OTHER_DRIVERS
        .iter()
        .filter(|(program, _)| found(surroundings, program).is_some())
        .map(|(_, driver)| *driver)
        .collect();
    drivers.dedup();
    let name = language.either("other drivers", "다른 드라이버");
    let kvm = Path::new("/dev/kvm").exists();
    let value =
        if drivers.is_empty() { language.either("none", "없음").to_owned() } else { drivers.join(", ") };
    Finding::new("driver", name, State::Info, value).with(json!({"drivers": drivers, "kvm": kvm}))
}
