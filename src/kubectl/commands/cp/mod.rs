//! `kubectl cp`: files into and out of containers, as a tar archive through exec.

mod archive;

use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::path::PathBuf;

use super::exec::{Place, with_word};
use crate::apimachinery::builtin;
use crate::base::{Input, Output, Random, Streams};
use crate::kubectl::api::Api;
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::detach_keys::DetachKeys;
use crate::kubectl::discovery::Resource;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::pods::chosen_container;
use crate::kubectl::remote::Session;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "cp",
    short: "Copy files and directories to and from containers",
    usage: "<file-spec-src> <file-spec-dest> [options]",
    flags: &[FLAGS],
    arguments: Arguments::Path,
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::text("container", "", "The container; the default one when it is left out").short('c'),
    Flag::switch("no-preserve", "Do not keep owners and permissions in the container"),
    Flag::int(
        "retries",
        "0",
        "How often to try again when a copy from a container breaks off; negative for ever",
    ),
];

/// What one argument names.
#[derive(Debug, PartialEq, Eq)]
struct FileSpec {
    namespace: String,
    pod: String,
    file: String,
}

impl FileSpec {
    fn parse(text: &str) -> Outcome<Self> {
        let wrong =
            || Failure::message("filespec must match the canonical format: [[namespace/]pod:]file/path");
        let spec = |namespace: &str, pod: &str, file: &str| Self {
            namespace: namespace.to_owned(),
            pod: pod.to_owned(),
            file: file.to_owned(),
        };
        let Some((pod, file)) = text.split_once(':') else { return Ok(spec("", "", text)) };
        if pod.is_empty() {
            return Err(wrong());
        }
        match pod.split('/').collect::<Vec<_>>().as_slice() {
            [pod] => Ok(spec("", pod, file)),
            [namespace, pod] => Ok(spec(namespace, pod, file)),
            _ => Err(wrong()),
        }
    }
}

async fn run(call: &mut Call<'_>) -> Outcome {
    let [from, to] = call.args.as_slice() else {
        return Err(Failure::message("source and destination are required"));
    };
    let (from, to) = (FileSpec::parse(from)?, FileSpec::parse(to)?);
    if !from.pod.is_empty() && !to.pod.is_empty() {
        return Err(Failure::message("one of src or dest must be a local file specification"));
    }
    if from.file.is_empty() || to.file.is_empty() {
        return Err(Failure::message("filepath can not be empty"));
    }
    if from.pod.is_empty() && to.pod.is_empty() {
        return Err(Failure::message("one of src or dest must be a remote file specification"));
    }
    if from.pod.is_empty() { upload(call, &from, &to).await } else { download(call, &from, &to).await }
}

/// A file that holds an archive on its way and is gone afterwards.
struct Spool(PathBuf);

impl Spool {
    fn new(call: &Call<'_>) -> Self {
        let folder = call.factory.variable("TMPDIR").filter(|folder| !folder.is_empty()).unwrap_or("/tmp");
        let name = Random::seeded(Random::fresh_seed()).name_suffix(10);
        Self(PathBuf::from(folder).join(format!("kubectl-cp-{name}.tar")))
    }

    fn create(&self) -> std::io::Result<File> {
        File::options().read(true).write(true).create_new(true).open(&self.0)
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        // A file that was never made need not be removed.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The container that an argument means.
async fn place_of(call: &mut Call<'_>, api: &Api, spec: &FileSpec) -> Outcome<Place> {
    let namespace = if spec.namespace.is_empty() { call.namespace()? } else { spec.namespace.clone() };
    let pod = api.get(&Resource::from(&builtin::POD).object(&namespace, &spec.pod)).await?;
    let given = call.flags.text("container").to_owned();
    let (container, notice) = chosen_container(&pod, &given)?;
    if let Some(notice) = notice {
        call.complain(notice)?;
    }
    Ok(Place { pod, container })
}

/// Runs a command in the container with these streams.
async fn execute(api: &Api, place: &Place, words: &[&str], streams: &mut Streams) -> Outcome {
    let url = words.iter().fold(place.url("exec"), |url, word| with_word(url, word));
    let stdin = !matches!(streams.input, Input::Empty);
    let session = Session { stdin, tty: false, detach: DetachKeys::default() };
    session.run(api, &session.add_to(url, &place.container), streams).await
}

async fn upload(call: &mut Call<'_>, from: &FileSpec, to: &FileSpec) -> Outcome {
    let local = call.factory.path(&from.file);
    if !local.exists() {
        return Err(Failure::message(format!("{} doesn't exist in local filesystem", from.file)));
    }
    let api = call.api().await?;
    let place = place_of(call, &api, to).await?;
    let mut remote = archive::clean(&to.file);
    let (mut quiet, _) = Streams::captured("");
    if execute(&api, &place, &["test", "-d", &archive::clean(&to.file)], &mut quiet).await.is_ok() {
        remote = archive::join(&remote, &archive::base(&archive::clean(&from.file)));
    }
    let spool = Spool::new(call);
    let mut file = spool.create()?;
    archive::pack(&local, &archive::base(&remote), &mut file)?;
    file.seek(SeekFrom::Start(0))?;
    let folder = archive::parent(&remote);
    let mut words = vec!["tar"];
    if call.flags.on("no-preserve") {
        words.extend(["--no-same-permissions", "--no-same-owner"]);
    }
    words.extend(["-xmf", "-"]);
    if !folder.is_empty() {
        words.extend(["-C", &folder]);
    }
    let (mut streams, _) = Streams::captured("");
    streams.input = Input::File(file);
    streams.out = call.streams.out.clone();
    streams.err = call.streams.err.clone();
    execute(&api, &place, &words, &mut streams).await
}

async fn download(call: &mut Call<'_>, from: &FileSpec, to: &FileSpec) -> Outcome {
    let api = call.api().await?;
    let place = place_of(call, &api, from).await?;
    let retries = call.flags.int("retries");
    let spool = Spool::new(call);
    let mut file = spool.create()?;
    let mut tries = 0;
    loop {
        let read = file.seek(SeekFrom::End(0))?;
        let quoted = from.file.replace('\'', r"'\''");
        let resumed = format!("tar cf - '{quoted}' | tail -c+{}", if read == 0 { 0 } else { read + 1 });
        let words =
            if retries == 0 { vec!["tar", "cf", "-", &from.file] } else { vec!["sh", "-c", &resumed] };
        let (mut streams, _) = Streams::captured("");
        streams.out = Output::new(file.try_clone()?);
        // What tar says goes where the rest of the command's own words go.
        streams.err = call.streams.out.clone();
        match execute(&api, &place, &words, &mut streams).await {
            Ok(()) => break,
            // As upstream: whoever has read a whole archive asks no more how its maker ended.
            Err(Failure::WithCode(..)) if archive::is_whole(&mut file)? => break,
            Err(failure) if tries == retries => return Err(failure),
            Err(_) => {
                tries += 1;
                call.line(format!("Resuming copy at {read} bytes, retry {tries}/{retries}"))?;
            }
        }
    }
    file.seek(SeekFrom::Start(0))?;
    let prefix = archive::clean(&from.file).trim_start_matches(['/', '.']).to_owned();
    let hint =
        format!("kubectl exec -n {:?} {:?} -- tar cf - {:?} | tar xf -", from.namespace, from.pod, from.file);
    let target = archive::Target { path: &call.factory.path(&to.file), named: &to.file, hint: &hint };
    let warnings = archive::unpack(file, &prefix, &target)?;
    for warning in warnings {
        call.complain(warning)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_name_pods_or_local_files() {
        let spec = |namespace: &str, pod: &str, file: &str| FileSpec {
            namespace: namespace.to_owned(),
            pod: pod.to_owned(),
            file: file.to_owned(),
        };
        assert_eq!(FileSpec::parse("a/b").unwrap(), spec("", "", "a/b"));
        assert_eq!(FileSpec::parse("web:/tmp/x").unwrap(), spec("", "web", "/tmp/x"));
        assert_eq!(FileSpec::parse("team/web:x").unwrap(), spec("team", "web", "x"));
        for wrong in [":x", "a/b/c:x"] {
            assert_eq!(
                FileSpec::parse(wrong).unwrap_err().report(),
                "error: filespec must match the canonical format: [[namespace/]pod:]file/path"
            );
        }
    }
}
