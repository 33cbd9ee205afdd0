//! The scheduler: picks a node for each Pod that has none.
