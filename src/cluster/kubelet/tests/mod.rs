//! The kubelet on a registry with a fixed clock: lives of Pods, and what happens inside containers.

mod agnhost;
mod bench;
mod endings;
mod inside;
mod life;
mod owners;
