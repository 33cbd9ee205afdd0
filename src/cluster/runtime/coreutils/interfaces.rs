//! arp, ifconfig, ip and route: the network of the Pod as the kernel tells of it.

use super::options::{Taken, or_end};
use super::{Call, Outcome};

/// The hardware address that an address on the Pods' network has.
fn hardware(address: &str) -> String {
    let numbers = address.split('.').filter_map(|number| number.parse::<u8>().ok());
    let bytes: Vec<String> = numbers.map(|number| format!("{number:02x}")).collect();
    format!("02:42:{}", bytes.join(":"))
}

/// The network that an address is in, with its first and its last address.
fn network(address: &str) -> (String, String, String) {
    let stem = address.rsplit_once('.').map_or("", |(stem, _)| stem);
    (format!("{stem}.0"), format!("{stem}.1"), format!("{stem}.255"))
}

/// ifconfig.
pub(super) fn ifconfig(call: &mut Call<'_>) -> Outcome {
    let address = call.system.address();
    let (_, _, broadcast) = network(&address);
    let eth0 = format!(
        "eth0      Link encap:Ethernet  HWaddr {}  \n          inet addr:{address}  Bcast:{broadcast}  Mask:255.255.255.0\n          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1\n",
        hardware(&address).to_uppercase()
    );
    let lo = "lo        Link encap:Local Loopback  \n          inet addr:127.0.0.1  Mask:255.0.0.0\n          UP LOOPBACK RUNNING  MTU:65536  Metric:1\n";
    let words: Vec<&String> = call.arguments[1..].iter().filter(|word| *word != "-a").collect();
    match words.as_slice() {
        [] => {
            call.say(&eth0);
            call.say(lo);
        }
        [name] if *name == "eth0" => call.say(&eth0),
        [name] if *name == "lo" => call.say(lo),
        [name] => {
            let why = format!("{name}: error fetching interface information: Device not found");
            call.complain(&why);
            return Outcome::Ended(1);
        }
        _ => {
            call.complain("not simulated: changing interfaces");
            return Outcome::Ended(1);
        }
    }
    Outcome::Ended(0)
}

/// ip: addresses, links, routes and neighbours can be looked at.
pub(super) fn ip(call: &mut Call<'_>) -> Outcome {
    if let Some(option) = call.arguments[1..].iter().find(|word| word.starts_with('-') && *word != "-4") {
        let why = format!("not simulated: option {option}");
        call.complain(&why);
        return Outcome::Ended(1);
    }
    let mut words = call.arguments[1..].iter().map(String::as_str).filter(|word| !word.starts_with('-'));
    let (Some(object), verb) = (words.next(), words.next()) else {
        return call.fail_usage("an object is needed: address, link, route or neigh");
    };
    let rest: Vec<&str> = words.collect();
    let shows = verb.is_none_or(|verb| "show".starts_with(verb) || "list".starts_with(verb) || verb == "lst");
    let device = rest.iter().find(|word| **word != "dev").copied();
    let address = call.system.address();
    let (subnet, gateway, broadcast) = network(&address);
    let object_is = |name: &str| !object.is_empty() && name.starts_with(object);
    let known = ["address", "addr", "link", "route", "neighbour", "neighbor", "rule"]
        .iter()
        .any(|name| object_is(name));
    if !known {
        return call.fail_usage(&format!("unknown object '{object}'"));
    }
    if !shows {
        return refuse_change(call);
    }
    if object_is("route") {
        call.say(&format!("default via {gateway} dev eth0 "));
        call.say(&format!("{subnet}/24 dev eth0 scope link  src {address} "));
        return Outcome::Ended(0);
    }
    if object_is("neighbour") {
        call.say(&format!(
            "{gateway} dev eth0 lladdr {} ref 1 used 0/0/0 probes 1 REACHABLE",
            hardware(&gateway)
        ));
        return Outcome::Ended(0);
    }
    let links_only = object_is("link");
    let inet_only = call.arguments[1..].iter().any(|word| word == "-4");
    if let Some(device) = device.filter(|device| !matches!(*device, "eth0" | "lo")) {
        call.complain(&format!("can't find device '{device}'"));
        return Outcome::Ended(1);
    }
    let forever = "       valid_lft forever preferred_lft forever";
    if device != Some("eth0") {
        call.say("1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000");
        if !inet_only {
            call.say("    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00");
        }
        if !links_only {
            call.say(&format!("    inet 127.0.0.1/8 scope host lo\n{forever}"));
        }
    }
    if device != Some("lo") {
        call.say("2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP,M-DOWN> mtu 1500 qdisc noqueue qlen 1000");
        if !inet_only {
            call.say(&format!("    link/ether {} brd ff:ff:ff:ff:ff:ff", hardware(&address)));
        }
        if !links_only {
            call.say(&format!("    inet {address}/24 brd {broadcast} scope global eth0\n{forever}"));
        }
    }
    Outcome::Ended(0)
}

/// Says who may not change the network, or that nobody can.
fn refuse_change(call: &mut Call<'_>) -> Outcome {
    const NET_ADMIN: u64 = 1 << 12;
    let status = call.system.files().read("/proc/1/status").unwrap_or_default();
    let status = String::from_utf8_lossy(&status);
    let effective =
        status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("CapEff:\t")?, 16).ok());
    if effective.is_some_and(|effective| effective & NET_ADMIN == 0) {
        call.complain("RTNETLINK answers: Operation not permitted");
        return Outcome::Ended(2);
    }
    call.complain("not simulated: changing the network; it can be looked at");
    Outcome::Ended(1)
}

/// route: the table, which cannot be changed.
pub(super) fn route(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(call.options(&Taken { letters: "ne", refused: "A", long: &[] }));
    if !options.operands.is_empty() {
        call.complain("not simulated: changing routes; they can be looked at");
        return Outcome::Ended(1);
    }
    routes(call, options.has('n'));
    Outcome::Ended(0)
}

/// Prints the table of routes.
pub(super) fn routes(call: &mut Call<'_>, numeric: bool) {
    let address = call.system.address();
    let (subnet, gateway, _) = network(&address);
    let (anywhere, nobody) = if numeric { ("0.0.0.0", "0.0.0.0") } else { ("default", "*") };
    call.say("Kernel IP routing table\nDestination     Gateway         Genmask         Flags Metric Ref    Use Iface");
    call.say(&format!("{anywhere:<15} {gateway:<15} 0.0.0.0         UG    0      0        0 eth0"));
    call.say(&format!("{subnet:<15} {nobody:<15} 255.255.255.0   U     0      0        0 eth0"));
}

/// arp: the gateway is the only neighbour that was spoken to.
pub(super) fn arp(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(call.options(&Taken { letters: "anvi:", refused: "dsHADpf", long: &[] }));
    if options.value('i').is_some_and(|device| device != "eth0") || !options.operands.is_empty() {
        call.complain("not simulated: looking for one entry; without a name all are shown");
        return Outcome::Ended(1);
    }
    let (_, gateway, _) = network(&call.system.address());
    call.say(&format!("? ({gateway}) at {} [ether]  on eth0", hardware(&gateway)));
    Outcome::Ended(0)
}
