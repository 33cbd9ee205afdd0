//! env, hostname, id, kill, ps, sleep, uname and the like.

use super::super::base_files::sysctl_path;
use super::super::executable::has_tool;
use super::{Call, Outcome, base_name, is_command};

/// Ends well.
pub(super) fn succeed(_: &mut Call<'_>) -> Outcome {
    Outcome::Ended(0)
}

/// Ends badly.
pub(super) fn fail(_: &mut Call<'_>) -> Outcome {
    Outcome::Ended(1)
}

/// Says that this is where the simulation ends.
pub(super) fn not_simulated(call: &mut Call<'_>) -> Outcome {
    call.complain("not simulated: this program is not modelled in the embedded cluster");
    Outcome::Ended(1)
}

/// Waits.
pub(super) fn sleep(call: &mut Call<'_>) -> Outcome {
    let (_, operands) = call.split_options();
    if operands.is_empty() {
        call.complain("missing operand");
        return Outcome::Ended(1);
    }
    let mut total = 0.0;
    for operand in &operands {
        let (number, factor) = match operand.char_indices().last() {
            Some((index, 's')) => (&operand[..index], 1.0),
            Some((index, 'm')) => (&operand[..index], 60.0),
            Some((index, 'h')) => (&operand[..index], 3_600.0),
            Some((index, 'd')) => (&operand[..index], 86_400.0),
            _ => (operand.as_str(), 1.0),
        };
        match (number.parse::<f64>(), operand.as_str()) {
            (_, "infinity" | "inf") => total = f64::from(i32::MAX),
            (Ok(seconds), _) if seconds >= 0.0 => total += seconds * factor,
            _ => {
                call.complain(&format!("invalid number '{operand}'"));
                return Outcome::Ended(1);
            }
        }
    }
    #[expect(clippy::cast_possible_truncation, reason = "bounded just before")]
    Outcome::Sleep((total.min(f64::from(i32::MAX)) * 1_000.0) as i64)
}

/// The environment, or some of it.
pub(super) fn printenv(call: &mut Call<'_>) -> Outcome {
    let (_, names) = call.split_options();
    if names.is_empty() {
        return super::running::env(call);
    }
    let mut status = 0;
    for name in names {
        match call.environment.get(&name).cloned() {
            Some(value) => call.say(&value),
            None => status = 1,
        }
    }
    Outcome::Ended(status)
}

/// The name of the machine.
pub(super) fn hostname(call: &mut Call<'_>) -> Outcome {
    let (options, _) = call.split_options();
    let name = if options.contains('i') { call.system.address() } else { call.system.hostname() };
    call.say(&name);
    Outcome::Ended(0)
}

/// The present directory.
pub(super) fn pwd(call: &mut Call<'_>) -> Outcome {
    let directory = call.directory.to_owned();
    call.say(&directory);
    Outcome::Ended(0)
}

/// The system's name.
pub(super) fn uname(call: &mut Call<'_>) -> Outcome {
    let (options, _) = call.split_options();
    let host = call.system.hostname();
    let line = match options.as_str() {
        "a" => format!("Linux {host} 6.8.0 #1 SMP x86_64 GNU/Linux"),
        "n" => host,
        "r" => "6.8.0".to_owned(),
        "m" => "x86_64".to_owned(),
        _ => "Linux".to_owned(),
    };
    call.say(&line);
    Outcome::Ended(0)
}

/// Parameters of the kernel.
pub(super) fn sysctl(call: &mut Call<'_>) -> Outcome {
    let (options, names) = call.split_options();
    let mut status = 0;
    for name in names {
        match call.system.files().read(&sysctl_path(&name)) {
            Ok(value) if options.contains('n') => call.stdout.extend(value),
            Ok(value) => call.say(&format!("{name} = {}", String::from_utf8_lossy(&value).trim_end())),
            Err(_) => {
                call.complain(&format!("error: '{name}' is an unknown key"));
                status = 1;
            }
        }
    }
    Outcome::Ended(status)
}

/// The processes of the container.
pub(super) fn ps(call: &mut Call<'_>) -> Outcome {
    call.say("PID   USER     TIME  COMMAND");
    let mut processes = call.system.processes();
    processes.sort();
    let user = call.system.user();
    let user = super::people::user_name(call, user);
    for (number, command) in processes {
        call.say(&format!("{number:>5} {user:<8}  0:00 {command}"));
    }
    Outcome::Ended(0)
}

/// Sends a signal.
pub(super) fn kill(call: &mut Call<'_>) -> Outcome {
    let mut signal = 15;
    let mut status = 0;
    let mut arguments = call.arguments[1..].iter().cloned();
    while let Some(argument) = arguments.next() {
        if let Some(name) = argument.strip_prefix('-') {
            let name = if name == "s" { arguments.next().unwrap_or_default() } else { name.to_owned() };
            signal = match name.trim_start_matches("SIG") {
                "KILL" | "9" => 9,
                "INT" | "2" => 2,
                "HUP" | "1" => 1,
                _ => 15,
            };
            continue;
        }
        let sent = argument.parse().is_ok_and(|number| call.system.signal(number, signal));
        if !sent {
            call.complain(&format!("can't kill pid {argument}: No such process"));
            status = 1;
        }
    }
    Outcome::Ended(status)
}

/// Where a program is.
pub(super) fn which(call: &mut Call<'_>) -> Outcome {
    let (_, names) = call.split_options();
    let image = call.system.image();
    let mut status = 0;
    for name in names {
        if (is_command(&name) || name == "sh") && has_tool(image, &name) {
            call.say(&format!("/bin/{}", base_name(&name)));
        } else {
            status = 1;
        }
    }
    Outcome::Ended(status)
}
