//! The built-in kubectl against an embedded cluster, both in this process, time moved by hand.

use std::time::Duration;

use podlings::base::Streams;
use podlings::cluster::{Cluster, ClusterConfig};
use podlings::kubectl::{self, Factory, Settings};

/// A learner's terminal without a terminal.
struct Bench {
    cluster: Cluster,
    factory: Factory,
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let config = ClusterConfig { manual_time: true, seed: 1, ..ClusterConfig::default() };
        let cluster = Cluster::start(config).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            in_process: Some(("minikube".to_owned(), cluster.client())),
            working_folder: folder.path().to_owned(),
            ..Settings::default()
        };
        let factory = Factory::new(settings).with_clock(cluster.clock());
        Self { cluster, factory, folder }
    }

    fn file(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn pass(&self, seconds: u64) {
        self.cluster.pass(Duration::from_secs(seconds));
    }

    /// Runs a command with time standing still: exit code, output, errors.
    async fn run(&self, line: &str) -> (i32, String, String) {
        let words = shlex::split(line).unwrap();
        let (mut streams, printed) = Streams::captured("");
        let code = kubectl::run(&words, &mut streams, &self.factory).await;
        (code, printed.out(), printed.err())
    }

    /// As [`Bench::run`], with time going on whenever the command waits for something.
    async fn wait(&self, line: &str) -> (i32, String, String) {
        self.cluster.run_eagerly(true);
        let done = self.run(line).await;
        self.cluster.run_eagerly(false);
        done
    }

    /// The output of a command that works and complains about nothing.
    async fn prints(&self, line: &str) -> String {
        let (code, out, err) = self.run(line).await;
        assert_eq!((code, err.as_str()), (0, ""), "{line}");
        out
    }

    /// The errors of a command that fails.
    async fn fails(&self, line: &str) -> String {
        let (code, out, err) = self.run(line).await;
        assert_eq!((code, out.as_str()), (1, ""), "{line}");
        err
    }
}

const WEB: &str = "
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {color: blue}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: nginx, image: 'nginx:1.25'}
";

#[tokio::test]
async fn a_pod_is_run_looked_at_and_deleted() {
    let bench = Bench::new();
    assert_eq!(bench.prints("run web --image=nginx:1.27 --labels=app=web").await, "pod/web created\n");
    assert_eq!(
        bench.fails("run web --image=nginx:1.27").await,
        "Error from server (AlreadyExists): pods \"web\" already exists\n"
    );
    bench.pass(60);
    assert_eq!(
        bench.prints("get pods").await,
        "NAME   READY   STATUS    RESTARTS   AGE\nweb    1/1     Running   0          60s\n"
    );
    assert_eq!(
        bench.prints("get pods -o wide").await,
        "NAME   READY   STATUS    RESTARTS   AGE   IP           NODE       NOMINATED NODE   READINESS GATES\n\
         web    1/1     Running   0          60s   10.244.0.3   minikube   <none>           <none>\n"
    );
    assert_eq!(bench.prints("get po -l app=web -o name").await, "pod/web\n");
    assert_eq!(bench.prints("get pod web -o jsonpath='{.spec.containers[*].image}'").await, "nginx:1.27");
    assert_eq!(
        bench.prints("get pod web -o custom-columns=NAME:.metadata.name,NONE:.spec.nothing").await,
        "NAME   NONE\nweb    <none>\n"
    );
    let yaml = bench.prints("get pod web -o yaml").await;
    assert!(yaml.starts_with("apiVersion: v1\nkind: Pod\nmetadata:\n"), "{yaml}");
    assert!(yaml.contains("\n    app: web\n"), "{yaml}");
    assert!(!yaml.contains("managedFields"), "{yaml}");
    assert_eq!(bench.prints("exec web -- hostname").await, "web\n");
    let (code, _, err) = bench.run("exec web -- sh -c 'exit 42'").await;
    assert_eq!((code, err.as_str()), (42, "command terminated with exit code 42\n"));
    assert!(bench.prints("logs web --tail=1").await.contains("start worker process"));
    let described = bench.prints("describe pod web").await;
    assert!(described.starts_with("Name:             web\nNamespace:        default\n"), "{described}");
    assert!(described.contains("Successfully assigned default/web to minikube"), "{described}");
    let deleted = bench.wait("delete pod web").await;
    assert_eq!(deleted, (0, "pod \"web\" deleted from default namespace\n".to_owned(), String::new()));
    assert_eq!(bench.fails("get pod web").await, "Error from server (NotFound): pods \"web\" not found\n");
    let (_, out, err) = bench.run("get pods").await;
    assert_eq!((out.as_str(), err.as_str()), ("", "No resources found in default namespace.\n"));
}

#[tokio::test]
async fn a_deployment_is_scaled_rolled_out_and_back() {
    let bench = Bench::new();
    bench.prints("create deployment web --image=nginx:1.25 --replicas=2").await;
    bench.pass(60);
    assert_eq!(bench.prints("scale deployment web --replicas=3").await, "deployment.apps/web scaled\n");
    bench.pass(30);
    assert_eq!(
        bench.prints("get deploy web").await,
        "NAME   READY   UP-TO-DATE   AVAILABLE   AGE\nweb    3/3     3            3           90s\n"
    );
    assert_eq!(
        bench.prints("set image deployment/web nginx=nginx:1.26").await,
        "deployment.apps/web image updated\n"
    );
    let (code, out, _) = bench.wait("rollout status deployment/web").await;
    assert_eq!(code, 0);
    assert!(out.ends_with("deployment \"web\" successfully rolled out\n"), "{out}");
    assert_eq!(
        bench.prints("rollout history deployment/web").await,
        "deployment.apps/web \nREVISION  CHANGE-CAUSE\n1         <none>\n2         <none>\n\n"
    );
    assert_eq!(bench.prints("rollout undo deployment/web").await, "deployment.apps/web rolled back\n");
    bench.pass(60);
    let image = "get deployment web -o jsonpath={.spec.template.spec.containers[0].image}";
    assert_eq!(bench.prints(image).await, "nginx:1.25");
    assert_eq!(
        bench.fails("rollout undo deployment/web --to-revision=9").await,
        "error: unable to find specified revision 9 in history\n"
    );
    assert_eq!(
        bench.prints("delete deployment web --wait=false").await,
        "deployment.apps \"web\" deleted from default namespace\n"
    );
}

#[tokio::test]
async fn applying_twice_changes_nothing_and_a_wrong_file_says_where() {
    let bench = Bench::new();
    bench.file("web.yaml", WEB);
    assert_eq!(
        bench.prints("apply -f web.yaml").await,
        "configmap/settings created\ndeployment.apps/web created\n"
    );
    bench.pass(60);
    assert_eq!(
        bench.prints("apply -f web.yaml").await,
        "configmap/settings unchanged\ndeployment.apps/web unchanged\n"
    );
    bench.file("web.yaml", &WEB.replace("replicas: 2", "replicas: 1"));
    assert_eq!(
        bench.prints("apply -f web.yaml").await,
        "configmap/settings unchanged\ndeployment.apps/web configured\n"
    );
    let (code, out, _) = bench.run("diff -f web.yaml").await;
    assert_eq!((code, out.as_str()), (0, ""));
    bench.file("typo.yaml", &WEB.replace("replicas: 2", "replica: 2").replace("name: web", "name: typo"));
    assert_eq!(
        bench.run("apply -f typo.yaml").await.2,
        "Error from server (BadRequest): error when creating \"typo.yaml\": Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: unknown field \"spec.replica\"\n"
    );
    assert_eq!(
        bench.fails("apply -f missing.yaml").await,
        "error: the path \"missing.yaml\" does not exist\n"
    );
    bench.file("kindless.yaml", "apiVersion: v1\nmetadata: {name: a}\n");
    assert_eq!(
        bench.fails("apply -f kindless.yaml").await,
        "error: error validating \"kindless.yaml\": error validating data: kind not set; if you choose to ignore these errors, turn validation off with --validate=false\n"
    );
}

#[tokio::test]
async fn a_forced_change_that_cannot_be_created_leaves_the_old_object() {
    let bench = Bench::new();
    bench.file("web.yaml", WEB);
    bench.prints("apply -f web.yaml").await;
    bench.file("wrong.yaml", &WEB.replace("matchLabels: {app: web}", "matchLabels: {app: other}"));
    let (code, _, err) = bench.wait("apply -f wrong.yaml --force").await;
    assert_eq!((code, err.contains("`selector` does not match template `labels`")), (1, true), "{err}");
    assert_eq!(bench.prints("get deployment web -o jsonpath={.spec.selector.matchLabels.app}").await, "web");
}

#[tokio::test]
async fn preferences_that_are_named_must_be_there() {
    let bench = Bench::new();
    assert_eq!(
        bench.fails("kuberc view --kuberc kuberc").await,
        "error occurred while applying preferences kuberc error kuberc: open kuberc: no such file or directory\n"
    );
}

#[tokio::test]
async fn what_is_typed_wrong_is_refused_in_kubectls_words() {
    let bench = Bench::new();
    let cases = [
        ("get nothings", "error: the server doesn't have a resource type \"nothings\"\n"),
        ("get pods/a/b", "error: arguments in resource/name form may not have more than one slash\n"),
        ("get pod/a,pod/b", "error: arguments in resource/name form may not have more than one slash\n"),
        (
            "get pod/a b",
            "error: there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'\n",
        ),
        ("delete pods", "error: resource(s) were provided, but no name was specified\n"),
        ("delete pods a -l b=c", "error: name cannot be provided when a selector is specified\n"),
        (
            "delete pod/a --all",
            "error: selectors and the all flag cannot be used when passing resource/name arguments\n",
        ),
        ("get pod a -A", "error: a resource cannot be retrieved by name across all namespaces\n"),
        ("run web", "error: required flag(s) \"image\" not set\n"),
        ("set env -f - -", "error: standard input cannot be used for multiple arguments\n"),
        ("delete --raw /api/v1/pods --interactive", "error: --interactive can not be used with --raw\n"),
        (
            "delete --raw pods",
            "error: --raw must be a valid URL path: parse \"pods\": invalid URI for request\n",
        ),
    ];
    for (line, expected) in cases {
        assert_eq!(bench.fails(line).await, expected, "{line}");
    }
}

#[tokio::test]
async fn the_server_tells_its_version_its_schema_and_what_is_on_its_way_out() {
    let bench = Bench::new();
    let version = bench.prints("get --raw /version").await;
    assert!(version.contains("\n  \"minor\": \"36\",\n"), "{version}");
    let explained = bench.prints("explain pod.spec.nodeName").await;
    assert!(
        explained.starts_with("KIND:       Pod\nVERSION:    v1\n\nFIELD: nodeName <string>\n"),
        "{explained}"
    );
    let (code, _, err) = bench.run("get endpoints kubernetes").await;
    let warning = "Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\n";
    assert_eq!((code, err.as_str()), (0, warning));
    let (_, _, err) = bench.run("get endpoints nothing").await;
    assert_eq!(err, format!("{warning}Error from server (NotFound): endpoints \"nothing\" not found\n"));
}

#[tokio::test]
async fn files_are_copied_into_containers_and_out_again() {
    let bench = Bench::new();
    bench.prints("run web --image=nginx:1.27").await;
    bench.prints("run box --image=busybox -- tail -f /dev/null").await;
    bench.prints("run bare --image=registry.k8s.io/pause:3.10").await;
    bench.pass(60);
    let bytes: Vec<u8> = (0..200_000_u32).map(|number| (number * 7 % 256) as u8).collect();
    std::fs::create_dir_all(bench.folder.path().join("site/deep")).unwrap();
    std::fs::write(bench.folder.path().join("site/deep/picture"), &bytes).unwrap();
    let out = |name: &str| std::fs::read(bench.folder.path().join(name)).unwrap();

    for (pod, words) in [
        ("web", "tar: Removing leading `/' from member names\n"),
        ("box", "tar: removing leading '/' from member names\n"),
    ] {
        let quiet = (0, String::new(), String::new());
        assert_eq!(bench.wait(&format!("cp site {pod}:/tmp")).await, quiet);
        let copied = bench.wait(&format!("cp {pod}:/tmp/site {pod}-copy")).await;
        assert_eq!(copied, (0, words.to_owned(), String::new()));
        assert!(out(&format!("{pod}-copy/deep/picture")) == bytes, "bytes from {pod} differ");
        assert_eq!(bench.wait(&format!("cp site/deep/picture {pod}:/tmp/one")).await, quiet);
        let copied = bench.wait(&format!("cp --retries=1 {pod}:tmp/one {pod}-one")).await;
        assert_eq!(copied, quiet);
        assert!(out(&format!("{pod}-one")) == bytes, "bytes from {pod} differ");
    }
    let (code, said, err) = bench.wait("cp box:/nope nope").await;
    // A tar that found nothing has made a whole archive; upstream takes that for success.
    assert_eq!(code, 0, "{err}");
    assert!(said.contains("tar: /nope: No such file or directory\n"), "{said}");
    let (code, _, err) = bench.wait("cp site/deep/picture bare:/tmp/one").await;
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("exec: \"tar\": executable file not found in $PATH"), "{err}");
}

#[tokio::test]
async fn what_is_missing_keeps_set_from_changing_anything() {
    let bench = Bench::new();
    bench.file("web.yaml", WEB);
    bench.prints("apply -f web.yaml").await;
    let missing = "Error from server (NotFound): configmaps \"nope\" not found\n";
    assert_eq!(bench.fails("set image deploy/web cm/nope nginx=nginx:1.26").await, missing);
    assert_eq!(bench.fails("set env deploy/web cm/nope A=b").await, missing);
    assert_eq!(bench.fails("apply view-last-applied deploy/web cm/nope").await, missing);
    // What has no template is told of, and the rest is changed.
    let (code, out, err) = bench.run("set image cm/settings deploy/web nope=x --local=false").await;
    let unchanged = "error: configmaps/settings the object is not a pod or does not have a pod template: *v1.ConfigMap\n\nerror: unable to find container named \"nope\"\n";
    assert_eq!((code, out.as_str(), err.as_str()), (1, "", unchanged));
    // A selector is set wherever it can be.
    bench.prints("create service clusterip web --tcp=80").await;
    let (code, out, err) = bench.run("set selector svc/web cm/nope a=b").await;
    assert_eq!((code, out.as_str(), err.as_str()), (1, "service/web selector updated\n", missing));
    // A cause that is noted is a change by itself.
    let (_, out, _) = bench.run("set image deploy/web nginx=nginx:1.25 --record").await;
    assert_eq!(out, "deployment.apps/web image updated\n");
}

#[tokio::test]
async fn names_and_selectors_that_are_empty_mean_nothing() {
    let bench = Bench::new();
    bench.file("web.yaml", WEB);
    bench.prints("apply -f web.yaml").await;
    let both =
        "Error from server (NotFound): configmaps \"nope\" not found\nresource name may not be empty\n";
    for line in ["describe cm nope ''", "delete cm nope ''", "label cm nope '' a=b", "patch cm nope '' -p {}"]
    {
        assert_eq!(bench.fails(line).await, both, "{line}");
    }
    assert_eq!(bench.fails("patch cm '' -p {}").await, "error: resource name may not be empty\n");
    let unnamed = "error: resource(s) were provided, but no name was specified\n";
    assert_eq!(bench.fails("delete cm -l ' '").await, unnamed);
    assert_eq!(bench.prints("label cm settings a=b -l ' '").await, "configmap/settings labeled\n");
    assert_eq!(bench.fails("exec '' -- ls").await, "error: pod, type/name or --filename must be specified\n");
    assert!(bench.fails("logs ''").await.starts_with("error: You must provide one or more resources"));
    assert_eq!(bench.fails("create token ''").await, "error: service account name is required\n");
}

#[tokio::test]
async fn what_stands_behind_dashes_alone_names_the_pod_too() {
    let bench = Bench::new();
    assert_eq!(bench.prints("run --image=nginx --dry-run=client -o name -- web sh").await, "pod/web\n");
    // Each object that is labelled is printed by a printer of its own.
    bench.file("web.yaml", WEB);
    let text = bench.prints("label --local -f web.yaml a=b -o yaml").await;
    assert!(!text.contains("---") && text.matches("apiVersion: ").count() == 2, "{text}");
}
