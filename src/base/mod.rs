//! Things every floor needs and that know nothing of Kubernetes or lessons.

mod age;
mod clock;
mod error;
mod files;
mod go_json;
mod os_error;
mod proxy;
mod random;
mod streams;
mod table;
mod terminal;
mod text;
mod unified_diff;
mod value;
mod yaml;

pub use age::human_duration;
pub use clock::{Clock, Stopwatch, Timestamp, sleep, timeout};
pub use error::{ResultExt, UserError};
pub use files::{free_name, write_private};
pub use go_json::{escape_html, indent_json};
pub use proxy::proxy_of;
pub use random::Random;
pub use streams::{Capture, Input, Output, Streams};
pub use table::{Columns, align};
pub use terminal::{RawMode, Terminal, TerminalSignal, TerminalSize};
pub use text::{display_width, indent, is_typo, nearest, pad_end, strip_ansi, wrap};
pub use unified_diff::unified_diff;
pub use value::{Key, Map, Number, ToValue, Value, escape_pointer, from_value, to_value, unescape_pointer};
pub(crate) use value::{json, json_fields, json_items, json_name};
pub use yaml::{Position, YamlDocument, YamlError, parse_yaml, to_yaml};
