//! Fields of a manifest that were refused: which one is meant, and what should stand there.

use crate::apimachinery::{Kind, TypeSchema, schema_of};
use crate::base::nearest;

use super::super::finding::Aside;
use super::super::sentences;
use super::letters::odd_blanks;

/// How far below its place a field is looked for.
const WAY_MAX: usize = 4;

/// Fields of older versions of a kind, and what became of them.
const BECAME: &[(&str, &str, &str)] = &[
    (
        "HorizontalPodAutoscaler",
        "targetCPUUtilizationPercentage",
        "spec.metrics[].resource.target.averageUtilization",
    ),
    ("Ingress", "serviceName", "backend.service.name"),
    ("Ingress", "servicePort", "backend.service.port.number"),
];

/// Words that are taken for the protocol of a port.
const OF_APPLICATIONS: &[&str] = &["http", "https", "http2", "grpc", "tls", "ssl"];

/// How far it is looked for below the whole kind, before it is said that there is none.
const WAY_LONG: usize = 8;

/// What stands under `metadata`, whatever the kind.
const OF_METADATA: &[&str] = &["name", "namespace", "labels", "annotations", "finalizers", "generateName"];

/// What containers and claims ask for amounts of.
const AMOUNTS: &[&str] = &["cpu", "memory", "storage", "ephemeral-storage"];

/// Fields that are named, at most.
const FIELDS_MAX: usize = 6;

/// The field that is meant by one that does not exist: of nearly its name, or of its name elsewhere.
pub(super) fn meant_field(kind: &Kind, path: &str) -> Aside {
    let (parent, written) = path.rsplit_once('.').unwrap_or(("", path));
    if let Some(blanks) = odd_blanks(written) {
        return Some(blanks);
    }
    let became = BECAME.iter().find(|(of, field, _)| *of == kind.kind && *field == written);
    if let Some((.., now)) = became {
        return Some((&sentences::BECAME, vec![(*now).to_owned()]));
    }
    let root = schema_of(kind)?;
    let there = type_at(root, parent)?;
    let meant = |name: &str| -> Aside { Some((&sentences::NEAREST, vec![name.to_owned()])) };
    let parts = parent.split('.').map(|part| part.split('[').next().unwrap_or(part));
    let plain: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    let below = there.way_to(written, WAY_MAX).map(|way| [plain.join("."), way].join("."));
    // The very name counts for more than one that comes near, or that it ends: `secret.name`, `secretName`.
    let like = || nearest(written, there.fields.keys().copied());
    let longer = || there.fields.keys().copied().find(|name| ends_with_word(name, written));
    if let (None, Some(name)) = (&below, like().or_else(longer)) {
        return meant(name);
    }
    let above = || {
        let ancestors = (0..plain.len()).rev().map(|length| plain[..length].join("."));
        let mut holders =
            ancestors.filter(|place| type_at(root, place).is_some_and(|at| at.field(written).is_some()));
        holders.next()
    };
    // A longer name than the field has here: `secretName`, `name`.
    let shorter = || there.fields.keys().copied().find(|name| ends_with_word(written, name));
    let beside = || {
        let ancestors = (0..plain.len()).rev().map(|length| plain[..length].join("."));
        let way = |place: &String| type_at(root, place)?.way_to(written, WAY_MAX);
        let mut ways = ancestors.filter_map(|place| Some([way(&place)?, place]));
        ways.next().map(|[way, place]| format!("{place}.{way}"))
    };
    // Amounts stand in maps, of whose keys no schema knows.
    let amounts = AMOUNTS.contains(&written) && there.field("requests").is_some();
    let amount = || amounts.then(|| format!("{}.requests", plain.join(".")));
    let (below, above) = (below.or_else(above), shorter());
    if let (None, Some(name)) = (&below, above) {
        return meant(name);
    }
    let deep = || root.way_to(written, WAY_LONG);
    let of_metadata = || OF_METADATA.contains(&written).then(|| "metadata".to_owned());
    let Some(place) = below.or_else(amount).or_else(beside).or_else(of_metadata).or_else(deep) else {
        return Some((&sentences::NOT_A_FIELD, vec![written.to_owned(), kind.kind.to_owned()]));
    };
    let place = place.trim_start_matches('.').to_owned();
    if place.is_empty() {
        return Some((&sentences::AT_THE_TOP, vec![written.to_owned()]));
    }
    Some((&sentences::BELONGS_UNDER, vec![written.to_owned(), place]))
}

/// The supported value that comes near to one that is not, or ends as it does: `status.podIP` for `spec.podIP`.
pub(super) fn meant_value(path: &str, complaint: &str) -> Aside {
    let (_, rest) = complaint.split_once("Unsupported value: \"")?;
    let (written, rest) = rest.split_once('"')?;
    if path.ends_with(".protocol") && OF_APPLICATIONS.contains(&written.to_lowercase().as_str()) {
        return Some((&sentences::OVER_TCP, Vec::new()));
    }
    let (_, supported) = rest.split_once("supported values: ")?;
    let values = || supported.split('"').skip(1).step_by(2);
    let end = written.rsplit('.').next().filter(|end| end.len() < written.len());
    let same_end = || values().find(|value| end.is_some_and(|end| value.rsplit('.').next() == Some(end)));
    let capitals = |value: &&str| value.chars().filter(char::is_ascii_uppercase).eq(written.chars());
    let initials = || values().find(capitals);
    if let Some(whole) = initials() {
        return Some((&sentences::SPELT_AS, vec![whole.to_owned()]));
    }
    let meant = nearest(written, values()).or_else(same_end)?;
    Some((&sentences::NEAREST, vec![meant.to_owned()]))
}

/// Whether a name in camel case ends with a word: `secretName` and `name`.
fn ends_with_word(name: &str, word: &str) -> bool {
    let mut letters = word.chars();
    let capital = letters.next().map(|first| first.to_ascii_uppercase()).into_iter().collect::<String>();
    name.strip_suffix(letters.as_str()).is_some_and(|rest| rest.len() > 1 && rest.ends_with(&capital))
}

/// The type that stands at a path of a kind.
fn type_at(root: &'static TypeSchema, path: &str) -> Option<&'static TypeSchema> {
    let mut parts = path.split('.').filter(|part| !part.is_empty());
    parts.try_fold(root, |at, part| at.field(part.split('[').next().unwrap_or(part))?.field_type.message())
}

/// What should stand where a value of another type does.
pub(super) fn of_type(kind: &Kind, found: &str, path: &str, wanted: &str) -> Aside {
    let nested = kind.kind == "Service" && path.ends_with("selector") && found == "object";
    if nested {
        return Some((&sentences::PLAIN_SELECTOR, Vec::new()));
    }
    let field = path.rsplit('.').next().unwrap_or(path).to_owned();
    let sentence = match (wanted, found) {
        ("string", "number" | "bool") => return Some((&sentences::IN_QUOTES, Vec::new())),
        ("string", "object" | "array") => &sentences::TEXT_WANTED,
        ("int32" | "int64", "string") => &sentences::NUMBER_WANTED,
        ("bool", "string") => &sentences::TRUTH_WANTED,
        (list, _) if list.starts_with("[]") && list != "[]uint8" => &sentences::LIST_WANTED,
        (map, "array") if map.starts_with("map[") => &sentences::MAP_WANTED,
        (part, "string" | "number" | "bool") if part.contains('.') => {
            let names = type_at(schema_of(kind)?, path)?.fields.keys().take(FIELDS_MAX).copied();
            let names = names.collect::<Vec<_>>().join(", ");
            return Some((&sentences::FIELDS_WANTED, vec![field, names]));
        }
        _ => return None,
    };
    Some((sentence, vec![field]))
}
