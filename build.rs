//! How the executable is linked: at a fixed address.
//!
//! Its static tables and vtables hold some 75,000 pointers. Where the loader has to move them, that takes
//! half as long as all that `podlings kubectl get pods` does besides.

#![expect(clippy::disallowed_methods, reason = "Cargo names the target in the environment")]

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = |what: &str| std::env::var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
    if target("OS") == "linux" && target("ENV") == "gnu" {
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
}
