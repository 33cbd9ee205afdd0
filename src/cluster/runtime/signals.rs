//! Signals by name and number.

/// Names by number, from 1 on.
const NAMES: &[&str] = &[
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE",
    "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ",
    "VTALRM", "PROF", "WINCH", "POLL", "PWR", "SYS",
];

/// The name of a signal.
pub(crate) fn signal_name(number: i32) -> Option<&'static str> {
    let place = usize::try_from(number).ok()?.checked_sub(1)?;
    NAMES.get(place).copied()
}

/// The number that a name, with or without `SIG`, or a number stands for; 0 is no signal, but asks.
pub(crate) fn signal_number(word: &str) -> Option<i32> {
    let upper = word.to_ascii_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    let place = match name {
        "0" | "EXIT" => return Some(0),
        "IOT" => Some(5),
        "CLD" => Some(16),
        "IO" => Some(28),
        name => NAMES.iter().position(|known| *known == name),
    };
    match place {
        Some(place) => i32::try_from(place + 1).ok(),
        None => word.parse().ok().filter(|number| signal_name(*number).is_some()),
    }
}

/// What the C library says of whom a signal ended.
pub(crate) fn description(number: i32) -> Option<&'static str> {
    Some(match number {
        1 => "Hangup",
        3 => "Quit",
        6 => "Aborted",
        9 => "Killed",
        10 => "User defined signal 1",
        12 => "User defined signal 2",
        14 => "Alarm clock",
        15 => "Terminated",
        _ => return None,
    })
}

/// Whether a signal ends a process that has no handler.
pub(crate) fn is_deadly(number: i32) -> bool {
    let name = signal_name(number);
    name.is_some_and(|name| !["CHLD", "CONT", "URG", "WINCH", "STOP", "TSTP", "TTIN", "TTOU"].contains(&name))
}

/// What a command line of `kill` asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kill {
    /// All names, or those of some numbers and the numbers of some names.
    List(Vec<String>),
    /// A signal for some processes.
    Send(i32, Vec<String>),
    /// An unknown signal.
    BadName(String),
    /// Nobody is named.
    Nobody,
}

/// Reads one.
pub(crate) fn read_kill(words: &[String]) -> Kill {
    let mut words = words.iter().peekable();
    let mut signal = 15;
    if let Some(option) = words.next_if(|word| word.starts_with('-') && word.len() > 1) {
        let name = match &option[1..] {
            "l" | "L" => return Kill::List(words.cloned().collect()),
            "-" => "TERM".to_owned(),
            "s" | "n" => match words.next() {
                Some(name) => name.clone(),
                None => return Kill::BadName("s".to_owned()),
            },
            name => {
                name.strip_prefix('s').filter(|rest| signal_number(rest).is_some()).unwrap_or(name).to_owned()
            }
        };
        match signal_number(&name) {
            Some(number) => signal = number,
            None => return Kill::BadName(name),
        }
    }
    words.next_if(|word| *word == "--");
    let targets: Vec<String> = words.cloned().collect();
    if targets.is_empty() { Kill::Nobody } else { Kill::Send(signal, targets) }
}

/// The lines that `kill -l` prints.
pub(crate) fn listing(words: &[String]) -> Vec<String> {
    if words.is_empty() {
        let numbered = NAMES.iter().enumerate();
        return numbered.map(|(place, name)| format!("{:>2}) {name}", place + 1)).collect();
    }
    let one = |word: &String| match word.parse::<i32>() {
        Ok(number) => signal_name(number & 0x7f).map_or_else(|| word.clone(), str::to_owned),
        Err(_) => signal_number(word).map_or_else(|| word.clone(), |number| number.to_string()),
    };
    words.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_have_names_and_numbers() {
        let kill = |line: &str| read_kill(&line.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(kill("-9 12"), Kill::Send(9, vec!["12".to_owned()]));
        assert_eq!(kill("-s SIGHUP 1"), Kill::Send(1, vec!["1".to_owned()]));
        assert_eq!(kill("-FOO 1"), Kill::BadName("FOO".to_owned()));
        assert_eq!(kill("-15"), Kill::Nobody);
        assert_eq!(listing(&["9".to_owned(), "TERM".to_owned(), "143".to_owned()]), ["KILL", "15", "TERM"]);
    }
}
