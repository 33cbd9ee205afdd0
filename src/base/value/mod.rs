//! JSON whose copies share what none of them changes.
//!
//! [`Value`] is used as `serde_json::Value` is, with two differences. A copy costs no more than counting who
//! shares it: only the maps on the way to a change are copied. And maps hold few fields with short names well:
//! they are one sorted list, with most names inside it.
//!
//! Text is read and written by `serde_json`.

mod any;
mod entry;
mod from;
mod macros;
mod map;
mod place;
mod pointer;
mod read;
mod write;

pub use any::Value;
pub(crate) use macros::{json, json_fields, json_items, json_name};
pub use map::Map;
use place::Place;
pub use pointer::{escape_pointer, unescape_pointer};
pub use read::from_value;
pub use serde_json::Number;
pub use smol_str::SmolStr as Key;
pub use write::{ToValue, to_value};
