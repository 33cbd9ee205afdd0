//! The executable: ends with the exit code that podlings gives.

/// Objects are trees of small pieces: how fast those come and go decides how fast a cluster is.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    podlings::cli::main()
}
