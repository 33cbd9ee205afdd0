//! The command line of curl.

use ::base64::Engine;
use ::base64::engine::general_purpose::STANDARD;

use super::super::options::{Options, Taken, Wrong, read};
use super::super::{Call, Outcome};

const TAKEN: Taken = Taken {
    letters: "sSfiIvkLGgOZ#NajqR46X:H:d:o:w:m:u:A:e:b:T:\u{1}:\u{2}:\u{3}:\u{4}:\u{5}:\u{6}\u{7}:\u{8}:\u{e}:\u{f}:\u{10}\u{12}:",
    refused: "cxrDCEFUKYyzhMBlnpQtVJ0123",
    long: &[
        ("silent", 's'),
        ("show-error", 'S'),
        ("fail", 'f'),
        ("include", 'i'),
        ("show-headers", 'i'),
        ("head", 'I'),
        ("verbose", 'v'),
        ("insecure", 'k'),
        ("location", 'L'),
        ("get", 'G'),
        ("globoff", 'g'),
        ("remote-name", 'O'),
        ("parallel", 'Z'),
        ("progress-bar", '#'),
        ("no-buffer", 'N'),
        ("no-progress-meter", '\u{10}'),
        ("interface", '\u{12}'),
        ("ipv4", '4'),
        ("ipv6", '6'),
        ("request", 'X'),
        ("header", 'H'),
        ("data", 'd'),
        ("data-ascii", 'd'),
        ("data-binary", 'd'),
        ("data-raw", '\u{8}'),
        ("data-urlencode", '\u{f}'),
        ("json", '\u{e}'),
        ("output", 'o'),
        ("write-out", 'w'),
        ("max-time", 'm'),
        ("user", 'u'),
        ("user-agent", 'A'),
        ("referer", 'e'),
        ("cookie", 'b'),
        ("upload-file", 'T'),
        ("cacert", '\u{1}'),
        ("resolve", '\u{2}'),
        ("connect-timeout", '\u{3}'),
        ("max-redirs", '\u{4}'),
        ("retry", '\u{5}'),
        ("retry-delay", '\u{7}'),
        ("retry-max-time", '\u{7}'),
        ("fail-with-body", '\u{6}'),
        ("compressed", 'N'),
        ("retry-connrefused", 'N'),
        ("retry-all-errors", 'N'),
        ("http1.1", 'N'),
        ("url", '\u{11}'),
        ("form", 'F'),
        ("proxy", 'x'),
        ("cert", 'E'),
        ("key", 'E'),
        ("capath", 'E'),
        ("config", 'K'),
        ("dump-header", 'D'),
        ("cookie-jar", 'c'),
        ("range", 'r'),
        ("http2", '2'),
        ("http3", '2'),
        ("create-dirs", 'E'),
        ("unix-socket", 'E'),
        ("version", 'V'),
    ],
};

/// What curl was asked for.
pub(super) struct Command {
    options: Options,
    /// Addresses.
    pub addresses: Vec<String>,
    /// Headers to send.
    pub headers: Vec<(String, String)>,
    /// What is sent, when something is.
    pub body: Option<Vec<u8>>,
    /// Seconds that all may take.
    pub limit: Option<f64>,
    /// Seconds that connecting may take.
    pub connect_limit: Option<f64>,
    /// Redirects that are followed at most.
    pub redirects: usize,
    /// Times that it tries again.
    pub retries: usize,
}

impl Command {
    /// Reads the command line.
    ///
    /// # Errors
    /// How curl ends, its complaint made.
    pub(super) fn read(call: &mut Call<'_>) -> Result<Self, Outcome> {
        let options = match read(&call.arguments[1..], &TAKEN) {
            Ok(options) => options,
            Err(wrong) => return Err(refuse(call, &wrong)),
        };
        let mut command = Self {
            addresses: options.operands.clone(),
            headers: Vec::new(),
            body: None,
            limit: seconds(call, &options, 'm', "-m")?,
            connect_limit: seconds(call, &options, '\u{3}', "--connect-timeout")?,
            redirects: seconds(call, &options, '\u{4}', "--max-redirs")?.map_or(50, |count| count as usize),
            retries: seconds(call, &options, '\u{5}', "--retry")?.map_or(0, |count| count as usize).min(100),
            options,
        };
        if let Some(from) = command.options.value('\u{12}').map(str::to_owned)
            && !["eth0", "lo", call.system.address().as_str()].contains(&from.as_str())
        {
            tell(call, &format!("(45) Couldn't bind to '{from}'"));
            return Err(Outcome::Ended(45));
        }
        if command.addresses.is_empty() {
            tell(call, "no URL specified!");
            return Err(usage(call));
        }
        command.read_body(call)?;
        command.read_headers();
        Ok(command)
    }

    /// Whether a letter was given.
    pub(super) fn has(&self, letter: char) -> bool {
        self.options.has(letter)
    }

    /// Whether nothing is told of the transfer's progress.
    pub(super) fn is_quiet(&self) -> bool {
        self.has('s') || self.has('\u{10}') || self.has('#')
    }

    /// Whether errors are told.
    pub(super) fn tells_errors(&self) -> bool {
        !self.has('s') || self.has('S')
    }

    /// Whether an answer of 400 and more is a failure, and whether its body is shown all the same.
    pub(super) fn fails(&self) -> (bool, bool) {
        (self.has('f') || self.has('\u{6}'), self.has('\u{6}'))
    }

    /// The method, when one was named.
    pub(super) fn method(&self) -> &str {
        match self.options.value('X') {
            Some(method) => method,
            None if self.has('I') => "HEAD",
            None if self.has('T') => "PUT",
            None if self.body.is_some() && !self.has('G') => "POST",
            None => "GET",
        }
    }

    /// Where the body of the answer to an address goes.
    pub(super) fn output(&self, at: usize) -> Option<&str> {
        self.options.values('o').nth(at)
    }

    /// What is printed at the end.
    pub(super) fn format(&self) -> Option<&str> {
        self.options.value('w')
    }

    /// File with the certificates to believe.
    pub(super) fn authority(&self) -> Option<&str> {
        self.options.value('\u{1}')
    }

    /// The address that was named for a host and a port.
    pub(super) fn resolved(&self, host: &str, port: u16) -> Option<String> {
        let port = port.to_string();
        self.options.values('\u{2}').find_map(|value| {
            let mut parts = value.splitn(3, ':');
            let (name, number, address) = (parts.next()?, parts.next()?, parts.next()?);
            (name == host && number == port).then(|| address.to_owned())
        })
    }

    fn read_body(&mut self, call: &mut Call<'_>) -> Result<(), Outcome> {
        let mut parts: Vec<Vec<u8>> = Vec::new();
        let given: Vec<(char, String)> = ['d', '\u{8}', '\u{f}', '\u{e}']
            .into_iter()
            .flat_map(|letter| self.options.values(letter).map(move |value| (letter, value.to_owned())))
            .collect();
        for (letter, value) in given {
            parts.push(match (letter, value.strip_prefix('@')) {
                ('\u{8}', _) => value.into_bytes(),
                ('\u{f}', _) => encoded(&value).into_bytes(),
                (_, Some(name)) => content(call, name)?,
                _ => value.into_bytes(),
            });
        }
        if let Some(name) = self.options.value('T') {
            parts.push(content(call, name)?);
        }
        if !parts.is_empty() {
            self.body = Some(parts.join(&b'&'));
        }
        Ok(())
    }

    fn read_headers(&mut self) {
        let mut add = |name: &str, value: String| self.headers.push((name.to_owned(), value));
        let options = &self.options;
        if let Some(user) = options.value('u') {
            add("Authorization", format!("Basic {}", STANDARD.encode(user)));
        }
        add("User-Agent", options.value('A').unwrap_or("curl/8.17.0").to_owned());
        add("Accept", if options.has('\u{e}') { "application/json" } else { "*/*" }.to_owned());
        if let Some(referer) = options.value('e') {
            add("Referer", referer.to_owned());
        }
        if let Some(cookie) = options.value('b') {
            add("Cookie", cookie.to_owned());
        }
        if let Some(length) = self.body.as_ref().filter(|_| !options.has('G')).map(Vec::len) {
            add("Content-Length", length.to_string());
            let form = !options.has('T');
            let kind =
                if options.has('\u{e}') { "application/json" } else { "application/x-www-form-urlencoded" };
            if form {
                add("Content-Type", kind.to_owned());
            }
        }
        let own: Vec<(String, String)> =
            options.values('H').filter_map(super::super::network::split_header).collect();
        self.headers.retain(|(name, _)| !own.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)));
        self.headers.extend(own.into_iter().filter(|(_, value)| !value.is_empty()));
    }
}

/// The bytes of a file, or of standard input.
fn content(call: &mut Call<'_>, name: &str) -> Result<Vec<u8>, Outcome> {
    if name == "-" || name == "." {
        return call.all_input().ok_or(Outcome::NeedsInput);
    }
    let path = call.path(name);
    let read = call.system.files().read(&path);
    read.map_err(|_| {
        tell(call, &format!("Failed to open {name}"));
        usage(call);
        Outcome::Ended(26)
    })
}

/// `name=value` with the value fit for an address.
fn encoded(text: &str) -> String {
    let (name, value) = text.split_once('=').map_or(("", text), |(name, value)| (name, value));
    let value: String = value
        .bytes()
        .map(|byte| {
            let plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
            if plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
        })
        .collect();
    if name.is_empty() { value } else { format!("{name}={value}") }
}

fn seconds(call: &mut Call<'_>, options: &Options, letter: char, name: &str) -> Result<Option<f64>, Outcome> {
    let Some(text) = options.value(letter) else { return Ok(None) };
    match text.parse::<f64>() {
        Ok(seconds) if seconds.is_finite() && seconds >= 0.0 => Ok(Some(seconds.min(1e6))),
        _ => {
            tell(call, &format!("option {name}: expected a proper numerical parameter"));
            Err(usage(call))
        }
    }
}

/// Prints a line `curl: …` on standard error.
pub(super) fn tell(call: &mut Call<'_>, message: &str) {
    call.stderr.extend_from_slice(format!("curl: {message}\n").as_bytes());
}

fn usage(call: &mut Call<'_>) -> Outcome {
    tell(call, "try 'curl --help' or 'curl --manual' for more information");
    Outcome::Ended(2)
}

fn refuse(call: &mut Call<'_>, wrong: &Wrong) -> Outcome {
    let dashed = |option: &str| if option.len() == 1 { format!("-{option}") } else { format!("--{option}") };
    let message = match wrong {
        Wrong::Invalid(letter) => format!("option -{letter}: is unknown"),
        Wrong::Unrecognized(name) => format!("option --{name}: is unknown"),
        Wrong::Needs(option) => format!("option {}: requires parameter", dashed(option)),
        Wrong::NotModelled(option) => {
            tell(call, &format!("not simulated: option {option}"));
            return Outcome::Ended(2);
        }
        Wrong::Help => {
            tell(call, "not simulated: its help");
            return Outcome::Ended(0);
        }
    };
    tell(call, &message);
    usage(call)
}
