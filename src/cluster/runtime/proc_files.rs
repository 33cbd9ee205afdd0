//! What the kernel tells below /proc: of the machine, of process 1, and of whoever looks.

use std::collections::BTreeMap;

use super::filesystem::Mount;
use super::images::Image;
use super::ownership::Identity;
use super::system::MachineView;

/// What they are made of.
pub(crate) struct ProcFiles<'a> {
    /// The machine.
    pub machine: MachineView,
    /// Its name.
    pub host: &'a str,
    /// How many processes run in the container.
    pub running: usize,
    /// Who looks.
    pub user: &'a Identity,
}

fn name_of(arguments: &[String]) -> String {
    let command = arguments.first().map(String::as_str).unwrap_or_default();
    let name = command.rsplit('/').next().unwrap_or_default();
    // A title has the name first.
    name.split(": ").next().unwrap_or_default().chars().take(15).collect()
}

impl ProcFiles<'_> {
    /// Path and text of each.
    pub(crate) fn files(
        &self,
        command: &[String],
        main: &[String],
        environment: &BTreeMap<String, String>,
    ) -> Vec<(String, String)> {
        let machine = &self.machine;
        let (total, used) = (machine.memory / 1_024, machine.memory_used / 1_024);
        let left = total.saturating_sub(used);
        let memory = [
            ("MemTotal", total),
            ("MemFree", left),
            ("MemAvailable", left),
            ("Buffers", 0),
            ("Cached", 0),
            ("SwapTotal", 0),
            ("SwapFree", 0),
        ];
        let memory =
            memory.iter().map(|(name, amount)| format!("{:<15} {amount:>8} kB\n", format!("{name}:")));
        let load = format!("{}.{:02}", machine.load / 1_000, machine.load % 1_000 / 10);
        let terminated = |words: &[String]| words.iter().map(|word| format!("{word}\0")).collect::<String>();
        let variables: String = environment.iter().map(|(name, value)| format!("{name}={value}\0")).collect();
        let mut files = vec![
            ("/proc/meminfo".to_owned(), memory.collect::<String>()),
            (
                "/proc/loadavg".to_owned(),
                format!("{load} {load} {load} 1/{} {}\n", self.running, self.running),
            ),
            ("/proc/uptime".to_owned(), format!("{}.00 {}.00\n", machine.up, machine.up)),
            ("/proc/sys/kernel/hostname".to_owned(), format!("{}\n", self.host)),
            ("/proc/1/environ".to_owned(), variables),
        ];
        for (folder, words) in [("1", main), ("self", command)] {
            files.push((format!("/proc/{folder}/comm"), format!("{}\n", name_of(words))));
            files.push((format!("/proc/{folder}/cmdline"), terminated(words)));
        }
        files.push(("/proc/self/status".to_owned(), self.status(command)));
        files
    }

    fn status(&self, command: &[String]) -> String {
        let user = self.user.user;
        let group = self.user.groups.first().copied().unwrap_or_default();
        let groups: String = self.user.groups.iter().map(|group| format!("{group} ")).collect();
        format!(
            "Name:\t{}\nUmask:\t0022\nState:\tR (running)\nUid:\t{user}\t{user}\t{user}\t{user}\nGid:\t{group}\t{group}\t{group}\t{group}\nGroups:\t{groups}\n",
            name_of(command)
        )
    }
}

/// The capabilities that containerd gives a container.
pub(crate) const DEFAULT_CAPABILITIES: u64 = 0xa804_25fb;

/// What `/proc/1/status` says of the main process of a container.
pub(crate) struct MainStatus<'a> {
    /// Its user.
    pub user: i64,
    /// Its groups, the first one first.
    pub groups: &'a [i64],
    /// The capabilities that it may use.
    pub permitted: u64,
    /// Those that it can ever get.
    pub bounding: u64,
    /// Whether it can get no more privileges.
    pub locked: bool,
    /// The mode of seccomp.
    pub seccomp: u8,
}

impl MainStatus<'_> {
    /// That of root without a security context.
    pub(super) fn usual(image: Option<&Image>) -> String {
        let groups = [&[0][..], image.map_or(&[][..], Image::groups_of_root)].concat();
        let (permitted, bounding) = (DEFAULT_CAPABILITIES, DEFAULT_CAPABILITIES);
        MainStatus { user: 0, groups: &groups, permitted, bounding, locked: false, seccomp: 0 }.text()
    }

    /// The text of the file.
    pub(crate) fn text(&self) -> String {
        let Self { permitted, bounding, seccomp, .. } = self;
        let four = |number: i64| [number; 4].map(|number| number.to_string()).join("\t");
        let (user, group) = (four(self.user), four(self.groups.first().copied().unwrap_or_default()));
        let mut sorted = self.groups.to_vec();
        sorted.sort_unstable();
        let groups: String = sorted.iter().map(|group| format!("{group} ")).collect();
        let locked = u8::from(self.locked);
        format!(
            "Umask:\t0022\nState:\tS (sleeping)\nTgid:\t1\nPid:\t1\nPPid:\t0\nUid:\t{user}\nGid:\t{group}\nGroups:\t{groups}\nCapInh:\t{:016x}\nCapPrm:\t{permitted:016x}\nCapEff:\t{permitted:016x}\nCapBnd:\t{bounding:016x}\nCapAmb:\t{:016x}\nNoNewPrivs:\t{locked}\nSeccomp:\t{seccomp}\n",
            0, 0,
        )
    }
}

/// What is mounted, as the kernel lists it.
pub(crate) fn mounts_text(mounts: &[Mount]) -> String {
    let mut text = "overlay / overlay rw,relatime 0 0\nproc /proc proc rw,nosuid,nodev,noexec,relatime 0 0\ntmpfs /dev tmpfs rw,nosuid,size=65536k,mode=755 0 0\n".to_owned();
    for mount in mounts {
        let mode = if mount.read_only { "ro" } else { "rw" };
        let (source, kind) = if mount.in_memory { ("tmpfs", "tmpfs") } else { ("/dev/vda1", "ext4") };
        text.push_str(&format!("{source} {} {kind} {mode},relatime 0 0\n", mount.path));
    }
    text
}
