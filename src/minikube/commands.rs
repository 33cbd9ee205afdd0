//! The one table of commands, help, and the way from a command line to its command.

use futures::future::BoxFuture;

use crate::base::nearest;

use super::arguments::{Arguments, Flag};
use super::printer::{Failure, Outcome, Printer, Style};
use super::{Context, EXIT_USAGE, PROFILE, absent, addons, inspect, node, service, start, tunnel};

type Run = for<'r> fn(&'r Arguments, &'r mut Printer<'_>, &'r Context) -> BoxFuture<'r, Outcome>;

struct Command {
    name: &'static str,
    about: &'static str,
    flags: &'static [Flag],
    run: Run,
}

const OUTPUT: Flag = Flag::value("output").short('o');

/// Every command, in the order of the help.
const COMMANDS: &[Command] = &[
    Command {
        name: "start",
        about: "Starts a local Kubernetes cluster",
        flags: &[
            Flag::value("driver"),
            Flag::value("nodes").short('n'),
            Flag::value("cpus"),
            Flag::value("memory"),
            Flag::value("disk-size"),
            Flag::value("kubernetes-version"),
            Flag::value("container-runtime").short('c'),
            Flag::value("cni"),
            Flag::value("addons"),
            Flag::value("wait"),
            Flag::switch("force"),
            Flag::switch("preload"),
        ],
        run: |arguments, printer, context| Box::pin(start::start(arguments, printer, context)),
    },
    Command {
        name: "status",
        about: "Gets the status of a local Kubernetes cluster",
        flags: &[OUTPUT, Flag::value("format").short('f'), Flag::value("node").short('n')],
        run: |arguments, printer, context| Box::pin(inspect::status(arguments, printer, context)),
    },
    Command {
        name: "service",
        about: "Returns a URL to connect to a service",
        flags: &[
            Flag::value("namespace").short('n'),
            Flag::switch("url"),
            Flag::switch("https"),
            Flag::switch("all"),
            Flag::value("format"),
            Flag::value("wait"),
            Flag::value("interval"),
            OUTPUT,
        ],
        run: |arguments, printer, context| Box::pin(service::service(arguments, printer, context)),
    },
    Command {
        name: "ip",
        about: "Retrieves the IP address of the specified node",
        flags: &[Flag::value("node").short('n')],
        run: |arguments, printer, context| Box::pin(inspect::ip(arguments, printer, context)),
    },
    Command {
        name: "image",
        about: "Manage images (ls)",
        flags: &[Flag::value("format")],
        run: |arguments, printer, context| Box::pin(addons::image(arguments, printer, context)),
    },
    Command {
        name: "addons",
        about: "Enable or disable a minikube addon",
        flags: &[OUTPUT],
        run: |arguments, printer, context| Box::pin(addons::addons(arguments, printer, context)),
    },
    Command {
        name: "tunnel",
        about: "Connect to LoadBalancer services",
        flags: &[Flag::switch("cleanup").short('c'), Flag::value("bind-address")],
        run: |_, printer, context| Box::pin(tunnel::tunnel(printer, context)),
    },
    Command {
        name: "node",
        about: "Add, remove, or list additional nodes (add, delete, list, start, stop)",
        flags: &[],
        run: |arguments, printer, context| Box::pin(node::node(arguments, printer, context)),
    },
    Command {
        name: "profile",
        about: "Get or list the current profiles (clusters)",
        flags: &[OUTPUT, Flag::switch("light").short('l'), Flag::switch("detailed").short('d')],
        run: |arguments, printer, context| Box::pin(inspect::profile(arguments, printer, context)),
    },
    Command {
        name: "version",
        about: "Print the version of minikube",
        flags: &[OUTPUT, Flag::switch("short"), Flag::switch("components")],
        run: |arguments, printer, context| Box::pin(inspect::version(arguments, printer, context)),
    },
];

/// Runs the command that the arguments name.
pub(super) async fn dispatch(args: &[String], printer: &mut Printer<'_>, context: &Context) -> Outcome {
    let Some((name, rest)) = args.split_first() else { return help(printer) };
    if ["help", "--help", "-h"].contains(&name.as_str()) {
        return help(printer);
    }
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        return Err(if absent::is_known(name) { absent::failure(name) } else { unknown(name) });
    };
    if let Some(failure) = absent::of_subcommand(name, rest) {
        return Err(failure);
    }
    let arguments = Arguments::parse(name, rest, command.flags)?;
    if arguments.is_on("help") {
        return command_help(command, printer);
    }
    if let Some(profile) = arguments.value("profile").filter(|profile| *profile != PROFILE) {
        return Err(unknown_profile(profile));
    }
    (command.run)(&arguments, printer, context).await
}

/// What a profile that does not exist is told.
pub(super) fn unknown_profile(name: &str) -> Failure {
    let message =
        format!("Profile \"{name}\" not found. Run \"minikube profile list\" to view all profiles.");
    Failure::Exit { code: 85, lines: vec![(Some(Style::Meh), message)] }
        .with(Some(Style::Url), "The embedded cluster is the profile \"minikube\"; leave out -p")
}

fn unknown(name: &str) -> Failure {
    let failure = Failure::usage(EXIT_USAGE, format!("Error: unknown command \"{name}\" for \"minikube\""));
    let failure = match nearest(name, COMMANDS.iter().map(|command| command.name)) {
        Some(near) => failure.with(None, format!("\nDid you mean this?\n\t{near}\n")),
        None => failure,
    };
    failure.with(None, "Run 'minikube --help' for usage.")
}

fn help(printer: &mut Printer<'_>) -> Outcome {
    printer.line("minikube, as podlings simulates it on the embedded cluster.\n\nCommands:")?;
    for command in COMMANDS {
        printer.line(format!("  {:<10} {}", command.name, command.about))?;
    }
    printer.line("\nUsage:\n  minikube [command] [flags]")?;
    Ok(0)
}

fn command_help(command: &Command, printer: &mut Printer<'_>) -> Outcome {
    printer.line(format!("{}\n\nUsage:\n  minikube {} [flags]", command.about, command.name))?;
    if !command.flags.is_empty() {
        printer.line("\nOptions:")?;
    }
    for flag in command.flags {
        let short = flag.short.map(|short| format!("-{short}, ")).unwrap_or_default();
        let value = if flag.takes_value { "=VALUE" } else { "" };
        printer.line(format!("    {short}--{}{value}", flag.name))?;
    }
    Ok(0)
}
