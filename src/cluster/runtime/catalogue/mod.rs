//! The catalogue: every image that can be pulled, with its size, its start command and its tools.

mod labs;
mod library;
mod others;

use super::images::{Image, Toolbox};

const MEGABYTE: u64 = 1_000_000;

/// What an image is unless its line says otherwise.
const PLAIN: Image = Image {
    repository: "",
    tags: &["latest"],
    releases: "",
    variants: "",
    size: 30 * MEGABYTE,
    entrypoint: &[],
    command: &[],
    environment: &[],
    working_directory: "/",
    user: 0,
    program: "idle",
    toolbox: Toolbox::Debian,
};

const SAMPLE_APP: Image = Image {
    tags: &["latest", "1", "2"],
    size: 41_862_016,
    command: &["node", "app.js"],
    environment: &[("NODE_VERSION", "22.21.1")],
    working_directory: "/app",
    program: "sample-app",
    toolbox: Toolbox::Busybox,
    ..PLAIN
};

const CONTROL_PLANE: Image = Image {
    tags: &["v1.36.2"],
    size: 28_000_000,
    program: "control-plane",
    toolbox: Toolbox::Nothing,
    ..PLAIN
};

/// Every repository, in no particular order.
pub(super) fn catalogue() -> impl Iterator<Item = &'static Image> {
    library::IMAGES.iter().chain(others::IMAGES).chain(labs::IMAGES)
}
