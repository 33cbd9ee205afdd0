//! What programs use of a node: processors and memory when idle, and what a request costs them.

use super::images::Image;
use super::process::Process;

/// Bytes of a mebibyte.
const MI: u64 = 1 << 20;
/// Bytes of a kibibyte.
const KI: u64 = 1 << 10;

/// What a process uses all the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Consumption {
    /// Thousandths of a processor.
    pub cpu_milli: u64,
    /// Bytes.
    pub memory: u64,
}

/// One line of the tables: name, thousandths of a processor, bytes, millionths of a second a request.
type Line = (&'static str, u64, u64, u64);

/// Programs by name.
const PROGRAMS: &[Line] = &[
    ("agnhost", 0, 6 * MI, 300),
    ("echo-server", 0, 5 * MI, 250),
    ("guestbook", 1, 11 * MI, 600),
    ("http-echo", 0, 2 * MI, 120),
    ("httpd", 1, 7 * MI, 200),
    ("metrics-server", 4, 19 * MI, 500),
    ("mongo", 9, 92 * MI, 400),
    ("mysql", 7, 358 * MI, 500),
    ("nginx", 0, 4 * MI, 150),
    ("pause", 0, 300 * KI, 0),
    ("php-apache", 1, 12 * MI, 60_000),
    ("postgres", 2, 27 * MI, 400),
    ("redis", 2, 4 * MI, 60),
    ("repl", 0, 9 * MI, 0),
    ("sample-app", 1, 31 * MI, 900),
];

/// Images whose program is not modelled, by repository.
const IMAGES: &[Line] = &[
    ("gcr.io/k8s-minikube/storage-provisioner", 2, 9 * MI, 0),
    ("registry.k8s.io/coredns/coredns", 2, 14 * MI, 0),
    ("registry.k8s.io/etcd", 21, 44 * MI, 0),
    ("registry.k8s.io/kube-apiserver", 46, 228 * MI, 0),
    ("registry.k8s.io/kube-controller-manager", 17, 49 * MI, 0),
    ("registry.k8s.io/kube-proxy", 1, 16 * MI, 0),
    ("registry.k8s.io/kube-scheduler", 9, 21 * MI, 0),
];

/// What a shell and the small programs it runs take.
const SHELL: Consumption = Consumption { cpu_milli: 0, memory: 620 * KI };
/// What a program takes of which nothing is known.
const UNKNOWN: Consumption = Consumption { cpu_milli: 0, memory: 3 * MI };
/// What a request costs a program of which nothing is known.
const REQUEST: u64 = 200;

fn line(table: &'static [Line], name: &str) -> Option<&'static Line> {
    table.iter().find(|(known, ..)| *known == name)
}

fn of_line((_, cpu_milli, memory, _): &Line) -> Consumption {
    Consumption { cpu_milli: *cpu_milli, memory: *memory }
}

/// What a process takes while nobody asks anything of it.
pub(crate) fn consumption(process: &Process, image: Option<&Image>) -> Consumption {
    let Some(program) = process.program_name() else { return SHELL };
    if let Some(own) = process.own_consumption() {
        return own;
    }
    let known = line(PROGRAMS, program).or_else(|| line(IMAGES, image?.repository));
    known.map_or(UNKNOWN, of_line)
}

/// Millionths of a second that a program works on one request.
pub(crate) fn request_cost(process: &Process) -> u64 {
    process.program_name().and_then(|program| line(PROGRAMS, program)).map_or(REQUEST, |line| line.3)
}
