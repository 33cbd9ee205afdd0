//! The way down to a value that is read, as complaints name it.

/// One level of the way down.
pub(super) enum Place {
    /// A field of a struct, with the struct's Go name.
    Field(&'static str, &'static str),
    /// An item of a list.
    Index(usize),
    /// A value of a map.
    Key(String),
}

/// The levels, the innermost last.
#[derive(Default)]
pub(super) struct Places(Vec<Place>);

impl Places {
    /// One level further down.
    pub(super) fn push(&mut self, place: Place) {
        self.0.push(place);
    }

    /// One level up.
    pub(super) fn pop(&mut self) {
        self.0.pop();
    }

    /// `json.UnmarshalTypeError`: the innermost struct, then the fields on the way (no indices, no keys).
    pub(super) fn mismatch(&self, found: &str, go_type: &str) -> String {
        let fields: Vec<(&str, &str)> = self
            .0
            .iter()
            .filter_map(|place| match place {
                Place::Field(owner, name) => Some((*owner, *name)),
                Place::Index(_) | Place::Key(_) => None,
            })
            .collect();
        let Some((owner, _)) = fields.last() else { return plain_mismatch(found, go_type) };
        let path: Vec<&str> = fields.iter().map(|(_, name)| *name).collect();
        format!(
            "json: cannot unmarshal {found} into Go struct field {owner}.{} of type {go_type}",
            path.join(".")
        )
    }

    /// The path of a field further down.
    pub(super) fn path_to(&self, name: &str) -> String {
        let mut path = String::new();
        for place in &self.0 {
            match place {
                Place::Index(index) => path.push_str(&format!("[{index}]")),
                Place::Field(_, name) => {
                    path.push_str(separator(&path));
                    path.push_str(name);
                }
                Place::Key(key) => {
                    path.push_str(separator(&path));
                    path.push_str(key);
                }
            }
        }
        path.push_str(separator(&path));
        path + name
    }
}

fn separator(path: &str) -> &'static str {
    if path.is_empty() { "" } else { "." }
}

/// What is told of a value that stands in no struct.
pub(super) fn plain_mismatch(found: &str, go_type: &str) -> String {
    format!("json: cannot unmarshal {found} into Go value of type {go_type}")
}
