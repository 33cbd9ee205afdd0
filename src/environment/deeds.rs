//! What our own commands make on a real cluster: each process writes it down before and after, so that the
//! session, and the next one after a kill, knows it from what somebody else makes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use kube::client::Body;
use serde::{Deserialize, Serialize};
use tower::service_fn;

use crate::base::{Value, write_private};
use crate::kubectl;

use super::request::{self, Place, verb_of};

/// The variable that names the file into which a tool writes what it makes.
pub const DEEDS: &str = "PODLINGS_DEEDS";

/// Bytes of the file after which only what still counts is kept.
const FILE_MAX: u64 = 1 << 20;
/// Bytes that are kept then: the newest.
const KEPT_MAX: usize = 1 << 19;

/// One line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Deed {
    /// A request to make the object at a path is sent.
    Asked(String),
    /// It was answered: the object's uid, if it was made.
    Answered { path: String, uid: Option<String> },
    /// The object of that uid is not there any more.
    Gone(String),
}

/// The file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deeds {
    file: PathBuf,
}

/// What the file says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Done {
    /// Uids of what was made, and where.
    pub made: BTreeMap<String, String>,
    /// Paths of what may have been made: no answer came.
    pub open: BTreeSet<String>,
}

impl Done {
    /// Whether an object was made, as far as is known.
    pub(super) fn claims(&self, path: &str, uid: &str) -> bool {
        let place = Place::of(path);
        let is_meant = |open: &String| {
            let open = Place::of(open);
            place.zip(open).is_some_and(|(place, open)| place.is_meant_by(&open))
        };
        self.made.contains_key(uid) || self.open.iter().any(is_meant)
    }
}

impl Deeds {
    /// The one in that file.
    #[must_use]
    pub fn in_file(file: PathBuf) -> Self {
        Self { file }
    }

    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// Makes the file where there is none, and shortens one that has become long.
    pub(super) fn open(&self) {
        if let Some(folder) = self.file.parent() {
            // Where it cannot be written, what a session made is known from the cluster's own marks.
            let _ = fs::create_dir_all(folder);
        }
        let _ = OpenOptions::new().create(true).append(true).open(&self.file);
        if fs::metadata(&self.file).is_ok_and(|file| file.len() > FILE_MAX) {
            let _ = write_private(&self.file, &self.shortened(KEPT_MAX));
        }
    }

    /// The newest lines that still count, as many as there is room for.
    fn shortened(&self, mut room: usize) -> String {
        let text = fs::read_to_string(&self.file).unwrap_or_default();
        let mut done = self.read();
        let (mut made, mut open) = (Vec::new(), Vec::new());
        for line in text.lines().rev() {
            let kept = match serde_json::from_str(line) {
                Ok(Deed::Asked(path)) if done.open.remove(&path) => &mut open,
                Ok(Deed::Answered { uid: Some(uid), .. }) if done.made.remove(&uid).is_some() => &mut made,
                _ => continue,
            };
            let Some(left) = room.checked_sub(line.len() + 1) else { break };
            room = left;
            kept.push(line);
        }
        // An answer to one request of a path is none to a later one.
        made.iter().rev().chain(open.iter().rev()).map(|line| format!("{line}\n")).collect()
    }

    fn write(&self, deed: &Deed) {
        if let Ok(mut file) = OpenOptions::new().append(true).open(&self.file) {
            let _ = file.write_all(line_of(deed).as_bytes());
        }
    }

    /// An object that was made is not there any more.
    pub(super) fn forget(&self, uid: &str) {
        self.write(&Deed::Gone(uid.to_owned()));
    }

    /// What was done so far.
    pub(super) fn read(&self) -> Done {
        let text = fs::read_to_string(&self.file).unwrap_or_default();
        let mut done = Done::default();
        let mut asked: BTreeMap<String, usize> = BTreeMap::new();
        for deed in text.lines().filter_map(|line| serde_json::from_str(line).ok()) {
            match deed {
                Deed::Asked(path) => *asked.entry(path).or_default() += 1,
                Deed::Gone(uid) => {
                    done.made.remove(&uid);
                }
                Deed::Answered { path, uid } => {
                    if let Some(count) = asked.get_mut(&path) {
                        *count = count.saturating_sub(1);
                    }
                    done.made.extend(uid.map(|uid| (uid, path)));
                }
            }
        }
        done.open = asked.into_iter().filter(|(_, count)| *count > 0).map(|(path, _)| path).collect();
        done
    }

    /// Somebody looked what became of requests without an answer, and found these objects: what the
    /// requests made is written down, and from now on they claim nothing else.
    pub(super) fn settle<'a>(&self, open: &BTreeSet<String>, found: impl Iterator<Item = (String, &'a str)>) {
        let asked = Done { open: open.clone(), ..Done::default() };
        for (path, uid) in found.filter(|(path, uid)| asked.claims(path, uid)) {
            self.write(&Deed::Answered { path, uid: Some(uid.to_owned()) });
        }
        for path in open {
            self.write(&Deed::Answered { path: path.clone(), uid: None });
        }
    }

    /// Lets a kubectl write down here what it makes.
    #[must_use]
    pub fn through(self) -> kubectl::Through {
        Arc::new(move |client| self.watch_over(client))
    }

    /// A client that does as `client` and writes down here what it makes.
    fn watch_over(&self, client: kube::Client) -> kube::Client {
        let namespace = client.default_namespace().to_owned();
        let deeds = self.clone();
        let through = service_fn(move |request| {
            let (client, deeds) = (client.clone(), deeds.clone());
            async move { send(&client, &deeds, request).await }
        });
        kube::Client::new(through, namespace)
    }
}

fn line_of(deed: &Deed) -> String {
    serde_json::to_string(deed).map(|line| format!("{line}\n")).unwrap_or_default()
}

async fn send(client: &kube::Client, deeds: &Deeds, request: Request<Body>) -> kube::Result<Response<Body>> {
    if !may_make(&request) {
        return client.send(request).await;
    }
    let (parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let path = match parts.method {
        Method::POST => path_of_new(parts.uri.path(), &body),
        _ => parts.uri.path().to_owned(),
    };
    deeds.write(&Deed::Asked(path.clone()));
    let response = client.send(Request::from_parts(parts, Body::from(body.to_vec()))).await?;
    let (parts, body) = response.into_parts();
    let body = body.collect().await?.to_bytes();
    let value: Value = serde_json::from_slice(&body).unwrap_or_default();
    let uid = value["metadata"]["uid"].as_str().filter(|_| parts.status == StatusCode::CREATED);
    // A server that gave up may have done it all the same.
    if !parts.status.is_server_error() {
        deeds.write(&Deed::Answered { path, uid: uid.map(str::to_owned) });
    }
    Ok(Response::from_parts(parts, Body::from(body.to_vec())))
}

/// Whether a request may make an object, and is no trial.
fn may_make(request: &Request<Body>) -> bool {
    let is_trial = request.uri().query().is_some_and(|query| query.contains("dryRun="));
    let place = Place::of(request.uri().path()).zip(verb_of(request.method(), request.headers()));
    !is_trial && place.is_some_and(|(place, verb)| request::may_make(verb, &place))
}

/// The path of the object that a POST to a collection makes; `*` stands for what the server adds.
fn path_of_new(collection: &str, body: &[u8]) -> String {
    let object: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |field: &str| object["metadata"][field].as_str();
    match (text("name"), text("generateName")) {
        (Some(name), _) => format!("{collection}/{name}"),
        (None, Some(prefix)) => format!("{collection}/{prefix}*"),
        // Without a name that can be read it claims nothing.
        (None, None) => collection.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: Method, path: &str, content: &str) -> Request<Body> {
        let request = Request::builder().method(method).uri(path).header("content-type", content);
        request.body(Body::empty()).unwrap()
    }

    #[test]
    fn what_makes_an_object_is_told_from_what_does_not() {
        let json = "application/json";
        for (path, makes) in [
            ("/api/v1/namespaces/podlings/pods?fieldManager=kubectl-run", true),
            ("/api/v1/namespaces", true),
            ("/apis/rbac.authorization.k8s.io/v1/clusterroles", true),
            ("/apis/apps/v1/namespaces/podlings/deployments?dryRun=All", false),
            ("/api/v1/namespaces/podlings/pods/web/exec", false),
            ("/api/v1/namespaces/podlings/serviceaccounts/web/token", false),
            ("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", false),
        ] {
            assert_eq!(may_make(&request(Method::POST, path, json)), makes, "{path}");
        }
        let web = "/apis/apps/v1/namespaces/podlings/deployments/web";
        assert!(may_make(&request(Method::PATCH, web, "application/apply-patch+yaml")));
        assert!(!may_make(&request(Method::PATCH, web, "application/merge-patch+json")));
        assert!(!may_make(&request(Method::PUT, &format!("{web}/scale"), json)));
        assert!(!may_make(&request(Method::GET, web, json)));
    }

    #[test]
    fn what_was_made_and_what_may_have_been_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let deeds = Deeds::in_file(folder.path().join("new/deeds"));
        deeds.write(&Deed::Asked("lost: there is no file".to_owned()));
        deeds.open();
        let at = |plural: &str, name: &str| format!("/api/v1/namespaces/podlings/{plural}/{name}");
        let asked = |path: String| deeds.write(&Deed::Asked(path));
        let answered = |path: String, uid: Option<&str>| {
            deeds.write(&Deed::Answered { path, uid: uid.map(str::to_owned) });
        };
        asked(at("pods", "made"));
        answered(at("pods", "made"), Some("1"));
        asked(at("pods", "refused"));
        answered(at("pods", "refused"), None);
        asked(at("pods", "killed"));
        asked(path_of_new(
            "/apis/batch/v1/namespaces/podlings/jobs",
            br#"{"metadata":{"generateName":"a-"}}"#,
        ));
        let done = deeds.read();
        assert!(done.claims("/any", "1") && !done.claims(&at("pods", "made"), "another of that name"));
        assert!(done.claims(&at("pods", "killed"), "2") && !done.claims(&at("pods", "refused"), "3"));
        assert!(done.claims("/apis/batch/v1beta1/namespaces/podlings/jobs/a-x7", "4"));
        assert!(!done.claims(&at("secrets", "killed"), "5"));
        deeds.settle(&done.open, [(at("pods", "killed"), "2"), (at("pods", "other"), "6")].into_iter());
        deeds.forget("1");
        assert!(!deeds.read().claims("/any", "1"));
        let done = deeds.read();
        assert!(done.claims(&at("pods", "killed"), "2") && !done.claims(&at("pods", "killed"), "another"));
        assert!(!done.claims(&at("pods", "other"), "6"));
    }

    #[test]
    fn a_long_file_keeps_the_newest_of_what_counts() {
        let folder = tempfile::tempdir().unwrap();
        let deeds = Deeds::in_file(folder.path().join("deeds"));
        deeds.open();
        let path = |name: &str| format!("/api/v1/namespaces/podlings/pods/{name}");
        for name in ["a", "gone", "b", "c"] {
            deeds.write(&Deed::Asked(path(name)));
            deeds.write(&Deed::Answered { path: path(name), uid: Some(name.to_owned()) });
        }
        deeds.forget("gone");
        deeds.write(&Deed::Asked(path("c")));
        let (done, whole) = (deeds.read(), deeds.shortened(KEPT_MAX));
        assert_eq!((whole.lines().count(), done.made.len()), (4, 3));
        let newest = deeds.shortened(whole.len() - 1);
        for (text, made) in [(whole, vec!["a", "b", "c"]), (newest, vec!["b", "c"])] {
            fs::write(&deeds.file, text).unwrap();
            let kept = deeds.read();
            assert_eq!(kept.made.keys().collect::<Vec<_>>(), made);
            assert_eq!(kept.open, done.open);
        }
    }
}
