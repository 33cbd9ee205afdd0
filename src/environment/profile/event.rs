//! One line of `minikube start -o json`: a CloudEvent.

use crate::base::Value;

use super::trouble::Trouble;

/// How minikube begins the types of its events.
const TYPE_PREFIX: &str = "io.k8s.sigs.minikube.";

/// Something that minikube says while it starts.
#[derive(Clone, Debug, PartialEq)]
pub enum StartEvent {
    /// A step begins.
    Step {
        /// Its name, in English: `Creating Container`.
        name: String,
        /// What minikube prints about it.
        message: String,
        /// Which step it is, where minikube knows.
        number: Option<u64>,
        /// How many there are.
        total: Option<u64>,
    },
    /// Something is being downloaded: what, and how much of it is there, from 0 to 1.
    Download {
        /// What.
        artifact: String,
        /// How much.
        progress: f64,
    },
    /// Something worth knowing.
    Info(String),
    /// Something to be careful about.
    Warning(String),
    /// It cannot go on.
    Error(Trouble),
}

impl StartEvent {
    /// Reads a line; `None` when it is no event of minikube's.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(line.trim()).ok()?;
        let data = &value["data"];
        let text = |name: &str| data[name].as_str().unwrap_or_default().trim().to_owned();
        let number = |name: &str| text(name).parse::<u64>().ok();
        Some(match value["type"].as_str()?.strip_prefix(TYPE_PREFIX)? {
            "step" => Self::Step {
                name: text("name"),
                message: text("message"),
                number: number("currentstep"),
                total: number("totalsteps"),
            },
            "download" => Self::Download { artifact: text("artifact"), progress: 0.0 },
            "download.progress" => Self::Download {
                artifact: text("artifact"),
                progress: text("progress").parse::<f64>().ok().filter(|part| part.is_finite()).unwrap_or(0.0),
            },
            "info" => Self::Info(text("message")),
            "warning" => Self::Warning(text("message")),
            "error" => Self::Error(Trouble::new(
                &text("name"),
                text("exitcode").parse().unwrap_or(1),
                &text("message"),
                &text("advice"),
                &text("url"),
            )),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::trouble::Cause;
    use super::*;

    #[test]
    fn events_are_read_and_other_lines_are_not() {
        let step = r#"{"specversion":"1.0","id":"a","source":"https://minikube.sigs.k8s.io/","type":"io.k8s.sigs.minikube.step","datacontenttype":"application/json","data":{"currentstep":"6","message":"Creating docker container ...","name":"Creating Container","totalsteps":"19"}}"#;
        let expected = StartEvent::Step {
            name: "Creating Container".into(),
            message: "Creating docker container ...".into(),
            number: Some(6),
            total: Some(19),
        };
        assert_eq!(StartEvent::parse(step), Some(expected));
        let error = r#"{"type":"io.k8s.sigs.minikube.error","data":{"advice":"Start the Docker service","exitcode":"69","issues":"","message":"x","name":"PROVIDER_DOCKER_NOT_RUNNING","url":""}}"#;
        let Some(StartEvent::Error(trouble)) = StartEvent::parse(error) else { panic!("no error") };
        assert_eq!((trouble.cause, trouble.exit_code), (Cause::DockerNotRunning, 69));
        let progress = r#"{"type":"io.k8s.sigs.minikube.download.progress","data":{"artifact":"preload","currentstep":"2","progress":"0.25","totalsteps":"19"}}"#;
        assert_eq!(
            StartEvent::parse(progress),
            Some(StartEvent::Download { artifact: "preload".into(), progress: 0.25 })
        );
        for line in
            ["", "* minikube v1.38.1", r#"{"type":"other"}"#, r#"{"type":"io.k8s.sigs.minikube.new"}"#]
        {
            assert_eq!(StartEvent::parse(line), None, "{line}");
        }
    }
}
