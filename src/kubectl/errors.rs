//! Failures of a command, printed as `k8s.io/kubectl/pkg/cmd/util` prints them.

use std::fmt;
use std::io;
use std::path::Path;

use super::unreachable::Unreachable;
use crate::apimachinery::Status;

/// What a command that worked or failed gives back.
pub(super) type Outcome<T = ()> = Result<T, Failure>;

/// Why a command failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// kubectl's own complaint; printed after `error: `.
    Message(String),
    /// A text printed as it is.
    Plain(String),
    /// The server refused.
    Status(Box<Status>),
    /// Nobody answered.
    Unreachable(Box<Unreachable>),
    /// Files hold no objects for a command.
    NothingPassed(&'static str),
    /// The kubeconfig has no such context.
    UnknownContext(String),
    /// Several failures, one line each.
    Many(Vec<Failure>),
    /// Everything was said already; the exit code.
    Exit(i32),
    /// A complaint and an exit code of its own, such as a remote command's.
    WithCode(String, i32),
    /// Nobody reads what is printed any more.
    ClosedPipe,
}

impl Failure {
    /// kubectl's own complaint.
    pub(super) fn message(text: impl Into<String>) -> Self {
        Self::Message(text.into())
    }

    /// A complaint about usage (`cmdutil.UsageErrorf`).
    pub(super) fn usage(command_path: &str, text: impl fmt::Display) -> Self {
        Self::Message(format!("{text}\nSee '{command_path} -h' for help and examples"))
    }

    /// The server's Status, if it is one.
    pub(super) fn status(&self) -> Option<&Status> {
        match self {
            Self::Status(status) => Some(status),
            _ => None,
        }
    }

    /// Whether the server said that there is no such object.
    pub(super) fn is_not_found(&self) -> bool {
        self.status().is_some_and(|status| status.is("NotFound"))
    }

    /// Says what was being done to which file (`cmdutil.AddSourceToErr`).
    pub(super) fn about(self, verb: &str, source: &str) -> Self {
        if source.is_empty() {
            return self;
        }
        let wrap = |text: &str| format!("error when {verb} {source:?}: {text}");
        match self {
            Self::Status(mut status) => {
                status.message = wrap(&status.message);
                Self::Status(status)
            }
            Self::Message(text) => Self::Message(wrap(&text)),
            Self::Unreachable(failure) => Self::Message(wrap(&failure.to_string())),
            other => other,
        }
    }

    /// One failure of several.
    pub(super) fn many(mut failures: Vec<Self>) -> Outcome {
        match failures.len() {
            0 => Ok(()),
            1 => Err(failures.remove(0)),
            _ => Err(Self::Many(failures)),
        }
    }

    /// The exit code of the command.
    pub(super) fn exit_code(&self) -> i32 {
        match self {
            Self::Exit(code) | Self::WithCode(_, code) => *code,
            _ => 1,
        }
    }

    /// What is printed to standard error; empty for nothing.
    pub(super) fn report(&self) -> String {
        match self {
            Self::Message(text) if text.starts_with("error: ") => text.clone(),
            Self::Message(text) => format!("error: {text}"),
            Self::Plain(text) | Self::WithCode(text, _) => text.clone(),
            Self::NothingPassed(command) => format!("error: no objects passed to {command}"),
            Self::Unreachable(failure) => failure.report(),
            Self::UnknownContext(context) => {
                format!("Error in configuration: context was not found for specified context: {context}")
            }
            Self::Status(status) if status.is("Invalid") => invalid(status),
            Self::Status(status) => server_error(status),
            // Each ends its line, whatever it ends with itself.
            Self::Many(failures) => {
                failures.iter().map(|failure| format!("{}\n", failure.line_of_many())).collect()
            }
            Self::Exit(_) | Self::ClosedPipe => String::new(),
        }
    }

    fn line_of_many(&self) -> String {
        match self {
            Self::Message(text) | Self::Plain(text) => text.clone(),
            Self::NothingPassed(_) => self.to_string(),
            Self::Status(status) => server_error(status),
            other => other.report(),
        }
    }
}

/// The bare text, as `err.Error()` gives it, for use inside other messages.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(text) | Self::Plain(text) | Self::WithCode(text, _) => f.write_str(text),
            Self::Status(status) => f.write_str(&status.message),
            Self::Unreachable(failure) => failure.fmt(f),
            Self::NothingPassed(command) => write!(f, "no objects passed to {command}"),
            other => f.write_str(&other.report()),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            // Upstream says nothing of it where it does not look; what is lost is told here in any case.
            io::ErrorKind::StorageFull => {
                Self::Plain(format!("error: write /dev/stdout: {}", reason(&error)))
            }
            _ => Self::Message(error.to_string()),
        }
    }
}

/// What is said of a file or folder that cannot be written: which call failed (`open`, `mkdir`), of what, and why.
pub(super) fn unwritten(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::message(format!("{what} {}: {}", path.display(), reason(error)))
}

impl From<Unreachable> for Failure {
    fn from(failure: Unreachable) -> Self {
        Self::Unreachable(Box::new(failure))
    }
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        Self::Status(Box::new(status))
    }
}

/// `errno` of what is no program.
const ENOEXEC: i32 = 8;

/// Why a file could not be used, in the words of Go's `syscall.Errno`.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "is a directory".to_owned(),
        io::ErrorKind::AddrInUse => "address already in use".to_owned(),
        io::ErrorKind::AddrNotAvailable => "cannot assign requested address".to_owned(),
        io::ErrorKind::StorageFull => "no space left on device".to_owned(),
        io::ErrorKind::NotADirectory => "not a directory".to_owned(),
        io::ErrorKind::InvalidData => "the file holds no text".to_owned(),
        // What has no kind of its own in Rust.
        _ if error.raw_os_error() == Some(ENOEXEC) => "exec format error".to_owned(),
        _ => error.to_string(),
    }
}

fn server_error(status: &Status) -> String {
    match status.reason.as_str() {
        "" | "Unknown" => format!("Error from server: {}", status.message),
        "Unauthorized" => format!("error: You must be logged in to the server ({})", status.message),
        reason => format!("Error from server ({reason}): {}", status.message),
    }
}

fn invalid(status: &Status) -> String {
    let Some(details) = &status.details else {
        return format!("The request is invalid: {}", status.message);
    };
    let mut head = "The request is invalid".to_owned();
    if !details.kind.is_empty() || !details.name.is_empty() {
        head = format!("The {} {:?} is invalid", details.kind, details.name);
    } else if !status.message.is_empty() && details.causes.is_empty() {
        head = format!("{head}: {}", status.message);
    }
    let mut causes: Vec<String> = Vec::new();
    for cause in &details.causes {
        let text = format!("{}: {}", cause.field, cause.message);
        if !causes.contains(&text) {
            causes.push(text);
        }
    }
    match causes.as_slice() {
        [] => head,
        // Upstream ends the line of its own accord, also where the message ends it.
        [one] if one.ends_with('\n') => format!("{head}: {one}\n"),
        [one] => format!("{head}: {one}"),
        many => format!("{head}: \n* {}", many.join("\n* ")),
    }
}

/// A failure about a resource type that the server does not have (`meta.NoResourceMatchError`).
pub(super) fn no_resource_type(name: &str, group: &str, version: &str) -> Failure {
    let what = match (group, version) {
        ("", "") => String::new(),
        (group, "") => format!(" in group {group:?}"),
        ("", version) => format!(" in version {version:?}"),
        (group, version) => format!(" in group {group:?} and version {version:?}"),
    };
    Failure::message(format!("the server doesn't have a resource type {name:?}{what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::{FieldError, Status, builtin};

    #[test]
    fn refusals_of_the_server_read_as_upstream_prints_them() {
        let not_found = Failure::from(Status::not_found(&builtin::POD, "web"));
        assert_eq!(not_found.report(), r#"Error from server (NotFound): pods "web" not found"#);
        let about = Failure::from(Status::already_exists(&builtin::POD, "web")).about("creating", "a.yaml");
        assert_eq!(
            about.report(),
            r#"Error from server (AlreadyExists): error when creating "a.yaml": pods "web" already exists"#
        );
    }

    #[test]
    fn invalid_objects_list_each_cause_once() {
        let error = FieldError::required("spec.selector", "");
        let one =
            Failure::from(Status::invalid(&builtin::DEPLOYMENT, "web", &[error.clone(), error.clone()]));
        assert_eq!(one.report(), r#"The Deployment "web" is invalid: spec.selector: Required value"#);
        let other = FieldError::required("spec.template", "");
        let two = Failure::from(Status::invalid(&builtin::DEPLOYMENT, "web", &[error, other]));
        assert_eq!(
            two.report(),
            "The Deployment \"web\" is invalid: \n* spec.selector: Required value\n* spec.template: Required value"
        );
    }
}
