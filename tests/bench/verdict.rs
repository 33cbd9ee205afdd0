//! How soon a verdict follows the state, and what an explanation costs.

use std::time::Duration;

use k8s_openapi::api::apps::v1::Deployment;
use kube::Api;
use kube::api::{Patch, PatchParams, PostParams};
use podlings::base::{Stopwatch, sleep, timeout};
use podlings::check::{self, Context, Observer};
use podlings::lesson::{Language, Source, Step, load};
use serde_json::json;

use super::{Report, manual, runtime, time::deployment};

const ROUNDS: u32 = 20;

/// A step with one check.
fn step() -> Step {
    let folder = tempfile::tempdir().unwrap();
    let check = "- that: two\n  object: deployment/web\n  contains: {spec: {replicas: 2}}";
    std::fs::create_dir(folder.path().join("01-a")).unwrap();
    let chapter = format!("# T\n\n## S {{#s}}\n\n```yaml check\n{check}\n```\n");
    std::fs::write(folder.path().join("01-a/en.md"), chapter).unwrap();
    load(&Source::Folder(folder.path().to_owned())).0.chapters[0].steps[0].clone()
}

/// From the write that makes a state true to the verdict, beside twenty other Deployments.
pub(super) fn verdict(report: &mut Report) {
    runtime().block_on(async {
        let cluster = manual(1);
        let deployments: Api<Deployment> = Api::default_namespaced(cluster.client());
        for number in 0..20 {
            let one = deployment(&format!("other-{number}"), 3);
            deployments.create(&PostParams::default(), &one).await.unwrap();
        }
        deployments.create(&PostParams::default(), &deployment("web", 2)).await.unwrap();
        cluster.pass(Duration::from_mins(2));
        let context = Context {
            client: cluster.client(),
            namespace: "default".to_owned(),
            language: Language::En,
            answers: std::collections::BTreeMap::new(),
            commands: Vec::new(),
            answered: None,
            snap: std::collections::BTreeMap::new(),
        };
        let step = step();
        let mut observer = Observer::start(cluster.client(), "default", &step);
        let (mut slowest, mut explaining) = (Duration::ZERO, Duration::ZERO);
        for _ in 0..ROUNDS {
            scale(&deployments, 1).await;
            sleep(Duration::from_millis(200)).await;
            told(&mut observer).await;
            let watch = Stopwatch::start();
            assert!(!check::is_passed(&step, &context).await);
            let _ = check::evaluate(&step, &context).await;
            explaining += watch.elapsed();
            sleep(Duration::from_millis(100)).await;
            let watch = Stopwatch::start();
            scale(&deployments, 2).await;
            // As the tutor does: it looks when the watch tells of a change.
            told(&mut observer).await;
            while !check::is_passed(&step, &context).await {
                told(&mut observer).await;
            }
            slowest = slowest.max(watch.elapsed());
        }
        let shown = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1e3);
        report.row("verdict: slowest of 20 after the state became true", &shown(slowest), "under 50 ms");
        report.row("verdict: not passed, with its reason", &shown(explaining / ROUNDS), "under 50 ms");
    });
}

/// Waits for a change; a bench that hears of none goes on.
async fn told(observer: &mut Observer) {
    let _ = timeout(Duration::from_secs(1), observer.changed()).await;
}

async fn scale(deployments: &Api<Deployment>, replicas: u32) {
    let patch = json!({"spec": {"replicas": replicas}});
    deployments.patch("web", &PatchParams::default(), &Patch::Merge(&patch)).await.unwrap();
}
