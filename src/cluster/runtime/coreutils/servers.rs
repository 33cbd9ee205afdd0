//! httpd of busybox, and nc where it listens.

use super::super::filesystem::absolute;
use super::options::{Options, Taken, or_end};
use super::{Call, Outcome};

/// httpd: serves the files below a folder, in the background unless told otherwise.
pub(super) fn httpd(call: &mut Call<'_>) -> Outcome {
    let taken = Taken { letters: "fp:h:vu:r:", refused: "icdem", long: &[] };
    let options = or_end!(call.options(&taken));
    let port = options.value('p').unwrap_or("80").to_owned();
    let number = port.rsplit(':').next().unwrap_or_default();
    if number.parse::<u16>().is_err() {
        call.complain(&format!("bad port '{port}'"));
        return Outcome::Ended(1);
    }
    let host = port.rsplit_once(':').map_or("", |(host, _)| host);
    if !host.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '-' | ':' | '[' | ']')) {
        call.complain(&format!("bad address '{port}'"));
        return Outcome::Ended(1);
    }
    let shown = options.value('h').unwrap_or(".").to_owned();
    let folder = absolute(call.directory, &shown);
    if !call.system.files().is_directory(&folder) {
        call.complain(&format!("can't change directory to '{shown}': No such file or directory"));
        return Outcome::Ended(1);
    }
    let arguments = ["httpd", "-f", "-p", &port, "-h", &folder].map(str::to_owned).to_vec();
    if options.has('f') {
        return Outcome::Serves { program: "busybox-httpd".to_owned(), arguments };
    }
    Outcome::Spawns(arguments)
}

/// nc -l: answers whoever comes with what is on standard input, or with what a command prints.
pub(super) fn listen(call: &mut Call<'_>, options: &Options) -> Outcome {
    let port = options.value('p').map(str::to_owned).or_else(|| options.operands.last().cloned());
    let Some(port) = port.filter(|port| port.parse::<u16>().is_ok_and(|port| port > 0)) else {
        return call.fail_usage("a port is needed: -p PORT");
    };
    let text = match options.value('e') {
        Some(program) => match printed(call, program, &options.operands) {
            Ok(text) => text,
            Err(why) => {
                call.complain(&why);
                return Outcome::Ended(1);
            }
        },
        None => match call.all_input() {
            Some(bytes) => String::from_utf8_lossy(&bytes).replace('\0', ""),
            None => return Outcome::NeedsInput,
        },
    };
    let stays = options.has('k') || call.arguments.iter().any(|word| word.contains("ll"));
    let kind = if stays { "always" } else { "once" };
    let arguments = ["nc", &port, kind, &text].map(str::to_owned).to_vec();
    Outcome::Serves { program: "nc-server".to_owned(), arguments }
}

/// What `-e` prints, for the commands that do nothing else.
fn printed(call: &mut Call<'_>, program: &str, words: &[String]) -> Result<String, String> {
    match program.rsplit('/').next().unwrap_or_default() {
        "echo" => Ok(format!(
            "{}\n",
            words.iter().filter(|word| !word.starts_with('-')).cloned().collect::<Vec<_>>().join(" ")
        )),
        "cat" => {
            let [name] = words else { return Err("not simulated: -e with more than one file".to_owned()) };
            let path = call.path(name);
            let read =
                call.system.files().read(&path).map_err(|why| format!("can't open '{name}': {why}"))?;
            Ok(String::from_utf8_lossy(&read).replace('\0', ""))
        }
        other => {
            Err(format!("not simulated: -e {other}; echo and cat are, and httpd -f -p PORT serves files"))
        }
    }
}
