//! Patching objects, or the part of them that a subresource means.

use crate::apimachinery::{
    Applier, Kind, Object, ObjectKey, Status, apply_json_patch, apply_merge_patch, apply_strategic_patch,
    decode_strictly, server_side_apply, typing_errors,
};
use crate::base::Value;

use super::Registry;
use super::decode::decode_patched;
use super::options::{Patch, WriteOptions, Written};
use super::scale;

impl Registry {
    /// Patches an object (or the part that a subresource means).
    ///
    /// # Errors
    /// As [`Registry::update`], and 400/409/415/422 when the patch does not fit.
    pub(crate) fn patch(
        &mut self,
        kind: &'static Kind,
        key: &ObjectKey,
        patch: &Patch,
        options: &WriteOptions,
    ) -> Result<Written, Status> {
        let stored = kind.stored();
        let old = self.store.get(stored, key).map(|old| self.in_version(kind, old)).transpose()?;
        if let Patch::Apply { configuration, force } = patch
            && options.subresource != "scale"
        {
            return self.apply(kind, key, old.as_deref(), configuration, *force, options);
        }
        let old = old.ok_or_else(|| Status::not_found(stored, &key.name))?;
        if options.subresource == "scale" {
            let scale = scale::scale_of(kind, &old)?;
            let wanted = patched_value(kind, scale.value(), patch)?;
            let wanted = Object::from_value(wanted)
                .ok_or_else(|| Status::bad_request("the patched document is not an object"))?;
            return self.update_scale(kind, key, &wanted, options);
        }
        let patched = patched_value(kind, &old.published(), patch)?;
        let incoming = decode_patched(kind, &patched, patch, options)?;
        Ok(self.update_decoded(stored, key, incoming, options)?.in_version(kind))
    }

    /// Server-side apply; creates what is not there yet.
    fn apply(
        &mut self,
        kind: &'static Kind,
        key: &ObjectKey,
        live: Option<&Object>,
        configuration: &Value,
        force: bool,
        options: &WriteOptions,
    ) -> Result<Written, Status> {
        check_configuration(kind, key, configuration)?;
        let applier =
            Applier { manager: &options.manager, force, subresource: options.subresource, now: self.now };
        let mut object = server_side_apply(kind, live, configuration, applier)?;
        check_name(key, object.name())?;
        if live.is_none() {
            object.set("/metadata/name", key.name.clone());
            if !object.uid().is_empty() {
                let why = format!(
                    "uid mismatch: the provided object specified uid {}, and no existing object was found",
                    object.uid()
                );
                return Err(Status::conflict(kind, &key.name, &why));
            }
        }
        let applied = Patch::Apply { configuration: Value::Null, force };
        let incoming = decode_patched(kind, object.value(), &applied, options)?;
        let written = match live {
            None => self.create_decoded(kind.stored(), &key.namespace, incoming, options),
            Some(_) => self.update_decoded(kind.stored(), key, incoming, options),
        }?;
        Ok(written.in_version(kind))
    }
}

/// An applied configuration may hold nothing that its type does not know.
fn check_configuration(kind: &'static Kind, key: &ObjectKey, configuration: &Value) -> Result<(), Status> {
    let (found, wanted) = (configuration["apiVersion"].as_str().unwrap_or_default(), kind.api_version());
    if found != wanted {
        return Err(Status::bad_request(format!(
            "Incorrect version specified in apply patch. Specified patch version: {found}, expected: {wanted}"
        )));
    }
    let Some(all) = undeclared(kind, configuration)? else { return Ok(()) };
    let about =
        format!("{}/{}; {}/{}, Kind={}", key.namespace, key.name, kind.group, kind.version, kind.kind);
    Err(Status::failure(500, "", format!("failed to create typed patch object ({about}): {all}")))
}

/// The object that is named has to be the one that the path means; an absent name is taken from there.
pub(super) fn check_name(key: &ObjectKey, name: &str) -> Result<(), Status> {
    if name.is_empty() || name == key.name {
        return Ok(());
    }
    Err(Status::bad_request(format!(
        "the name of the object ({name}) does not match the name on the URL ({})",
        key.name
    )))
}

/// What a configuration holds that its type does not know, if anything.
pub(super) fn undeclared(kind: &'static Kind, configuration: &Value) -> Result<Option<String>, Status> {
    let texts = match kind.custom {
        None => typing_errors(kind, configuration),
        Some(_) => {
            let unknown = decode_strictly(kind, configuration)?.unknown_fields;
            unknown.iter().map(|field| format!(".{field}: field not declared in schema")).collect()
        }
    };
    Ok(match texts.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        many => Some(format!("errors:\n  {}", many.join("\n  "))),
    })
}

fn patched_value(kind: &'static Kind, value: &Value, patch: &Patch) -> Result<Value, Status> {
    match patch {
        Patch::Json(operations) => apply_json_patch(value, operations),
        Patch::Strategic(change) if value["kind"] != "Scale" => apply_strategic_patch(kind, value, change),
        Patch::Merge(change) | Patch::Strategic(change) | Patch::Apply { configuration: change, .. } => {
            Ok(apply_merge_patch(value, change))
        }
    }
}
