//! Rules of a Pod's claims for devices, and of the containers that use them.

use crate::apimachinery::{FieldErrors, validate_dns1123_label, validate_dns1123_subdomain};

use super::field::Field;
use super::internal_types::compact;

/// Names that claims of a Pod go by.
pub(super) fn claim_names<'a>(spec: &Field<'a>) -> Vec<&'a str> {
    let names = spec.child("resourceClaims").items().map(|claim| claim.child("name").text());
    names.filter(|name| !name.is_empty()).collect()
}

/// What is wrong with the claims of a Pod (`validatePodResourceClaims`).
pub(super) fn claim_errors(spec: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let mut taken = Vec::new();
    for claim in spec.child("resourceClaims").items() {
        let [name, claimed, template] =
            ["name", "resourceClaimName", "resourceClaimTemplateName"].map(|field| claim.child(field));
        if name.is_empty() {
            errors.push(name.required(""));
        } else if taken.contains(&name.text()) {
            errors.push(name.duplicate());
        } else {
            errors.extend(name.invalid_all(validate_dns1123_label(name.text())));
            taken.push(name.text());
        }
        let detail = match (claimed.is_absent(), template.is_absent()) {
            (false, false) => {
                "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"
            }
            (true, true) => "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`",
            _ => "",
        };
        if !detail.is_empty() {
            errors.push(claim.invalid(detail).showing(compact("PodResourceClaim", claim.value())));
        }
        for field in [claimed, template].iter().filter(|field| !field.is_absent()) {
            errors.extend(field.invalid_all(validate_dns1123_subdomain(field.text())));
        }
    }
    errors
}

/// What is wrong with the claims that a container uses (`validateResourceClaimNames`).
pub(super) fn used_claim_errors(resources: &Field<'_>, known: &[&str]) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let mut taken = Vec::new();
    for claim in resources.child("claims").items() {
        let name = claim.child("name").text();
        if name.is_empty() {
            errors.push(claim.required(""));
            continue;
        }
        let named = Field::at(claim.path().to_owned(), claim.child("name").value());
        if taken.contains(&name) {
            errors.push(named.duplicate());
        }
        taken.push(name);
        if !known.contains(&name) {
            let mut missing = named.not_found();
            let mut names = known.to_vec();
            names.sort_unstable();
            let which = if names.is_empty() {
                " which is empty".to_owned()
            } else {
                format!(": {}", names.join(", "))
            };
            missing.detail = format!("must be one of the names in pod.spec.resourceClaims{which}");
            errors.push(missing);
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use crate::apimachinery::Object;
    use crate::base::json;

    use super::*;

    #[test]
    fn claims_say_what_they_claim_and_containers_use_those_there_are() {
        let pod = Object::from_value(json!({"spec": {
            "resourceClaims": [{"name": "g"}, {"name": "t", "resourceClaimTemplateName": "single"}],
            "containers": [{"resources": {"claims": [{"name": "t"}, {"name": "h"}, {"name": "h"}]}}],
        }}))
        .unwrap();
        let spec = Field::of(&pod, "spec");
        let told = |errors: FieldErrors| errors.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            told(claim_errors(&spec)),
            [
                "spec.resourceClaims[0]: Invalid value: {\"Name\":\"g\",\"ResourceClaimName\":null,\"ResourceClaimTemplateName\":null}: must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"
            ]
        );
        let resources = Field::at("r".to_owned(), pod.get("/spec/containers/0/resources").unwrap());
        let missing = "Not found: \"h\": must be one of the names in pod.spec.resourceClaims: g, t";
        assert_eq!(
            told(used_claim_errors(&resources, &claim_names(&spec))),
            [
                format!("r.claims[1]: {missing}"),
                "r.claims[2]: Duplicate value: \"h\"".to_owned(),
                format!("r.claims[2]: {missing}")
            ]
        );
    }
}
