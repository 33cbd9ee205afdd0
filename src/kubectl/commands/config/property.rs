//! `kubectl config set` and `unset`: one property by its dotted path.

use base64::Engine;

use super::load;
use crate::base::{Map, Value};
use crate::kubectl::command::Call;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::parse_bool;
use crate::kubectl::help::print_own;

/// Sections with the fields of their entries.
const FIELDS: &[(&str, &[&str])] = &[
    (
        "clusters",
        &[
            "server",
            "tls-server-name",
            "insecure-skip-tls-verify",
            "certificate-authority",
            "certificate-authority-data",
            "proxy-url",
            "disable-compression",
            "extensions",
        ],
    ),
    (
        "users",
        &[
            "client-certificate",
            "client-certificate-data",
            "client-key",
            "client-key-data",
            "token",
            "tokenFile",
            "act-as",
            "act-as-uid",
            "act-as-groups",
            "act-as-user-extra",
            "username",
            "password",
            "auth-provider",
            "exec",
            "extensions",
        ],
    ),
    ("contexts", &["cluster", "user", "namespace", "extensions"]),
];

/// Where a path leads.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    CurrentContext,
    /// A field of the preferences; all of them when it is empty.
    Preference(String),
    /// A section, a name in it, and fields below.
    Entry(&'static str, String, Vec<String>),
}

/// Reads a dotted path; names may hold dots themselves, so a name ends where a known field begins.
fn place_of(path: &str) -> Outcome<Place> {
    let parts: Vec<&str> = path.split('.').collect();
    if parts == ["current-context"] {
        return Ok(Place::CurrentContext);
    }
    if parts == ["preferences"] {
        return Ok(Place::Preference(String::new()));
    }
    if let ["preferences", field] = parts.as_slice() {
        return match *field {
            "colors" | "extensions" => Ok(Place::Preference((*field).to_owned())),
            _ => Err(Failure::message(format!(
                "unable to parse {path} after [preferences] at api.Preferences"
            ))),
        };
    }
    let Some((section, fields)) = FIELDS.iter().find(|(section, _)| *section == parts[0]) else {
        return Err(Failure::message(format!("unable to parse {path} after [] at api.Config")));
    };
    if parts.len() < 2 {
        return Ok(Place::Entry(section, String::new(), Vec::new()));
    }
    let name_end = (2..parts.len()).find(|index| fields.contains(&parts[*index])).unwrap_or(parts.len());
    let rest = parts[name_end..].iter().map(|part| (*part).to_owned()).collect();
    Ok(Place::Entry(section, parts[1..name_end].join("."), rest))
}

/// `config set`.
pub(super) async fn set(call: &mut Call<'_>) -> Outcome {
    let [path, text] = call.args.as_slice() else {
        let failure = Failure::message(format!("Unexpected args: [{}]", call.args.join(" ")));
        print_own(call)?;
        return Err(failure);
    };
    let (path, text) = (path.clone(), text.clone());
    if text.is_empty() {
        return Err(Failure::message("you cannot use set to unset a property"));
    }
    if path.is_empty() {
        return Err(Failure::message("you must specify a property"));
    }
    let config = load(call)?;
    match place_of(&path)? {
        Place::CurrentContext => config.use_context(&text)?,
        Place::Preference(field) if field.is_empty() => {
            return Err(Failure::message(format!("can't set a map to a value: {path}")));
        }
        Place::Preference(field) => {
            let value = if field == "colors" { bool_of(&text)? } else { text.into() };
            config.change_preferences(|held| drop(held.insert(field, value)))?
        }
        Place::Entry(_, _, fields) if fields.is_empty() => {
            return Err(Failure::message(format!("can't set a map to a value: {path}")));
        }
        Place::Entry(section, name, fields) => {
            refuse_nested(&fields, &path)?;
            let value = value_of(&fields, &text, call.flags.on("set-raw-bytes"))?;
            config.change(section, &name, |held| put(held, &fields, value))?;
        }
    }
    call.line(format!("Property {path:?} set."))
}

/// `config unset`.
pub(super) async fn unset(call: &mut Call<'_>) -> Outcome {
    let [path] = call.args.as_slice() else {
        let failure = Failure::message(format!("Unexpected args: [{}]", call.args.join(" ")));
        print_own(call)?;
        return Err(failure);
    };
    let path = path.clone();
    if path.is_empty() {
        return Err(Failure::message("you must specify a property"));
    }
    let config = load(call)?;
    match place_of(&path)? {
        Place::CurrentContext => config.use_context("")?,
        Place::Preference(field) if field.is_empty() => config.change_preferences(Map::clear)?,
        Place::Preference(field) => config.change_preferences(|held| drop(held.remove(&field)))?,
        Place::Entry(section, name, _) if name.is_empty() => {
            for name in config.names(section) {
                load(call)?.remove(section, &name)?;
            }
        }
        Place::Entry(section, name, fields) => {
            refuse_nested(&fields, &path)?;
            if config.entry(section, &name).is_none() && !fields.is_empty() {
                return Err(Failure::message(format!("current map key `{name}` is invalid")));
            }
            if fields.is_empty() {
                config.remove(section, &name)?;
            } else {
                config.change(section, &name, |held| take(held, &fields))?;
            }
        }
    }
    call.line(format!("Property {path:?} unset."))
}

/// Refuses fields of a program or provider: upstream sees none behind a pointer.
fn refuse_nested(fields: &[String], path: &str) -> Outcome {
    match fields {
        [outer, _, ..] if matches!(outer.as_str(), "exec" | "auth-provider") => {
            Err(Failure::message(format!("unable to parse one or more field values of {path}")))
        }
        _ => Ok(()),
    }
}

/// The value as the field holds it: a bool, bytes in base64, or text.
fn value_of(fields: &[String], text: &str, raw_bytes: bool) -> Outcome<Value> {
    let field = fields.last().map(String::as_str).unwrap_or_default();
    if matches!(field, "insecure-skip-tls-verify" | "disable-compression") {
        return bool_of(text);
    }
    if !field.ends_with("-data") {
        return Ok(text.into());
    }
    let engine = base64::engine::general_purpose::STANDARD;
    if raw_bytes {
        return Ok(engine.encode(text).into());
    }
    // As in Go, line breaks count for nothing.
    let joined: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    match engine.decode(&joined) {
        Ok(_) => Ok(joined.into()),
        Err(_) => Err(Failure::message(format!(
            "error decoding input value: illegal base64 data at input byte {}",
            text.bytes().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(text.len() / 4 * 4)
        ))),
    }
}

fn bool_of(text: &str) -> Outcome<Value> {
    let why = || Failure::message(format!("strconv.ParseBool: parsing {text:?}: invalid syntax"));
    parse_bool(text).map(Value::from).ok_or_else(why)
}

fn put(held: &mut Map, fields: &[String], value: Value) {
    let Some((field, rest)) = fields.split_first() else { return };
    if rest.is_empty() {
        held.insert(field.clone(), value);
        return;
    }
    let inner = held.entry(field.clone()).or_insert_with(|| Map::new().into());
    if !inner.is_object() {
        *inner = Map::new().into();
    }
    if let Some(inner) = inner.as_object_mut() {
        put(inner, rest, value);
    }
}

fn take(held: &mut Map, fields: &[String]) {
    match fields {
        [] => {}
        [field] => drop(held.remove(field)),
        [field, rest @ ..] => {
            if let Some(inner) = held.get_mut(field).and_then(Value::as_object_mut) {
                take(inner, rest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_hold_dots() {
        let entry = |section, name: &str, fields: &[&str]| {
            Place::Entry(section, name.to_owned(), fields.iter().map(|field| (*field).to_owned()).collect())
        };
        assert_eq!(place_of("users.admin@a.b.token").unwrap(), entry("users", "admin@a.b", &["token"]));
        assert_eq!(place_of("contexts.foo").unwrap(), entry("contexts", "foo", &[]));
        assert_eq!(place_of("current-context").unwrap(), Place::CurrentContext);
        assert_eq!(
            place_of("nope.x").unwrap_err().report(),
            "error: unable to parse nope.x after [] at api.Config"
        );
    }

    #[test]
    fn fields_that_upstream_does_not_reach_are_refused() {
        place_of("preferences.other").unwrap_err();
        assert_eq!(place_of("preferences.colors").unwrap(), Place::Preference("colors".to_owned()));
        let refused = |path: &str| match place_of(path).unwrap() {
            Place::Entry(_, _, fields) => {
                refuse_nested(&fields, path).err().map(|failure| failure.to_string())
            }
            other => panic!("{other:?}"),
        };
        let why = "unable to parse one or more field values of users.u.exec.command";
        assert_eq!(refused("users.u.exec.command").as_deref(), Some(why));
        assert_eq!((refused("users.u.exec"), refused("users.u.token")), (None, None));
    }

    #[test]
    fn bytes_are_checked_and_bools_are_bools() {
        let field = |name: &str| vec![name.to_owned()];
        assert_eq!(value_of(&field("client-key-data"), "raw", true).unwrap(), "cmF3");
        assert_eq!(
            value_of(&field("client-key-data"), "a!", false).unwrap_err().report(),
            "error: error decoding input value: illegal base64 data at input byte 1"
        );
        assert_eq!(value_of(&field("insecure-skip-tls-verify"), "true", false).unwrap(), true);
    }
}
