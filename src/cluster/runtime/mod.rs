//! The container runtime: what running a container means here.

mod attributes;
mod base_files;
mod catalogue;
mod consumption;
mod coreutils;
mod distributions;
mod executable;
mod files;
mod filesystem;
mod http;
mod image_reference;
mod images;
mod links;
mod logs;
mod ownership;
mod pattern;
mod proc_files;
mod process;
mod program;
mod programs;
mod shell;
mod signals;
mod system;
mod text_bytes;
mod tool_files;

pub(crate) use base_files::sysctl_path;
pub(crate) use consumption::{consumption, request_cost};
pub(crate) use distributions::release_files;
pub(crate) use executable::{NamedFile, executable};
pub(crate) use filesystem::{FileView, Files, Mount, NODE_DISK, PathKind};
pub(crate) use http::{ConnectError, DnsRecord, HttpRequest, HttpResponse, Proxied, ServerCertificate};
pub(crate) use image_reference::ImageReference;
pub(crate) use images::{Image, admits, image_id, image_named, image_of, is_private, resolve};
pub(crate) use logs::{LogOptions, LogPage, LogStream, RunLog};
pub(crate) use ownership::{Identity, Ownership};
pub(crate) use proc_files::{DEFAULT_CAPABILITIES, MainStatus, ProcFiles, mounts_text};
pub(crate) use process::{Input, Process, ProcessId, ProcessOutput, Work};
pub(crate) use program::{GrpcHealth, Sigterm};
pub(crate) use programs::{AgnhostConverter, AgnhostWebhook, INGRESS_HEALTH};
pub(crate) use shell::Terminal;
pub(crate) use signals::is_deadly;
pub(crate) use system::{CLUSTER_DNS, MachineView, ProcessRow, System, loops_back};

use crate::base::Timestamp;

/// The earlier of two moments that may be missing.
pub(crate) fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
