//! The flags that every command takes.

use super::flags::Flag;

/// Flags that every command takes.
pub(super) const GLOBAL_FLAGS: &[Flag] = &[
    Flag::text("namespace", "", "Namespace to work in").short('n'),
    Flag::text("context", "", "Context of the kubeconfig to use"),
    Flag::text("kubeconfig", "", "Path of the kubeconfig"),
    Flag::text("cluster", "", "Cluster of the kubeconfig to use"),
    Flag::text("user", "", "User of the kubeconfig to use"),
    Flag::text("server", "", "Address and port of the API server").short('s'),
    Flag::text("token", "", "Bearer token for the API server"),
    Flag::text("as", "", "User to impersonate"),
    Flag::array("as-group", "Group to impersonate, may be repeated"),
    Flag::text("as-uid", "", "UID to impersonate"),
    Flag::array("as-user-extra", "Extra of the user to impersonate, key=value, may be repeated"),
    Flag::text("certificate-authority", "", "Path of the certificate authority's certificate"),
    Flag::text("client-certificate", "", "Path of the client's certificate"),
    Flag::text("client-key", "", "Path of the client's key"),
    Flag::text("tls-server-name", "", "Name that the server's certificate is checked for"),
    Flag::text("username", "", "User name for basic authentication"),
    Flag::text("password", "", "Password for basic authentication"),
    Flag::switch("disable-compression", "Ask the server not to compress its answers"),
    Flag::switch("match-server-version", "Refuse a server of another version"),
    Flag::switch("explain-errors", "Show the line of a refused manifest and what its field is for"),
    Flag::text("kuberc", "", "Path of the file with preferences"),
    Flag::text("profile", "none", "Accepted for compatibility; only \"none\""),
    Flag::text("profile-output", "profile.pprof", "Accepted for compatibility"),
    Flag::switch("insecure-skip-tls-verify", "Do not check the server's certificate"),
    Flag::timeout("request-timeout", "How long to wait for one request; zero means for ever"),
    Flag::int("v", "0", "How much to log").short('v'),
    Flag::text("vmodule", "", "Accepted for compatibility; -v counts for all of it"),
    Flag::duration("log-flush-frequency", "5s", "Accepted for compatibility; nothing is held back"),
    Flag::switch("warnings-as-errors", "Treat warnings of the server as errors"),
    Flag::text("cache-dir", "", "Accepted for compatibility; nothing is cached"),
    Flag::switch("help", "Explain the command").short('h'),
];
