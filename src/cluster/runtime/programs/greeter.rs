//! Small web servers that answer every request with a line or two: one line of the table each.

use super::super::http::{HttpRequest, HttpResponse};
use super::super::process::Process;
use super::super::program::Program;
use super::super::system::System;

/// The sample servers of tutorials.
pub(in super::super) struct Greeter;

/// Repository, port, media type, body, first line of the log. `{host}`, `{address}`, `{tag}`, `{path}`
/// and `{client}` are replaced.
type Line = (&'static str, u16, &'static str, &'static str, &'static str);

const TEXT: &str = "text/plain";
const HTML: &str = "text/html";
const JSON: &str = "application/json";

/// The servers.
const SERVERS: &[Line] = &[
    (
        "gcr.io/google-samples/kubernetes-bootcamp",
        8080,
        TEXT,
        "Hello Kubernetes bootcamp! | Running on: {host} | {tag=}\n",
        "Kubernetes Bootcamp App Started At: {now} | Running On:  {host}",
    ),
    (
        "gcr.io/google-samples/hello-app",
        8080,
        TEXT,
        "Hello, world!\nVersion: {tag}.0\nHostname: {host}\n",
        "Server listening on port 8080",
    ),
    (
        "gcr.io/google-samples/node-hello",
        8080,
        TEXT,
        "Hello Kubernetes!",
        "Server running at http://0.0.0.0:8080/",
    ),
    ("gcr.io/google-samples/hello-go-gke", 80, JSON, "{\"message\":\"Hello\"}\n", ""),
    (
        "gcr.io/google-samples/gb-frontend",
        80,
        HTML,
        "<html ng-app=\"redis\">\n  <head>\n    <title>Guestbook</title>\n  </head>\n</html>\n",
        "AH00094: Command line: 'apache2 -D FOREGROUND'",
    ),
    (
        "registry.k8s.io/goproxy",
        8080,
        TEXT,
        "This is a proxy server. Does not respond to non-proxy requests.\n",
        "",
    ),
    (
        "docker.io/dgkanatsios/simpleapp",
        8080,
        TEXT,
        "Hello world from {host} and version 2.0\n",
        "Server running at http://0.0.0.0:8080/",
    ),
    (
        "docker.io/katacoda/docker-http-server",
        80,
        HTML,
        "<h1>This request was processed by host: {host}</h1>\n",
        "Web Server started. Listening on 0.0.0.0:80",
    ),
    (
        "docker.io/kodekloud/webapp-color",
        8080,
        HTML,
        "<!doctype html>\n<title>Hello from Flask</title>\n<body>\n<h1>Hello from {host}!</h1>\n</body>\n",
        " * Running on http://0.0.0.0:8080/",
    ),
    ("docker.io/bmuschko/nodejs-hello-world", 3000, TEXT, "Hello World", "Magic happens on port 3000!"),
    (
        "docker.io/library/elasticsearch",
        9200,
        JSON,
        "{\n  \"name\" : \"{host}\",\n  \"cluster_name\" : \"docker-cluster\",\n  \"tagline\" : \"You Know, for Search\"\n}\n",
        "",
    ),
    (
        "docker.io/jenkins/jenkins",
        8080,
        HTML,
        "<html><head><title>Sign in [Jenkins]</title></head></html>\n",
        "hudson.lifecycle.Lifecycle#onReady: Jenkins is fully up and running",
    ),
    (
        "docker.io/library/caddy",
        80,
        HTML,
        "<!DOCTYPE html>\n<html>\n<head><title>Caddy works!</title></head>\n</html>\n",
        "",
    ),
    ("docker.io/luksa/kubia", 8080, TEXT, "You've hit {host}\n", "Kubia server starting..."),
    (
        "docker.io/nginxdemos/hello",
        80,
        TEXT,
        "Server address: {address}:80\nServer name: {host}\nURI: {path}\n",
        "",
    ),
    (
        "docker.io/traefik/whoami",
        80,
        TEXT,
        "Hostname: {host}\nIP: 127.0.0.1\nIP: {address}\nRemoteAddr: {client}:40000\nGET {path} HTTP/1.1\n",
        "Starting up on port 80",
    ),
    (
        "docker.io/paulbouwer/hello-kubernetes",
        8080,
        HTML,
        "<!DOCTYPE html>\n<html>\n<head><title>Hello Kubernetes!</title></head>\n<body>Hello world! pod: {host}</body>\n</html>\n",
        "",
    ),
    ("docker.io/stefanprodan/podinfo", 9898, JSON, PODINFO, PODINFO_STARTS),
    ("ghcr.io/stefanprodan/podinfo", 9898, JSON, PODINFO, PODINFO_STARTS),
    (
        "gcr.io/kuar-demo/kuard-amd64",
        8080,
        HTML,
        "<!doctype html>\n<html lang=\"en\">\n<head><title>KUAR Demo</title></head>\n<body>{host}</body>\n</html>\n",
        "Starting kuard version: v0.10.0-{tag}",
    ),
    (
        "docker.io/library/tomcat",
        8080,
        HTML,
        "<!doctype html><html lang=\"en\"><head><title>HTTP Status 404 – Not Found</title></head></html>",
        "org.apache.catalina.startup.Catalina.start Server startup in [96] milliseconds",
    ),
    (
        "docker.io/library/wordpress",
        80,
        HTML,
        "<!DOCTYPE html>\n<html>\n<head><title>WordPress &rsaquo; Installation</title></head>\n</html>\n",
        "AH00094: Command line: 'apache2 -D FOREGROUND'",
    ),
    ("docker.io/library/registry", 5000, JSON, "{}", "listening on [::]:5000"),
    (
        "docker.io/prom/prometheus",
        9090,
        HTML,
        "<a href=\"/graph\">Found</a>.\n",
        "msg=\"Server is ready to receive web requests.\"",
    ),
    (
        "docker.io/prom/node-exporter",
        9100,
        HTML,
        "<html><head><title>Node Exporter</title></head></html>\n",
        "msg=\"Listening on\" address=[::]:9100",
    ),
    (
        "docker.io/grafana/grafana",
        3000,
        HTML,
        "<a href=\"/login\">Found</a>.\n",
        "logger=http.server msg=\"HTTP Server Listen\" address=[::]:3000",
    ),
    (
        "docker.io/library/adminer",
        8080,
        HTML,
        "<!DOCTYPE html>\n<html>\n<head><title>Login - Adminer</title></head>\n</html>\n",
        "",
    ),
    (
        "docker.io/library/phpmyadmin",
        80,
        HTML,
        "<!DOCTYPE html>\n<html>\n<head><title>phpMyAdmin</title></head>\n</html>\n",
        "AH00094: Command line: 'apache2 -D FOREGROUND'",
    ),
    (
        "docker.io/phpmyadmin/phpmyadmin",
        80,
        HTML,
        "<!DOCTYPE html>\n<html>\n<head><title>phpMyAdmin</title></head>\n</html>\n",
        "AH00094: Command line: 'apache2 -D FOREGROUND'",
    ),
    (
        "docker.io/library/nextcloud",
        80,
        HTML,
        "<!DOCTYPE html>\n<html>\n<head><title>Nextcloud</title></head>\n</html>\n",
        "AH00094: Command line: 'apache2 -D FOREGROUND'",
    ),
    (
        "docker.io/library/drupal",
        80,
        HTML,
        "<!DOCTYPE html>\n<html>\n<head><title>Choose language | Drupal</title></head>\n</html>\n",
        "AH00094: Command line: 'apache2 -D FOREGROUND'",
    ),
    (
        "docker.io/library/joomla",
        80,
        HTML,
        "<!DOCTYPE html>\n<html>\n<head><title>Joomla! Web Installer</title></head>\n</html>\n",
        "AH00094: Command line: 'apache2 -D FOREGROUND'",
    ),
    (
        "docker.io/library/ghost",
        2368,
        HTML,
        "<!DOCTYPE html>\n<html>\n<head><title>Ghost</title></head>\n</html>\n",
        "",
    ),
    (
        "docker.io/library/kibana",
        5601,
        HTML,
        "<!DOCTYPE html>\n<html>\n<head><title>Elastic</title></head>\n</html>\n",
        "",
    ),
    (
        "docker.io/library/influxdb",
        8086,
        HTML,
        "<!DOCTYPE html>\n<html>\n<head><title>InfluxDB</title></head>\n</html>\n",
        "",
    ),
    (
        "docker.io/gitea/gitea",
        3000,
        HTML,
        "<!DOCTYPE html>\n<html>\n<head><title>Gitea: Git with a cup of tea</title></head>\n</html>\n",
        "",
    ),
    (
        "mcr.microsoft.com/dotnet/samples",
        8080,
        HTML,
        "<!DOCTYPE html>\n<html>\n<head><title>Home page - aspnetapp</title></head>\n</html>\n",
        "Now listening on: http://[::]:8080",
    ),
    ("docker.io/library/traefik", 80, TEXT, "404 page not found\n", ""),
];

const PODINFO: &str = "{\n  \"hostname\": \"{host}\",\n  \"version\": \"{tag}\",\n  \"message\": \"greetings from podinfo v{tag}\"\n}\n";
const PODINFO_STARTS: &str =
    "{\"level\":\"info\",\"msg\":\"Starting podinfo\",\"version\":\"{tag}\",\"port\":\"9898\"}";

fn server(process: &Process) -> Option<&'static Line> {
    let repository = process.memory.get("repository")?;
    SERVERS.iter().find(|(known, ..)| known == repository)
}

fn filled(text: &str, process: &Process, request: Option<&HttpRequest>, system: &mut dyn System) -> String {
    let tag = process.memory.get("tag").map_or("latest", String::as_str);
    let client = request.and_then(|request| request.header("X-Client-Address")).unwrap_or("10.244.0.1");
    text.replace("{tag=}", &format!("v={}", tag.trim_start_matches('v')))
        .replace("{tag}", tag)
        .replace("{host}", &system.hostname())
        .replace("{address}", &system.address())
        .replace("{client}", client)
        .replace("{path}", request.map_or("/", |request| &request.path))
        .replace("{now}", &system.now().strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string())
}

impl Program for Greeter {
    fn name(&self) -> &'static str {
        "greeter"
    }

    fn start(&self, process: &mut Process, system: &mut dyn System) {
        if let Some((.., first)) = server(process).filter(|(.., first)| !first.is_empty()) {
            let line = filled(first, process, None, system);
            process.print_line(&line);
        }
    }

    fn ports(&self, process: &Process) -> Vec<u16> {
        server(process).map(|(_, port, ..)| *port).into_iter().collect()
    }

    fn serve(
        &self,
        process: &mut Process,
        request: &HttpRequest,
        system: &mut dyn System,
    ) -> Option<HttpResponse> {
        let (_, _, media_type, body, _) = server(process)?;
        let health = matches!(request.path_only(), "/healthz" | "/readyz" | "/healthy" | "/ready");
        let body = if health { "OK\n".to_owned() } else { filled(body, process, Some(request), system) };
        Some(HttpResponse::text(200, media_type, body))
    }
}
