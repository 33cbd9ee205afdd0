//! The patch formats: JSON patch, JSON merge patch, strategic merge patch and server-side apply.

pub mod apply;
pub mod json;
pub mod merge;
pub mod strategic;
