//! nc, netstat, ping and ss: what can be reached, and what listens here.

use super::super::http::ConnectError;
use super::{Call, Outcome};

/// Milliseconds between two pings.
const PERIOD: i64 = 1_000;
/// Milliseconds for which nc waits when it is not told how long: until somebody stops it.
const PATIENCE: i64 = 86_400_000;
/// Pings that are remembered; what is said at the end counts no further.
const PINGS_MAX: u64 = 1 << 20;

/// Tries a port.
pub(super) fn nc(call: &mut Call<'_>) -> Outcome {
    let (mut options, mut operands, mut patience) = (String::new(), Vec::new(), PATIENCE);
    let mut words = call.arguments[1..].iter();
    while let Some(word) = words.next() {
        match word.strip_prefix('-') {
            Some(letters) => {
                options.push_str(letters);
                if letters.ends_with(['w', 'i', 'p', 's']) {
                    let value = words.next().and_then(|value| value.parse::<i64>().ok());
                    patience = value.filter(|_| letters.ends_with('w')).map_or(patience, |one| one * 1_000);
                }
            }
            None => operands.push(word.clone()),
        }
    }
    let [host, port] = operands.as_slice() else {
        call.complain("not simulated: only `nc -z HOST PORT` is");
        return Outcome::Ended(1);
    };
    let (host, Ok(port)) = (host.clone(), port.parse::<u16>()) else {
        call.complain("bad port");
        return Outcome::Ended(1);
    };
    if options.contains('u') {
        return nc_udp(call, &options, (&host, port), patience);
    }
    if !options.contains('z') {
        call.complain("not simulated: only `nc -z HOST PORT` and `nc -u HOST PORT` are");
        return Outcome::Ended(1);
    }
    let open = call.system.connects(&host, port);
    match open {
        Ok(()) => {
            if options.contains('v') {
                let text = format!("{host} ({host}:{port}) open\n");
                call.stderr.extend_from_slice(text.as_bytes());
            }
            Outcome::Ended(0)
        }
        Err(ConnectError::UnknownHost) => {
            call.complain(&format!("bad address '{host}'"));
            Outcome::Ended(1)
        }
        Err(error) => {
            if options.contains('v') {
                let why = match error {
                    ConnectError::TimedOut => "Connection timed out",
                    _ => "Connection refused",
                };
                call.complain(&format!("{host} ({host}:{port}): {why}"));
            }
            Outcome::Ended(1)
        }
    }
}

/// Sends what comes as one datagram, prints the answer, and waits for another one that does not come.
fn nc_udp(call: &mut Call<'_>, options: &str, (host, port): (&str, u16), patience: i64) -> Outcome {
    let looks = options.contains('z');
    if !looks && call.input.open {
        return Outcome::NeedsInput;
    }
    let content = if looks { Vec::new() } else { call.input.bytes.drain(..).collect() };
    match call.system.send_datagram(host, port, &content) {
        Err(ConnectError::UnknownHost) => {
            call.complain(&format!("bad address '{host}'"));
            Outcome::Ended(1)
        }
        Err(ConnectError::Refused) => {
            call.complain("read error: Connection refused");
            Outcome::Ended(1)
        }
        // Nobody tells a sender that a datagram was lost.
        answered => {
            if options.contains('v') {
                call.stderr.extend_from_slice(format!("{host} ({host}:{port}) open\n").as_bytes());
            }
            call.stdout.extend(answered.ok().flatten().unwrap_or_default());
            if looks { Outcome::Ended(0) } else { Outcome::Sleep(patience) }
        }
    }
}

/// What listens in the Pod.
pub(super) fn sockets(call: &mut Call<'_>) -> Outcome {
    let is_ss = call.name() == "ss";
    call.say(match is_ss {
        true => "State    Recv-Q   Send-Q     Local Address:Port     Peer Address:Port  Process",
        false => "Active Internet connections (only servers)\nProto Recv-Q Send-Q Local Address           Foreign Address         State",
    });
    for port in call.system.listening() {
        let address = format!("0.0.0.0:{port}");
        let line = if is_ss {
            format!("LISTEN   0        511        {address:>18}          0.0.0.0:*")
        } else {
            format!("tcp        0      0 {address:<23} 0.0.0.0:*               LISTEN")
        };
        call.say(&line);
    }
    Outcome::Ended(0)
}

/// ping: Pods and nodes answer, the addresses of Services do not.
pub(super) fn ping(call: &mut Call<'_>) -> Outcome {
    let (mut most, mut host) = (u64::MAX, String::new());
    let mut words = call.arguments[1..].iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-c" => most = words.next().and_then(|count| count.parse().ok()).unwrap_or(u64::MAX),
            "-W" | "-w" | "-i" | "-s" | "-I" | "-t" => drop(words.next()),
            word if word.starts_with("-c") => most = word[2..].parse().unwrap_or(u64::MAX),
            word if word.starts_with('-') => {}
            word => word.clone_into(&mut host),
        }
    }
    if host.is_empty() {
        call.complain("missing host");
        return Outcome::Ended(1);
    }
    let Some(address) = call.system.resolve(&host).first().cloned() else {
        call.complain(&format!("bad address '{host}'"));
        return Outcome::Ended(1);
    };
    // How many were sent, and how many of them came back.
    let (mut sent, mut back) = (*call.memory >> 32, *call.memory & u64::from(u32::MAX));
    if sent == 0 {
        call.say(&format!("PING {host} ({address}): 56 data bytes"));
    }
    if sent >= most.min(PINGS_MAX) {
        let lost = (sent - back) * 100 / sent.max(1);
        call.say(&format!("\n--- {host} ping statistics ---"));
        call.say(&format!("{sent} packets transmitted, {back} packets received, {lost}% packet loss"));
        if back > 0 {
            call.say("round-trip min/avg/max = 0.061/0.074/0.092 ms");
        }
        return Outcome::Ended(i32::from(back == 0));
    }
    match call.system.answers_ping(&address) {
        Ok(()) => {
            let time = 61 + call.system.random(32);
            call.say(&format!("64 bytes from {address}: seq={sent} ttl=63 time=0.0{time} ms"));
            back += 1;
        }
        Err(ConnectError::UnknownHost) => {
            call.complain(&format!("not simulated: the world outside of the cluster ({address})"));
            return Outcome::Ended(1);
        }
        Err(_) => {}
    }
    sent += 1;
    *call.memory = sent << 32 | back;
    Outcome::Again(if sent >= most { 1 } else { PERIOD })
}
