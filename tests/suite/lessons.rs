//! The course itself: it lints clean, every step of it is proved, and its checks are watched.

use std::collections::BTreeMap;
use std::time::Duration;

use podlings::base::Streams;
use podlings::check::Observer;
use podlings::cluster::{Cluster, ClusterConfig};
use podlings::environment::{CommandLine, Embedded, Environment, ToolSettings, Workspace};
use podlings::lesson::{Source, load};

use super::program::piped;

/// Runs an author's tool over the built-in course and expects it to find nothing.
fn author(arguments: &[&str]) {
    let home = tempfile::tempdir().unwrap();
    let output = piped(home.path(), arguments, "");
    let told = String::from_utf8_lossy(&output.stdout);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{told}\n{error}");
}

#[test]
fn the_course_lints_clean() {
    author(&["author", "lint", "--deny", "warnings"]);
}

#[test]
fn every_step_of_the_course_is_proved() {
    author(&["author", "test", "--deny", "warnings"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_observer_tells_of_a_change_and_is_silent_without_one() {
    let folder = tempfile::tempdir().unwrap();
    let cluster = Cluster::start(ClusterConfig { manual_time: true, ..ClusterConfig::default() }).unwrap();
    let listener = cluster.listen(0).await.unwrap();
    let settings = ToolSettings {
        workspace: Workspace::open(&folder.path().join("workspace")).unwrap(),
        shims: folder.path().join("bin"),
        kubeconfig: folder.path().join("kubeconfig"),
        deeds: folder.path().join("deeds"),
        executable: None,
        environment: BTreeMap::new(),
        home: None,
        plain: true,
    };
    let environment = Environment::Embedded(Embedded::new(cluster, listener, &settings).unwrap());
    let (course, _) = load(&Source::Embedded);
    let (chapter, step) = course.find("deployments/scale-up").unwrap();
    let step = &course.chapters[chapter].steps[step];
    environment.prepare(&step.start, true).await.unwrap();
    let mut observer = Observer::start(environment.client(), environment.namespace(), step);
    let silence = podlings::base::timeout(Duration::from_millis(300), observer.changed()).await;
    assert!(silence.is_none(), "nothing changed");
    for line in &step.solutions[0] {
        let (mut streams, _) = Streams::captured("");
        assert_eq!(environment.run(&CommandLine::parse(line), &mut streams).await, 0);
    }
    let change = podlings::base::timeout(Duration::from_secs(10), observer.changed()).await;
    assert!(change.is_some(), "the Deployment was scaled");
}
