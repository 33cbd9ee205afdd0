//! The patch formats: JSON patch, JSON merge patch, strategic merge patch and server-side apply.

mod apply;
mod json;
mod merge;
mod strategic;

pub use apply::{Applier, apply as server_side_apply, atomic_parts, merged as merge_configuration};
pub use json::{Unapplied, apply as apply_json_patch, apply_operations};
pub use merge::{
    apply as apply_merge_patch, create as create_merge_patch, three_way as three_way_merge_patch,
};
pub use strategic::{
    apply as apply_strategic_patch, clashing as clashing_strategic_patch,
    supports as supports_strategic_patch, three_way as three_way_strategic_patch,
    two_way as two_way_strategic_patch,
};
