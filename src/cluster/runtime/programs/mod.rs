//! The modelled programs, one file each.

mod agnhost;
mod agnhost_converter;
mod agnhost_guestbook;
mod agnhost_issuer;
mod agnhost_porter;
mod agnhost_tools;
mod agnhost_webhook;
mod apache;
mod busybox_servers;
mod echo_server;
mod greeter;
mod http_echo;
mod httpd;
mod ingress_nginx;
mod metrics_server;
mod nginx;
mod nginx_config;
mod nginx_site;
mod php_apache;
mod python_http;
mod redis;
mod sample_app;
mod stress;
mod unmodelled;

pub(super) use agnhost::{Agnhost, SECOND_NAME};
pub(crate) use agnhost_converter::AgnhostConverter;
pub(crate) use agnhost_webhook::AgnhostWebhook;
pub(super) use busybox_servers::{BusyboxHttpd, NcServer};
pub(super) use echo_server::EchoServer;
pub(super) use greeter::Greeter;
pub(super) use http_echo::HttpEcho;
pub(super) use httpd::Httpd;
pub(crate) use ingress_nginx::INGRESS_HEALTH;
pub(super) use ingress_nginx::{IngressNginx, WebhookCertgen};
pub(super) use metrics_server::MetricsServer;
pub(super) use nginx::{ASKED_PORT, NGINX, NGINX_UNPRIVILEGED};
pub(super) use php_apache::PhpApache;
pub(super) use python_http::PythonHttp;
pub(super) use redis::{METHOD as REDIS_METHOD, Redis, unquoted as redis_unquoted};
pub(super) use sample_app::SampleApp;
pub(super) use stress::{Burner, GoStress, Hoarder, Stress};
pub(super) use unmodelled::{
    CASSANDRA, CONTROL_PLANE, CUDA, ETCD, FLUENTD, HELLO_WORLD, IDLE, MARIADB, MEMCACHED, MONGO, MYSQL,
    PAUSE, POSTGRES, RABBITMQ,
};

/// The media type that a file name suggests.
fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html" | "htm") => "text/html",
        Some("css") => "text/css",
        Some("js") => "application/javascript",
        Some("json") => "application/json",
        Some("txt") => "text/plain",
        _ => "application/octet-stream",
    }
}
