//! ip and ifconfig: the one interface of a Pod.

use super::{Call, Outcome};

/// What interfaces and routes there are.
pub(super) fn interfaces(call: &mut Call<'_>) -> Outcome {
    let address = call.system.address();
    if call.name() == "ifconfig" {
        call.say(&format!("eth0      Link encap:Ethernet\n          inet addr:{address}  Bcast:10.244.0.255  Mask:255.255.255.0\n          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1\n"));
        call.say("lo        Link encap:Local Loopback\n          inet addr:127.0.0.1  Mask:255.0.0.0\n          UP LOOPBACK RUNNING  MTU:65536  Metric:1\n");
        return Outcome::Ended(0);
    }
    if call.arguments[1..].iter().any(|word| word.starts_with('r')) {
        call.say("default via 10.244.0.1 dev eth0");
        call.say(&format!("10.244.0.0/24 dev eth0 scope link  src {address}"));
        return Outcome::Ended(0);
    }
    call.say("1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo");
    call.say(&format!("2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP,M-DOWN> mtu 1500 qdisc noqueue\n    inet {address}/24 brd 10.244.0.255 scope global eth0"));
    Outcome::Ended(0)
}
