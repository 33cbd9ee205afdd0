//! minikube's troubles in words: what lies behind each, and what to do about it, in both languages.

use crate::base::UserError;
use crate::environment::{Cause, Trouble};
use crate::lesson::Language;

/// The line that installs a program on this system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Installed {
    /// minikube.
    Minikube,
    /// Docker.
    Docker,
}

/// How to install a program here.
pub(super) fn install_line(program: Installed) -> &'static str {
    match (program, std::env::consts::OS, std::env::consts::ARCH) {
        (Installed::Minikube, "macos", _) => "brew install minikube",
        (Installed::Minikube, "windows", _) => "winget install Kubernetes.minikube",
        (Installed::Minikube, _, "aarch64") => {
            "curl -LO https://github.com/kubernetes/minikube/releases/latest/download/minikube-linux-arm64 && \
             sudo install minikube-linux-arm64 /usr/local/bin/minikube"
        }
        (Installed::Minikube, ..) => {
            "curl -LO https://github.com/kubernetes/minikube/releases/latest/download/minikube-linux-amd64 && \
             sudo install minikube-linux-amd64 /usr/local/bin/minikube"
        }
        (Installed::Docker, "macos", _) => "brew install --cask docker",
        (Installed::Docker, "windows", _) => "winget install Docker.DockerDesktop",
        (Installed::Docker, ..) => "https://docs.docker.com/engine/install/",
    }
}

/// How to start Docker here.
fn start_docker() -> &'static str {
    match std::env::consts::OS {
        "macos" => "open -a Docker",
        "windows" => "Docker Desktop",
        _ => "sudo systemctl start docker",
    }
}

/// A trouble as an error for a person: cause, what minikube said, remedy.
pub(super) fn explain(trouble: &Trouble, language: Language) -> UserError {
    let mut text = cause(trouble.cause, language).to_owned();
    let said: Vec<&str> =
        [trouble.id.as_str(), trouble.message.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
    if !said.is_empty() {
        text = format!("{text} (minikube: {})", said.join(": "));
    }
    let mut error = UserError::new(text);
    error.hints = remedies(trouble.cause, language);
    // minikube's own advice is in English, and often about flags; where we know better it only repeats.
    let advice: Vec<&str> = trouble.advice.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if (error.hints.is_empty() || !trouble.is_exact) && !advice.is_empty() {
        error.hints.insert(0, advice.join(" "));
    }
    if trouble.cause == Cause::Unknown || trouble.cause == Cause::DriverNotHealthy {
        error.hints.extend((!trouble.url.is_empty()).then(|| trouble.url.clone()));
    }
    if trouble.cause != Cause::Interrupted {
        error.hints.push(
            language
                .either(
                    "the embedded cluster needs none of this: podlings learn",
                    "내장 클러스터에는 이런 것이 필요하지 않습니다: podlings learn",
                )
                .to_owned(),
        );
    }
    error
}

/// What lies behind each trouble, in English and Korean.
const CAUSES: &[(Cause, &str, &str)] = &[
    (Cause::CannotRun, "minikube cannot be run", "minikube를 실행할 수 없습니다"),
    (
        Cause::NoDriver,
        "minikube finds nothing to run a node in: neither Docker nor a hypervisor",
        "minikube가 노드를 실행할 드라이버(Docker나 하이퍼바이저)를 찾지 못했습니다",
    ),
    (
        Cause::DriverNotHealthy,
        "the driver that minikube found is not in order",
        "minikube가 찾은 드라이버가 정상이 아닙니다",
    ),
    (Cause::DockerMissing, "Docker is not installed", "Docker가 설치되어 있지 않습니다"),
    (Cause::DockerNotRunning, "Docker is not running", "Docker가 실행되고 있지 않습니다"),
    (Cause::DockerPermission, "you may not talk to Docker", "Docker를 사용할 권한이 없습니다"),
    (
        Cause::WindowsContainers,
        "Docker is set to Windows containers; Kubernetes needs Linux ones",
        "Docker가 Windows 컨테이너로 설정되어 있습니다. 쿠버네티스에는 Linux 컨테이너가 필요합니다",
    ),
    (Cause::DockerBroken, "Docker answers with an error", "Docker가 오류를 돌려줍니다"),
    (
        Cause::AsRoot,
        "minikube does not run as root with this driver",
        "이 드라이버로는 root 사용자로 minikube를 실행할 수 없습니다",
    ),
    (
        Cause::NeedsRoot,
        "the driver needs more rights than you have",
        "이 드라이버에는 더 높은 권한이 필요합니다",
    ),
    (Cause::Memory, "there is too little memory for a node", "노드를 실행하기에 메모리가 부족합니다"),
    (Cause::Cores, "Kubernetes needs at least two processors", "쿠버네티스에는 CPU가 두 개 이상 필요합니다"),
    (Cause::Disk, "the disk is full", "디스크 공간이 부족합니다"),
    (
        Cause::Architecture,
        "minikube or an image was made for another kind of machine",
        "minikube나 이미지가 다른 아키텍처용입니다",
    ),
    (
        Cause::Virtualization,
        "virtual machines are switched off on this machine",
        "이 컴퓨터에서 가상화가 꺼져 있습니다",
    ),
    (
        Cause::Host,
        "this system lacks something that minikube needs",
        "이 시스템에 minikube가 필요로 하는 것이 없습니다",
    ),
    (
        Cause::Proxy,
        "a proxy or a firewall stands between minikube and the internet",
        "프록시나 방화벽이 minikube와 인터넷 사이를 막고 있습니다",
    ),
    (Cause::Network, "minikube cannot fetch what it needs", "minikube가 필요한 것을 내려받지 못했습니다"),
    (
        Cause::LocalNetwork,
        "this machine and the node cannot reach each other",
        "이 컴퓨터와 노드가 서로 연결되지 않습니다",
    ),
    (
        Cause::KubernetesVersion,
        "this minikube cannot run that version of Kubernetes",
        "이 minikube는 해당 쿠버네티스 버전을 실행할 수 없습니다",
    ),
    (Cause::ControlPlane, "the control plane does not come up", "컨트롤 플레인이 시작되지 않습니다"),
    (
        Cause::Runtime,
        "the container runtime in the node does not come up",
        "노드 안의 컨테이너 런타임이 시작되지 않습니다",
    ),
    (Cause::ProfileBroken, "the profile is damaged", "프로필이 손상되었습니다"),
    (
        Cause::DriverMismatch,
        "the profile was made with another driver than the one asked for",
        "프로필이 지금 요청한 것과 다른 드라이버로 만들어졌습니다",
    ),
    (
        Cause::PortTaken,
        "a port that the node needs is taken",
        "노드에 필요한 포트를 다른 프로그램이 쓰고 있습니다",
    ),
    (Cause::HomeFolder, "minikube's folder cannot be written", "minikube의 폴더에 쓸 수 없습니다"),
    (Cause::Interrupted, "interrupted; nothing else was changed", "중단했습니다. 그 밖에 바뀐 것은 없습니다"),
    (
        Cause::Conflict,
        "another minikube command is at work on this profile",
        "다른 minikube 명령이 이 프로필에서 작업 중입니다",
    ),
    (
        Cause::Usage,
        "this minikube does not understand what it was asked",
        "이 minikube가 요청을 이해하지 못합니다",
    ),
    (Cause::Unknown, "minikube did not start", "minikube가 시작되지 않았습니다"),
];

fn cause(cause: Cause, language: Language) -> &'static str {
    let known = CAUSES.iter().find(|(known, ..)| *known == cause);
    known.map_or("minikube", |(_, english, korean)| language.either(english, korean))
}

/// What stands behind the colon of a remedy.
#[derive(Clone, Copy)]
enum Line {
    Nothing,
    Type(&'static str),
    Install(Installed),
    StartDocker,
}

const DELETE: Line = Line::Type("minikube delete -p podlings");

/// What to do about each trouble, in English and Korean, and what to type.
const REMEDIES: &[(Cause, &str, &str, Line)] = &[
    (Cause::CannotRun, "install it again", "다시 설치하세요", Line::Install(Installed::Minikube)),
    (Cause::NoDriver, "install Docker", "Docker를 설치하세요", Line::Install(Installed::Docker)),
    (Cause::DockerMissing, "install Docker", "Docker를 설치하세요", Line::Install(Installed::Docker)),
    (
        Cause::DriverNotHealthy,
        "`podlings doctor` looks at Docker; https://minikube.sigs.k8s.io/docs/drivers/ says what each driver needs",
        "`podlings doctor`가 Docker를 살펴봅니다. 드라이버별 요구 사항: https://minikube.sigs.k8s.io/docs/drivers/",
        Line::Nothing,
    ),
    (Cause::DockerNotRunning, "start it", "시작하세요", Line::StartDocker),
    (
        Cause::DockerPermission,
        "join its group, then sign in again",
        "docker 그룹에 들어간 뒤 다시 로그인하세요",
        Line::Type("sudo usermod -aG docker $USER && newgrp docker"),
    ),
    (
        Cause::WindowsContainers,
        "in Docker Desktop's menu, choose “Switch to Linux containers”",
        "Docker Desktop 메뉴에서 “Switch to Linux containers”를 고르세요",
        Line::Nothing,
    ),
    (
        Cause::DockerBroken,
        "see what it says, then restart it",
        "무엇이라고 하는지 보고 다시 시작하세요",
        Line::Type("docker info"),
    ),
    (
        Cause::AsRoot,
        "run podlings as an ordinary user that is in the group docker, without sudo",
        "sudo 없이, docker 그룹에 속한 일반 사용자로 podlings를 실행하세요",
        Line::Nothing,
    ),
    (
        Cause::NeedsRoot,
        "use the Docker driver",
        "Docker 드라이버를 쓰세요",
        Line::Type("minikube config set driver docker"),
    ),
    (
        Cause::Memory,
        "close what you do not need, or give Docker Desktop more memory (Settings > Resources: 3 GB or more)",
        "필요 없는 프로그램을 닫거나, Docker Desktop에 메모리를 더 주세요(Settings > Resources에서 3GB 이상)",
        Line::Nothing,
    ),
    (
        Cause::Cores,
        "give Docker Desktop or the virtual machine two processors or more (Settings > Resources)",
        "Docker Desktop이나 가상 머신에 CPU를 두 개 이상 주세요(Settings > Resources)",
        Line::Nothing,
    ),
    (
        Cause::Disk,
        "make room, 20 GB are enough",
        "공간을 비우세요. 20GB면 충분합니다",
        Line::Type("docker system prune"),
    ),
    (
        Cause::Architecture,
        "install the minikube for this machine",
        "이 컴퓨터에 맞는 minikube를 설치하세요",
        Line::Install(Installed::Minikube),
    ),
    (
        Cause::Virtualization,
        "switch it on in the firmware, or use the Docker driver",
        "펌웨어(BIOS)에서 켜거나 Docker 드라이버를 쓰세요",
        Line::Type("minikube config set driver docker"),
    ),
    (
        Cause::Proxy,
        "set HTTP_PROXY and HTTPS_PROXY (both as http://…), and \
         NO_PROXY=localhost,127.0.0.1,10.96.0.0/12,192.168.49.0/24",
        "HTTP_PROXY와 HTTPS_PROXY(둘 다 http://…)를 설정하고 \
         NO_PROXY=localhost,127.0.0.1,10.96.0.0/12,192.168.49.0/24 로 두세요",
        Line::Nothing,
    ),
    (
        Cause::Network,
        "look at the internet connection, then try again: what is fetched already is kept",
        "인터넷 연결을 확인하고 다시 시도하세요. 이미 받은 것은 남아 있습니다",
        Line::Nothing,
    ),
    (
        Cause::LocalNetwork,
        "switch off VPN and firewall for a try",
        "VPN과 방화벽을 잠시 끄고 다시 시도하세요",
        Line::Nothing,
    ),
    (
        Cause::KubernetesVersion,
        "update minikube",
        "minikube를 업데이트하세요",
        Line::Install(Installed::Minikube),
    ),
    (Cause::KubernetesVersion, "or make the profile anew", "또는 프로필을 새로 만드세요", DELETE),
    (Cause::ControlPlane, "see why", "이유를 보세요", Line::Type("minikube logs -p podlings --problems")),
    (Cause::ControlPlane, "or make the profile anew", "또는 프로필을 새로 만드세요", DELETE),
    (Cause::Runtime, "see why", "이유를 보세요", Line::Type("minikube logs -p podlings --problems")),
    (Cause::Runtime, "or make the profile anew", "또는 프로필을 새로 만드세요", DELETE),
    (Cause::ProfileBroken, "delete it and start again", "삭제하고 다시 시작하세요", DELETE),
    (Cause::DriverMismatch, "delete it and start again", "삭제하고 다시 시작하세요", DELETE),
    (
        Cause::PortTaken,
        "stop the other local Kubernetes that uses it",
        "그 포트를 쓰는 다른 로컬 쿠버네티스를 멈추세요",
        Line::Nothing,
    ),
    (
        Cause::HomeFolder,
        "make it yours",
        "소유권을 가져오세요",
        Line::Type("sudo chown -R $USER $HOME/.minikube && chmod -R u+wrx $HOME/.minikube"),
    ),
    (Cause::Conflict, "wait until it is done", "끝날 때까지 기다리세요", Line::Nothing),
    (Cause::Usage, "update minikube", "minikube를 업데이트하세요", Line::Install(Installed::Minikube)),
];

fn remedies(cause: Cause, language: Language) -> Vec<String> {
    let of_cause = REMEDIES.iter().filter(|(known, ..)| *known == cause);
    let said = of_cause.map(|(_, english, korean, line)| {
        let text = language.either(english, korean);
        match line {
            Line::Nothing => text.to_owned(),
            Line::Type(line) => format!("{text}: {line}"),
            Line::Install(program) => format!("{text}: {}", install_line(*program)),
            Line::StartDocker => format!("{text}: {}", start_docker()),
        }
    });
    said.collect()
}

/// The name of one of minikube's steps, which it gives in English.
pub(super) fn step_name(name: &str, language: Language) -> &str {
    let korean = match name {
        "Initial Minikube Setup" => "준비",
        "Selecting Driver" => "드라이버 고르기",
        "Downloading Artifacts" => "내려받기",
        "Starting Node" => "노드 시작",
        "Pulling Base Image" => "기본 이미지 받기",
        "Updating Driver" => "드라이버 업데이트",
        "Running on Localhost" => "로컬에서 실행",
        "Local OS Release" => "운영체제 확인",
        "Creating Container" => "컨테이너 만들기",
        "Creating VM" => "가상 머신 만들기",
        "Preparing Kubernetes" => "쿠버네티스 준비",
        "Generating certificates" => "인증서 만들기",
        "Booting control plane" => "컨트롤 플레인 시작",
        "Configuring RBAC rules" => "RBAC 규칙 설정",
        "Configuring CNI" => "네트워크(CNI) 설정",
        "Configuring Localhost Environment" => "로컬 환경 설정",
        "Verifying Kubernetes" => "쿠버네티스 확인",
        "Enabling Addons" => "애드온 켜기",
        "Done" => "완료",
        _ => name,
    };
    language.either(name, korean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::json;
    use crate::environment::StartEvent;

    #[test]
    fn every_cause_is_named_in_both_languages() {
        for (known, ..) in REMEDIES {
            assert_ne!(cause(*known, Language::En), cause(*known, Language::Ko), "{known:?}");
        }
        assert!(
            CAUSES
                .iter()
                .enumerate()
                .all(|(index, (known, ..))| { CAUSES[..index].iter().all(|(earlier, ..)| earlier != known) })
        );
        assert_eq!(step_name("Something New", Language::Ko), "Something New");
    }

    #[test]
    fn minikube_advises_where_only_the_kind_of_trouble_is_known() {
        let hints = |id: &str| {
            let error = json!({"type": "io.k8s.sigs.minikube.error", "data": {
                "name": id, "exitcode": "52", "message": "x", "url": "",
                "advice": "Stop the Hyper-V Manager,\n\t\tthen delete again",
            }});
            let Some(StartEvent::Error(trouble)) = StartEvent::parse(&error.to_string()) else { panic!() };
            explain(&trouble, Language::En).hints
        };
        assert_eq!(hints("DRV_HYPERV_FILE_DELETE")[0], "Stop the Hyper-V Manager, then delete again");
        assert!(hints("DRV_NOT_DETECTED")[0].starts_with("install Docker"));
    }
}
