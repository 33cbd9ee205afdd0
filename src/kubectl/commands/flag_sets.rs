//! Flags that several commands share.

use crate::kubectl::flags::Flag;

/// `-f`, `-k`, `-R`.
pub(super) const FILES: &[Flag] = &[
    Flag::list("filename", "File or folder of manifests, or - for standard input").short('f'),
    Flag::text("kustomize", "", "Folder with a kustomization").short('k'),
    Flag::switch("recursive", "Read folders below the named ones, too").short('R'),
];

/// `-f` alone.
pub(super) const FILE_NAMES: &[Flag] =
    &[Flag::list("filename", "File or folder of manifests, or - for standard input").short('f')];

/// `-f` and `-R` of the commands that read folders to their depths unless told otherwise.
pub(super) const DEEP_FILES: &[Flag] = &[
    Flag::list("filename", "File or folder of manifests, or - for standard input").short('f'),
    Flag::switch_on("recursive", "Read folders below the named ones, too").short('R'),
];

/// `-o` and what belongs to it.
pub(super) const OUTPUT: &[Flag] = &[
    Flag::text("output", "", "Output format").short('o'),
    Flag::text("template", "", "Template of the output format"),
    Flag::switch_on("allow-missing-template-keys", "Print nothing for fields that a template does not find"),
    Flag::switch("show-managed-fields", "Keep metadata.managedFields in yaml and json"),
];

/// What belongs to an `-o` that a command has of its own.
pub(super) const TEMPLATES: &[Flag] = OUTPUT.split_at(1).1;

/// `-l` and `--field-selector`.
pub(super) const SELECTORS: &[Flag] =
    &[SELECTOR, Flag::text("field-selector", "", "Field selector to filter by")];

/// `-l`.
pub(super) const SELECTOR: Flag = Flag::text("selector", "", "Label selector to filter by").short('l');

/// `-A`.
pub(super) const ALL_NAMESPACES: &[Flag] =
    &[Flag::switch("all-namespaces", "Look into all namespaces").short('A')];

/// `--all`.
pub(super) const ALL: &[Flag] = &[Flag::switch("all", "Take all objects of the types in the namespace")];

/// `--dry-run`.
pub(super) const DRY_RUN: &[Flag] =
    &[Flag::text("dry-run", "none", "Only show what would be done: \"none\", \"server\", or \"client\"")
        .bare("unchanged")];

/// Kinds of what can be scaled, as completion offers them.
pub(super) const SCALABLE: &[&str] = &["deployment", "replicaset", "replicationcontroller", "statefulset"];

/// `--validate`.
pub(super) const VALIDATE: &[Flag] = &[Flag::text(
    "validate",
    "strict",
    "What to do about unknown fields: \"strict\" (true), \"warn\", or \"ignore\" (false)",
)
.bare("strict")];

/// `--field-manager` of a command; each has a name of its own.
pub(super) const fn field_manager(default: &'static str) -> Flag {
    Flag::text("field-manager", default, "Name of the manager that owns the fields written")
}

/// `--record`.
pub(super) const RECORD: &[Flag] = &[Flag::switch("record", "Note the command in the object's annotations")
    .deprecated("--record will be removed in the future")];

/// `--save-config`.
pub(super) const SAVE_CONFIG: &[Flag] =
    &[Flag::switch("save-config", "Record the object as the last applied configuration")];
