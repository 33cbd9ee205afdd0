//! The executable: ends with the exit code that podlings gives.

fn main() -> std::process::ExitCode {
    podlings::cli::main()
}
