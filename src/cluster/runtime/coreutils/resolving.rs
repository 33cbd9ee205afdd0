//! dig, getent and host: what the DNS says of a name.

use super::super::http::DnsRecord;
use super::{Call, Outcome};

/// Kinds of record that can be asked for.
const KINDS: &[&str] = &["A", "AAAA", "ANY", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"];
/// Seconds for which an answer is good.
const LIFETIME: u32 = 30;

/// dig: asks for a full name, as it is.
pub(super) fn dig(call: &mut Call<'_>) -> Outcome {
    let (mut kind, mut names, mut short, mut searches) = ("A".to_owned(), Vec::new(), false, false);
    let mut words = call.arguments[1..].iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "+short" => short = true,
            "+search" => searches = true,
            "-t" => kind = words.next().map(|word| word.to_uppercase()).unwrap_or_default(),
            "-x" => {
                "PTR".clone_into(&mut kind);
                names.extend(words.next().cloned());
            }
            word if word.starts_with(['+', '-', '@']) => {}
            word if KINDS.contains(&word.to_uppercase().as_str()) => kind = word.to_uppercase(),
            word => names.push(word.to_owned()),
        }
    }
    for name in names {
        let full = name.trim_end_matches('.').to_owned();
        let asked = call.system.query(&full, &kind);
        let Some(records) = asked else {
            call.say(";; communications error to 10.96.0.10#53: timed out\n;; no servers could be reached");
            return Outcome::Ended(9);
        };
        // Without +search the name is taken for a full one.
        let is_meant = |record: &DnsRecord| {
            searches || kind == "PTR" || record.name == full || records.iter().any(|other| other.name == full)
        };
        let found: Vec<DnsRecord> = records.iter().filter(|record| is_meant(record)).cloned().collect();
        if short {
            found.iter().for_each(|record| call.say(&data(record)));
        } else {
            tell(call, &full, &kind, &found);
        }
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

fn tell(call: &mut Call<'_>, name: &str, kind: &str, found: &[DnsRecord]) {
    let number = call.system.random(65_536);
    let status = if found.is_empty() { "NXDOMAIN" } else { "NOERROR" };
    call.say(&format!("\n; <<>> DiG <<>> {}", call.arguments[1..].join(" ")));
    call.say(";; global options: +cmd\n;; Got answer:");
    call.say(&format!(";; ->>HEADER<<- opcode: QUERY, status: {status}, id: {number}"));
    call.say(&format!(
        ";; flags: qr aa rd; QUERY: 1, ANSWER: {}, AUTHORITY: 0, ADDITIONAL: 0\n",
        found.len()
    ));
    call.say(&format!(";; QUESTION SECTION:\n;{name}.\t\tIN\t{kind}\n"));
    if !found.is_empty() {
        call.say(";; ANSWER SECTION:");
        for record in found {
            call.say(&format!("{}.\t{LIFETIME}\tIN\t{}\t{}", record.name, record.kind, data(record)));
        }
        call.say("");
    }
    call.say(";; SERVER: 10.96.0.10#53(10.96.0.10) (UDP)");
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
    for address in &addresses {
        call.say(&format!("{address:<15} {full}"));
    }
    Outcome::Ended(if addresses.is_empty() { 2 } else { 0 })
}
