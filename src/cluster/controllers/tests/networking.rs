//! Traffic between Pods: Services, names, policies.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::apimachinery::builtin::{DEPLOYMENT, NETWORK_POLICY, POD, SERVICE};
use crate::base::json;

/// Runs a command in a Pod: what it printed, errors included, and its exit code.
fn exec(simulation: &mut Simulation, pod: &str, command: &[&str]) -> (String, i32) {
    let command: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
    let Simulation { registry, node, .. } = simulation;
    let process = node.exec(registry, &key(pod), None, &command, false, false).unwrap();
    let mut text = Vec::new();
    for _ in 0..300 {
        let output = simulation.node.take_output(process);
        text.extend(output.stdout);
        text.extend(output.stderr);
        if let Some(code) = output.exit_code {
            return (String::from_utf8(text).unwrap(), code);
        }
        run(simulation, 1);
    }
    panic!("{command:?} does not end");
}

/// A cluster with two nginx Pods behind the Service `web`, and busybox Pods `friend` and `stranger`.
fn shop() -> Simulation {
    let mut simulation = cluster();
    create(&mut simulation, &DEPLOYMENT, "web", deployments::web(2));
    create(
        &mut simulation,
        &SERVICE,
        "web",
        json!({"spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}),
    );
    for name in ["friend", "stranger"] {
        let container = json!({"name": "c", "image": "busybox", "command": ["sleep", "3600"]});
        let fields = json!({"labels": {"role": name}, "spec": {"containers": [container]}});
        create(&mut simulation, &POD, name, fields);
    }
    run(&mut simulation, 60);
    simulation
}

fn asks(simulation: &mut Simulation, pod: &str) -> (String, i32) {
    exec(simulation, pod, &["wget", "-qO-", "-T", "2", "http://web"])
}

#[test]
fn a_policy_lets_through_only_what_it_names() {
    let mut simulation = shop();
    assert_eq!(asks(&mut simulation, "stranger").1, 0);
    let from = json!([{"podSelector": {"matchLabels": {"role": "friend"}}}]);
    let spec = json!({"podSelector": {"matchLabels": {"app": "web"}}, "ingress": [{"from": from}]});
    create(&mut simulation, &NETWORK_POLICY, "web", json!({"spec": spec}));
    assert_eq!(asks(&mut simulation, "friend").1, 0);
    assert_eq!(asks(&mut simulation, "stranger"), ("wget: download timed out\n".to_owned(), 1));
    delete(&mut simulation, &NETWORK_POLICY, "web");
    assert_eq!(asks(&mut simulation, "stranger").1, 0);
}

#[test]
fn datagrams_reach_what_takes_them_and_come_back() {
    let mut simulation = shop();
    let container =
        json!({"name": "c", "image": "registry.k8s.io/e2e-test-images/agnhost:2.56", "args": ["netexec"]});
    for (name, app) in [("server", "udp"), ("dialler", "dialler")] {
        let fields = json!({"labels": {"app": app}, "spec": {"containers": [container]}});
        create(&mut simulation, &POD, name, fields);
    }
    let ports = json!([
        {"name": "tcp", "port": 90, "targetPort": 8080},
        {"name": "udp", "port": 90, "targetPort": 8081, "protocol": "UDP"},
        {"name": "none", "port": 91, "targetPort": 8080, "protocol": "UDP"},
    ]);
    create(&mut simulation, &SERVICE, "udp", json!({"spec": {"selector": {"app": "udp"}, "ports": ports}}));
    run(&mut simulation, 30);
    let send = |simulation: &mut Simulation, text: &str, port: u16| {
        exec(simulation, "friend", &["sh", "-c", &format!("echo {text} | nc -u -w 1 udp {port}")])
    };
    assert_eq!(send(&mut simulation, "hostName", 90), ("server".to_owned(), 0));
    assert_eq!(send(&mut simulation, "'echo a b'", 90), ("a b".to_owned(), 0));
    assert_eq!(send(&mut simulation, "what", 90), (String::new(), 0));
    let refused = ("nc: read error: Connection refused\n".to_owned(), 1);
    assert_eq!(send(&mut simulation, "hostName", 91), refused);
    let address = get(&simulation, &SERVICE, "udp").text("/spec/clusterIP").to_owned();
    let dialler = get(&simulation, &POD, "dialler").text("/status/podIP").to_owned();
    let dial = |simulation: &mut Simulation, port: u16| {
        let place = format!(
            "http://{dialler}:8080/dial?request=hostName&protocol=udp&host={address}&port={port}&tries=2"
        );
        exec(simulation, "friend", &["wget", "-qO-", &place]).0
    };
    assert_eq!(dial(&mut simulation, 90), r#"{"responses":["server","server"]}"#);
    assert!(dial(&mut simulation, 91).contains("connection refused"));
    let policy =
        json!({"podSelector": {"matchLabels": {"app": "udp"}}, "ingress": [{"ports": [{"port": 8080}]}]});
    create(&mut simulation, &NETWORK_POLICY, "tcp", json!({"spec": policy}));
    assert_eq!(send(&mut simulation, "hostName", 90), (String::new(), 0));
}

#[test]
fn an_old_busybox_looks_names_up_in_its_own_way() {
    let mut simulation = shop();
    let containers = json!([{"name": "c", "image": "busybox:1.28", "command": ["sleep", "1d"]}]);
    create(&mut simulation, &POD, "old", json!({"spec": {"containers": containers}}));
    run(&mut simulation, 60);
    let address = get(&simulation, &SERVICE, "web").text("/spec/clusterIP").to_owned();
    let server = "Server:    10.96.0.10\nAddress 1: 10.96.0.10 kube-dns.kube-system.svc.cluster.local\n\n";
    let found = format!("{server}Name:      web\nAddress 1: {address} web.default.svc.cluster.local\n");
    assert_eq!(exec(&mut simulation, "old", &["nslookup", "web"]), (found, 0));
    let missing = format!("{server}nslookup: can't resolve 'nowhere'\n");
    assert_eq!(exec(&mut simulation, "old", &["nslookup", "nowhere"]), (missing, 1));
}

#[test]
fn echo_servers_answer_in_the_way_of_their_images() {
    let mut simulation = shop();
    for (name, image) in [
        ("kube", "registry.k8s.io/echoserver:1.10"),
        ("first", "registry.k8s.io/echoserver:1.4"),
        ("mini", "kicbase/echo-server:1.0"),
    ] {
        create(&mut simulation, &POD, name, json!({"spec": {"containers": [{"name": "c", "image": image}]}}));
    }
    run(&mut simulation, 120);
    let mut asked = |name: &str| {
        let address = get(&simulation, &POD, name).text("/status/podIP").to_owned();
        exec(&mut simulation, "friend", &["wget", "-qO-", &format!("http://{address}:8080/a?b=c")]).0
    };
    let told = asked("kube");
    assert!(
        told.starts_with("\n\nHostname: kube\n\nPod Information:\n\t-no pod information available-\n"),
        "{told}"
    );
    assert!(
        told.contains("\tmethod=GET\n\treal path=/a?b=c\n\tquery=b=c\n")
            && told.ends_with("Request Body:\n\t-no body in request-\n\n"),
        "{told}"
    );
    let told = asked("first");
    assert!(
        told.starts_with("CLIENT VALUES:\nclient_address=10.244.") && told.contains("\ncommand=GET\n"),
        "{told}"
    );
    assert!(asked("mini").starts_with("Request served by mini\n\nHTTP/1.1 GET /a?b=c\n\nHost: "));
}

#[test]
fn who_may_not_leave_cannot_even_ask_for_names() {
    let mut simulation = shop();
    let deny = json!({"podSelector": {"matchLabels": {"role": "friend"}}, "policyTypes": ["Egress"]});
    create(&mut simulation, &NETWORK_POLICY, "quiet", json!({"spec": deny}));
    assert_eq!(asks(&mut simulation, "friend"), ("wget: bad address 'web'\n".to_owned(), 1));
    let (text, _) = exec(&mut simulation, "friend", &["nslookup", "web"]);
    assert_eq!(text, ";; connection timed out; no servers could be reached\n\n");
    change(&mut simulation, &NETWORK_POLICY, "quiet", |policy| {
        policy.set(
            "/spec/egress",
            json!([{"to": [{"namespaceSelector": {}}], "ports": [{"port": 53, "protocol": "UDP"}]}]),
        );
    });
    assert_eq!(asks(&mut simulation, "friend").0, "wget: download timed out\n");
}

#[test]
fn without_the_dns_there_are_no_names() {
    let mut simulation = shop();
    let coredns = ObjectKey::new("kube-system", "coredns");
    let mut none = Object::clone(&simulation.registry.get(&DEPLOYMENT, &coredns).unwrap());
    none.set("/spec/replicas", 0);
    simulation.registry.update(&DEPLOYMENT, &coredns, none, &WriteOptions::component("test")).unwrap();
    run(&mut simulation, 60);
    assert_eq!(asks(&mut simulation, "friend").0, "wget: bad address 'web'\n");
    let address = get(&simulation, &SERVICE, "web").text("/spec/clusterIP").to_owned();
    let direct = exec(&mut simulation, "friend", &["wget", "-qO-", &format!("http://{address}")]);
    assert_eq!(direct.1, 0);
}

#[test]
fn a_tunnel_gives_load_balancers_an_address_for_as_long_as_it_is_open() {
    let mut simulation = cluster();
    create(
        &mut simulation,
        &SERVICE,
        "web",
        json!({"spec": {"type": "LoadBalancer", "ports": [{"port": 80}]}}),
    );
    run(&mut simulation, 1);
    let address = |simulation: &Simulation| {
        get(simulation, &SERVICE, "web").text("/status/loadBalancer/ingress/0/ip").to_owned()
    };
    assert_eq!(address(&simulation), "");
    simulation.open_tunnel();
    simulation.open_tunnel();
    assert_eq!(address(&simulation), "127.0.0.1");
    simulation.close_tunnel();
    assert_eq!(address(&simulation), "127.0.0.1");
    simulation.close_tunnel();
    assert_eq!(address(&simulation), "");
}

#[test]
fn endpoints_that_somebody_writes_become_slices() {
    let mut simulation = cluster();
    create(&mut simulation, &SERVICE, "db", json!({"spec": {"ports": [{"port": 5432}]}}));
    let subsets = json!([{"addresses": [{"ip": "10.1.2.3"}], "ports": [{"port": 5432}]}]);
    create(&mut simulation, &builtin::ENDPOINTS, "db", json!({"subsets": subsets}));
    run(&mut simulation, 1);
    let mirrors = |simulation: &Simulation| {
        let mut slices = simulation.registry.list(&builtin::ENDPOINT_SLICE, Some("default"));
        slices.retain(|slice| slice.label("kubernetes.io/service-name") == Some("db"));
        slices
    };
    let slices = mirrors(&simulation);
    assert_eq!(slices.len(), 1);
    assert_eq!(
        slices[0].list("/endpoints"),
        [json!({"addresses": ["10.1.2.3"], "conditions": {"ready": true}})]
    );
    assert_eq!(
        slices[0].label("endpointslice.kubernetes.io/managed-by"),
        Some("endpointslicemirroring-controller.k8s.io")
    );
    delete(&mut simulation, &builtin::ENDPOINTS, "db");
    run(&mut simulation, 1);
    assert!(mirrors(&simulation).is_empty());
}

/// Applies minikube's ingress addon, with a certificate for its webhook.
fn enable_ingress(simulation: &mut Simulation) {
    let documents = crate::base::parse_yaml(include_str!("../../../minikube/ingress.yaml")).unwrap();
    let host = "ingress-nginx-controller-admission.ingress-nginx.svc";
    let pair = rcgen::generate_simple_self_signed(vec![host.to_owned()]).unwrap();
    let certificate = STANDARD.encode(pair.cert.pem());
    for document in documents {
        let mut object = Object::from_value(document.value).unwrap();
        match object.kind() {
            "Secret" => object.set("/data/cert", certificate.clone()),
            "ValidatingWebhookConfiguration" => {
                object.set("/webhooks/0/clientConfig/caBundle", certificate.clone());
            }
            _ => {}
        }
        let kind = crate::apimachinery::kind_of(object.api_version(), object.kind()).unwrap();
        let namespace = object.namespace().to_owned();
        simulation.registry.create(kind, &namespace, object, &WriteOptions::component("test")).unwrap();
    }
    run(simulation, 120);
}

#[test]
fn ingress_nginx_serves_the_ingresses_of_its_class() {
    let mut simulation = shop();
    let path = json!({"path": "/", "pathType": "Prefix",
        "backend": {"service": {"name": "web", "port": {"number": 80}}}});
    let spec = json!({"rules": [{"host": "shop.test", "http": {"paths": [path]}}]});
    enable_ingress(&mut simulation);
    create(&mut simulation, &builtin::INGRESS, "shop", json!({"spec": spec}));
    let mut again = Object::new(&builtin::INGRESS, "default", "again");
    again.set("/spec", get(&simulation, &builtin::INGRESS, "shop").field("spec").clone());
    let refused =
        simulation.registry.create(&builtin::INGRESS, "default", again, &WriteOptions::component("test"));
    let refused = refused.unwrap_err();
    assert_eq!((refused.code, refused.reason.as_str()), (400, "BadRequest"));
    assert_eq!(
        refused.message,
        "admission webhook \"validate.nginx.ingress.kubernetes.io\" denied the request: host \"shop.test\" and path \"/\" is already defined in ingress default/shop"
    );
    run(&mut simulation, 1);
    let ingress = get(&simulation, &builtin::INGRESS, "shop");
    assert_eq!(ingress.text("/spec/ingressClassName"), "nginx");
    assert_eq!(ingress.text("/status/loadBalancer/ingress/0/ip"), "");
    run(&mut simulation, 60);
    let ingress = get(&simulation, &builtin::INGRESS, "shop");
    assert_eq!(ingress.text("/status/loadBalancer/ingress/0/ip"), "192.168.49.2");
    assert_eq!(messages(&simulation, "Sync"), ["Scheduled for sync"]);

    let controller = "http://ingress-nginx-controller.ingress-nginx";
    let mut curl = |place: &str| {
        exec(&mut simulation, "friend", &["wget", "-qO-", "--header", "Host: shop.test", place])
    };
    assert!(curl(controller).0.contains("Welcome to nginx!"));
    assert!(curl("http://192.168.49.2").0.contains("Welcome to nginx!"));
    let (text, code) = exec(&mut simulation, "friend", &["wget", "-qO-", controller]);
    assert_eq!((text.as_str(), code), ("wget: server returned error: HTTP/1.1 404 Not Found\n", 1));
    change(&mut simulation, &DEPLOYMENT, "web", |web| web.set("/spec/replicas", 0));
    run(&mut simulation, 30);
    let (text, _) =
        exec(&mut simulation, "friend", &["wget", "-qO-", "--header", "Host: shop.test", controller]);
    assert_eq!(text, "wget: server returned error: HTTP/1.1 503 Service Unavailable\n");
}

#[test]
fn dig_shows_the_parts_that_it_is_asked_for() {
    let mut simulation = shop();
    let containers = json!([{"name": "c", "image": "registry.k8s.io/e2e-test-images/agnhost:2.56"}]);
    let spec =
        json!({"containers": containers, "hostname": "one", "subdomain": "web", "setHostnameAsFQDN": true});
    create(&mut simulation, &POD, "asker", json!({"spec": spec}));
    run(&mut simulation, 60);
    let address = get(&simulation, &SERVICE, "web").text("/spec/clusterIP").to_owned();
    let mut told = |words: &[&str]| exec(&mut simulation, "asker", words).0;
    assert_eq!(
        told(&["dig", "+noall", "+answer", "+search", "web"]),
        format!("web.default.svc.cluster.local. 30 IN\tA\t{address}\n")
    );
    let whole = told(&["dig", "web.default.svc.cluster.local"]);
    assert!(
        whole.contains(
            "\n;; QUESTION SECTION:\n;web.default.svc.cluster.local.\tIN\tA\n\n;; ANSWER SECTION:\nweb."
        ),
        "{whole}"
    );
    assert!(whole.contains(";; Query time: ") && whole.contains(" UTC 2026\n"), "{whole}");
    let full = "one.web.default.svc.cluster.local\n";
    assert_eq!((told(&["hostname"]), told(&["hostname", "-f"])), (full.to_owned(), full.to_owned()));
    let spec = json!({"containers": containers, "hostname": "one", "subdomain": "web", "hostnameOverride": "my.own.name"});
    create(&mut simulation, &POD, "named", json!({"spec": spec}));
    run(&mut simulation, 60);
    let (hosts, _) = exec(&mut simulation, "named", &["sh", "-c", "hostname; tail -1 /etc/hosts"]);
    let own = get(&simulation, &POD, "named").text("/status/podIP").to_owned();
    assert_eq!(hosts, format!("my.own.name\n{own}\tmy.own.name\n"));
}

#[test]
fn minikubes_ingress_nginx_serves_ingresses_that_name_no_class() {
    let mut simulation = shop();
    let service = json!({"name": "web", "port": {"number": 80}});
    create(
        &mut simulation,
        &builtin::INGRESS,
        "early",
        json!({"spec": {"defaultBackend": {"service": service}}}),
    );
    enable_ingress(&mut simulation);
    run(&mut simulation, 60);
    let ingress = get(&simulation, &builtin::INGRESS, "early");
    assert_eq!(ingress.text("/spec/ingressClassName"), "");
    assert_eq!(ingress.text("/status/loadBalancer/ingress/0/ip"), "192.168.49.2");
}
