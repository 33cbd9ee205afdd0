//! `kubectl config`: contexts, clusters and users of the kubeconfig. Nothing here asks the server.

mod contexts;
mod entries;
mod property;
mod view;

use super::flag_sets::TEMPLATES;
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::help::print_own;
use crate::kubectl::kubeconfig::Kubeconfig;

/// The group.
pub(super) static COMMAND: Command = Command {
    name: "config",
    short: "Modify kubeconfig files",
    usage: "SUBCOMMAND [options]",
    subcommands: &[
        &CURRENT_CONTEXT,
        &DELETE_CLUSTER,
        &DELETE_CONTEXT,
        &DELETE_USER,
        &GET_CLUSTERS,
        &GET_CONTEXTS,
        &GET_USERS,
        &RENAME_CONTEXT,
        &SET,
        &SET_CLUSTER,
        &SET_CONTEXT,
        &SET_CREDENTIALS,
        &UNSET,
        &USE_CONTEXT,
        &VIEW,
    ],
    ..Command::PLAIN
};

static CURRENT_CONTEXT: Command = Command {
    name: "current-context",
    short: "Display the current-context",
    usage: "[flags] [options]",
    run: |call| Box::pin(contexts::current(call)),
    ..Command::PLAIN
};

static GET_CONTEXTS: Command = Command {
    name: "get-contexts",
    short: "Describe one or many contexts",
    usage: "[(-o|--output=)name)] [options]",
    flags: &[&[
        Flag::switch("no-headers", "Leave the header out"),
        Flag::text("output", "", "Output format; only \"name\"").short('o'),
    ]],
    run: |call| Box::pin(contexts::list(call)),
    ..Command::PLAIN
};

static GET_CLUSTERS: Command = Command {
    name: "get-clusters",
    short: "Display clusters defined in the kubeconfig",
    usage: "[flags] [options]",
    run: |call| Box::pin(contexts::names(call, "clusters")),
    ..Command::PLAIN
};

static GET_USERS: Command = Command {
    name: "get-users",
    short: "Display users defined in the kubeconfig",
    usage: "[flags] [options]",
    run: |call| Box::pin(contexts::names(call, "users")),
    ..Command::PLAIN
};

static USE_CONTEXT: Command = Command {
    name: "use-context",
    aliases: &["use"],
    short: "Set the current-context in a kubeconfig file",
    usage: "CONTEXT_NAME [options]",
    arguments: Arguments::Entry("contexts"),
    run: |call| Box::pin(contexts::use_context(call)),
    ..Command::PLAIN
};

static SET_CONTEXT: Command = Command {
    name: "set-context",
    short: "Set a context entry in kubeconfig",
    usage: "[NAME | --current] [--cluster=cluster_nickname] [--user=user_nickname] [--namespace=namespace] [options]",
    flags: &[&[
        Flag::switch("current", "Change the current context"),
        Flag::text("cluster", "", "Cluster of the context"),
        Flag::text("user", "", "User of the context"),
        Flag::text("namespace", "", "Namespace of the context").short('n'),
    ]],
    arguments: Arguments::Entry("contexts"),
    run: |call| Box::pin(contexts::set_context(call)),
    ..Command::PLAIN
};

static RENAME_CONTEXT: Command = Command {
    name: "rename-context",
    short: "Rename a context from the kubeconfig file",
    usage: "CONTEXT_NAME NEW_NAME [options]",
    arguments: Arguments::Entry("contexts"),
    run: |call| Box::pin(contexts::rename(call)),
    ..Command::PLAIN
};

static DELETE_CONTEXT: Command = Command {
    name: "delete-context",
    short: "Delete the specified context from the kubeconfig",
    usage: "NAME [options]",
    arguments: Arguments::Entry("contexts"),
    run: |call| Box::pin(contexts::delete(call, "contexts", "context")),
    ..Command::PLAIN
};

static DELETE_CLUSTER: Command = Command {
    name: "delete-cluster",
    short: "Delete the specified cluster from the kubeconfig",
    usage: "NAME [options]",
    arguments: Arguments::Entry("clusters"),
    run: |call| Box::pin(contexts::delete(call, "clusters", "cluster")),
    ..Command::PLAIN
};

static DELETE_USER: Command = Command {
    name: "delete-user",
    short: "Delete the specified user from the kubeconfig",
    usage: "NAME [options]",
    arguments: Arguments::Entry("users"),
    run: |call| Box::pin(contexts::delete(call, "users", "user")),
    ..Command::PLAIN
};

static SET_CLUSTER: Command = Command {
    name: "set-cluster",
    short: "Set a cluster entry in kubeconfig",
    usage: "NAME [--server=server] [--certificate-authority=path/to/certificate/authority] [--insecure-skip-tls-verify=true] [--tls-server-name=example.com] [options]",
    flags: &[entries::CLUSTER_FLAGS],
    run: |call| Box::pin(entries::set_cluster(call)),
    ..Command::PLAIN
};

static SET_CREDENTIALS: Command = Command {
    name: "set-credentials",
    short: "Set a user entry in kubeconfig",
    usage: "NAME [--client-certificate=path/to/certfile] [--client-key=path/to/keyfile] [--token=bearer_token] [--username=basic_user] [--password=basic_password] [--auth-provider=provider_name] [--auth-provider-arg=key=value] [--exec-command=exec_command] [--exec-api-version=exec_api_version] [--exec-arg=arg] [--exec-env=key=value] [options]",
    flags: &[entries::USER_FLAGS],
    run: |call| Box::pin(entries::set_credentials(call)),
    ..Command::PLAIN
};

static SET: Command = Command {
    name: "set",
    short: "Set an individual value in a kubeconfig file",
    usage: "PROPERTY_NAME PROPERTY_VALUE [options]",
    flags: &[&[Flag::switch("set-raw-bytes", "The value is what it says, not its base64").bare("true")]],
    run: |call| Box::pin(property::set(call)),
    ..Command::PLAIN
};

static UNSET: Command = Command {
    name: "unset",
    short: "Unset an individual value in a kubeconfig file",
    usage: "PROPERTY_NAME [options]",
    run: |call| Box::pin(property::unset(call)),
    ..Command::PLAIN
};

static VIEW: Command = Command {
    name: "view",
    short: "Display merged kubeconfig settings or a specified kubeconfig file",
    usage: "[flags] [options]",
    flags: &[
        &[
            Flag::switch("raw", "Show credentials and certificates as they are"),
            Flag::switch("minify", "Only what the current context uses"),
            Flag::switch("flatten", "Put in what files hold, so that the result stands for itself"),
            Flag::switch_on("merge", "Show all files of KUBECONFIG as one"),
            Flag::text("output", "yaml", "Output format").short('o'),
        ],
        TEMPLATES,
    ],
    run: |call| Box::pin(view::run(call)),
    ..Command::PLAIN
};

fn load(call: &Call<'_>) -> Outcome<Kubeconfig> {
    let explicit = call.flags.text("kubeconfig");
    if !explicit.is_empty() {
        // Here a file that is not there yet is an empty one.
        return Kubeconfig::load(vec![call.factory.path(explicit)]);
    }
    call.factory.kubeconfig(&call.flags)
}

/// The file that is meant, as it was named.
fn file_name(call: &Call<'_>, config: &Kubeconfig) -> String {
    match call.flags.text("kubeconfig") {
        "" => config.new_things().display().to_string(),
        explicit => explicit.to_owned(),
    }
}

/// The one name that a command takes, which is not empty.
fn named(call: &mut Call<'_>, what: &str) -> Outcome<String> {
    match one_name(call)? {
        name if name.is_empty() => Err(Failure::message(format!("you must specify a non-empty {what}"))),
        name => Ok(name),
    }
}

/// The one name that a command takes.
fn one_name(call: &mut Call<'_>) -> Outcome<String> {
    match call.args.as_slice() {
        [name] => Ok(name.clone()),
        args => {
            // The letter is upstream's.
            let unexpected = if call.command.name == "set-credentials" { "unexpected" } else { "Unexpected" };
            let failure = Failure::message(format!("{unexpected} args: [{}]", args.join(" ")));
            print_own(call)?;
            Err(failure)
        }
    }
}
