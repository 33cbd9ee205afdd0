//! dig, getent and host: what the DNS says of a name.

use super::super::http::DnsRecord;
use super::super::system::CLUSTER_DNS;
use super::{Call, Outcome};

/// Kinds of record that can be asked for.
const KINDS: &[&str] = &["A", "AAAA", "ANY", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"];
/// Seconds for which an answer is good.
const LIFETIME: u32 = 30;

/// Columns of a record's lifetime, class, kind and data, as far as what stands before leaves room.
const COLUMNS: [usize; 4] = [24, 32, 40, 48];

/// Which parts of an answer are shown.
#[derive(Clone, Copy)]
struct Shown {
    command: bool,
    comments: bool,
    question: bool,
    answer: bool,
    statistics: bool,
    short: bool,
}

impl Shown {
    /// Reads one `+[no]part`; false for an option that is about something else.
    fn read(&mut self, option: &str) -> bool {
        let (part, on) = option.strip_prefix("no").map_or((option, true), |part| (part, false));
        match part {
            "all" => {
                *self = Self { comments: on, question: on, answer: on, statistics: on, command: on, ..*self };
            }
            "cmd" => self.command = on,
            "comments" => self.comments = on,
            "question" => self.question = on,
            "answer" => self.answer = on,
            "stats" => self.statistics = on,
            "short" => self.short = on,
            _ => return false,
        }
        true
    }
}

/// dig: asks for a full name, as it is.
pub(super) fn dig(call: &mut Call<'_>) -> Outcome {
    let (mut kind, mut names, mut searches) = ("A".to_owned(), Vec::new(), false);
    let mut shown =
        Shown { command: true, comments: true, question: true, answer: true, statistics: true, short: false };
    let mut words = call.arguments[1..].iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "+search" => searches = true,
            "-t" => kind = words.next().map(|word| word.to_uppercase()).unwrap_or_default(),
            "-x" => {
                "PTR".clone_into(&mut kind);
                names.extend(words.next().cloned());
            }
            word if word.starts_with('+') => {
                shown.read(&word[1..]);
            }
            word if word.starts_with(['-', '@']) => {}
            word if KINDS.contains(&word.to_uppercase().as_str()) => kind = word.to_uppercase(),
            word => names.push(word.to_owned()),
        }
    }
    for name in names {
        let full = name.trim_end_matches('.').to_owned();
        let asked = call.system.query(&full, &kind);
        let Some(records) = asked else {
            call.say(&format!(
                ";; communications error to {CLUSTER_DNS}#53: timed out\n;; no servers could be reached"
            ));
            return Outcome::Ended(9);
        };
        // Without +search the name is taken for a full one.
        let is_meant = |record: &DnsRecord| {
            searches || kind == "PTR" || record.name == full || records.iter().any(|other| other.name == full)
        };
        let found: Vec<DnsRecord> = records.iter().filter(|record| is_meant(record)).cloned().collect();
        if shown.short {
            found.iter().for_each(|record| call.say(&data(record)));
            continue;
        }
        let asked = match (kind.as_str(), full.parse::<std::net::Ipv4Addr>()) {
            ("PTR", Ok(address)) => {
                let [a, b, c, d] = address.octets();
                format!("{d}.{c}.{b}.{a}.in-addr.arpa")
            }
            _ => found.first().filter(|_| searches).map_or(full, |record| record.name.clone()),
        };
        tell(call, shown, &asked, &kind, &found);
    }
    Outcome::Ended(0)
}

/// What a record says, as dig writes it.
fn data(record: &DnsRecord) -> String {
    match record.kind {
        "CNAME" | "PTR" | "SRV" => format!("{}.", record.data.trim_end_matches('.')),
        _ => record.data.clone(),
    }
}

/// Words in their columns: tabs as far as a column is ahead, else one space.
fn in_columns(first: &str, rest: &[(usize, &str)]) -> String {
    let (mut line, mut width) = (first.to_owned(), first.len());
    for &(column, word) in rest {
        if width < column {
            line.push_str(&"\t".repeat(column / 8 - width / 8));
            width = column;
        } else {
            line.push(' ');
            width += 1;
        }
        line.push_str(word);
        width += word.len();
    }
    line
}

fn tell(call: &mut Call<'_>, shown: Shown, name: &str, kind: &str, found: &[DnsRecord]) {
    let [lifetime_at, class_at, kind_at, data_at] = COLUMNS;
    if shown.command {
        call.say(&format!("\n; <<>> DiG <<>> {}", call.arguments[1..].join(" ")));
        call.say(";; global options: +cmd");
    }
    if shown.comments {
        let number = call.system.random(65_536);
        let status = if found.is_empty() { "NXDOMAIN" } else { "NOERROR" };
        call.say(&format!(";; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: {status}, id: {number}"));
        let answers = found.len();
        call.say(&format!(";; flags: qr aa rd; QUERY: 1, ANSWER: {answers}, AUTHORITY: 0, ADDITIONAL: 0\n"));
    }
    let heading = |call: &mut Call<'_>, title: &str| {
        if shown.comments {
            call.say(&format!(";; {title} SECTION:"));
        }
    };
    let end = |call: &mut Call<'_>| {
        if shown.comments {
            call.say("");
        }
    };
    if shown.question {
        heading(call, "QUESTION");
        call.say(&in_columns(&format!(";{name}."), &[(class_at, "IN"), (kind_at, kind)]));
        end(call);
    }
    if shown.answer && !found.is_empty() {
        heading(call, "ANSWER");
        let lifetime = LIFETIME.to_string();
        for record in found {
            let data = data(record);
            let rest = [
                (lifetime_at, lifetime.as_str()),
                (class_at, "IN"),
                (kind_at, record.kind),
                (data_at, &data),
            ];
            call.say(&in_columns(&format!("{}.", record.name.trim_end_matches('.')), &rest));
        }
        end(call);
    }
    if shown.statistics {
        let now = call.system.now().strftime("%a %b %d %H:%M:%S UTC %Y");
        let latency = call.system.latency();
        call.say(&format!(";; Query time: {latency} msec\n;; SERVER: {CLUSTER_DNS}#53({CLUSTER_DNS}) (UDP)"));
        call.say(&format!(";; WHEN: {now}\n"));
    }
}

/// host: asks as programs do, short names included.
pub(super) fn host(call: &mut Call<'_>) -> Outcome {
    let (mut kind, mut name) = ("A".to_owned(), String::new());
    let mut words = call.arguments[1..].iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-t" => kind = words.next().map(|word| word.to_uppercase()).unwrap_or_default(),
            word if word.starts_with('-') || !name.is_empty() => {}
            word => word.clone_into(&mut name),
        }
    }
    let Some(records) = call.system.query(&name, &kind) else {
        call.say(";; connection timed out; no servers could be reached");
        return Outcome::Ended(1);
    };
    if records.is_empty() {
        call.say(&format!("Host {name} not found: 3(NXDOMAIN)"));
        return Outcome::Ended(1);
    }
    for record in records {
        call.say(&match record.kind {
            "CNAME" => format!("{} is an alias for {}", record.name, data(&record)),
            "SRV" => format!("{} has SRV record {}", record.name, data(&record)),
            "PTR" => format!("{} domain name pointer {}", record.name, data(&record)),
            _ => format!("{} has address {}", record.name, record.data),
        });
    }
    Outcome::Ended(0)
}

/// getent hosts: what a program would find, `/etc/hosts` included.
pub(super) fn getent(call: &mut Call<'_>) -> Outcome {
    let Some(name) = call.arguments.get(2).cloned() else {
        call.complain("not simulated: anything but getent hosts NAME");
        return Outcome::Ended(1);
    };
    if !matches!(call.arguments[1].as_str(), "hosts" | "ahosts" | "ahostsv4") {
        call.complain("not simulated: anything but getent hosts NAME");
        return Outcome::Ended(1);
    }
    let addresses = call.system.resolve(&name);
    let full = call.system.full_name(&name);
    let hosts = call.system.files().read("/etc/hosts").unwrap_or_default();
    let is_alias =
        full != name && String::from_utf8_lossy(&hosts).split_whitespace().any(|word| word == name.as_str());
    let alias = if is_alias { format!(" {name}") } else { String::new() };
    for address in &addresses {
        call.say(&format!("{address:<15} {full}{alias}"));
    }
    Outcome::Ended(if addresses.is_empty() { 2 } else { 0 })
}
