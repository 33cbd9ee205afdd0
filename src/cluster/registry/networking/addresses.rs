//! Rules of ServiceCIDRs and IPAddresses: the ranges of cluster IPs, and who holds which address.

use std::net::IpAddr;

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Timestamp, Value};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation::{Field, immutable};

/// Ranges that one ServiceCIDR may hold: one of each family.
const RANGES_MAX: usize = 2;

/// `pkg/registry/networking/servicecidr`.
pub(crate) struct ServiceCidrStrategy;

impl Strategy for ServiceCidrStrategy {
    fn validate(&self, object: &Object) -> FieldErrors {
        let ranges = Field::of(object, "spec").child("cidrs");
        let mut errors = FieldErrors::new();
        let count = ranges.items().count();
        if count == 0 {
            errors.push(ranges.required("at least one CIDR required"));
        }
        if count > RANGES_MAX {
            errors.push(ranges.invalid(format!("may only hold up to {RANGES_MAX} values")));
        }
        for range in ranges.items().filter(|range| !is_range(range.text())) {
            errors.push(range.invalid("must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"));
        }
        errors
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        immutable(&Field::of(new, "spec").child("cidrs"), &Field::of(old, "spec").child("cidrs"))
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column::text("CIDRs"), columns::AGE] }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let ranges: Vec<&str> = object.list("/spec/cidrs").iter().filter_map(Value::as_str).collect();
        vec![object.name().into(), ranges.join(",").into(), columns::age(object, now)]
    }
}

fn is_range(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    let longest = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    length.parse::<u32>().is_ok_and(|length| length <= longest)
}

/// `pkg/registry/networking/ipaddress`.
pub(crate) struct IpAddressStrategy;

impl Strategy for IpAddressStrategy {
    fn name_errors(&self, name: &str) -> Vec<String> {
        match name.parse::<IpAddr>() {
            Ok(address) if address.to_string() == name => Vec::new(),
            Ok(_) => vec!["must be a valid IP address in canonical form".to_owned()],
            Err(_) => vec!["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)".to_owned()],
        }
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        let parent = Field::of(object, "spec").child("parentRef");
        if parent.is_absent() {
            return vec![parent.required("")];
        }
        let missing = ["resource", "name"].map(|field| parent.child(field));
        missing.iter().filter(|field| field.is_empty()).map(|field| field.required("")).collect()
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        immutable(&Field::of(new, "spec").child("parentRef"), &Field::of(old, "spec").child("parentRef"))
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column::text("ParentRef")] }
    }

    fn cells(&self, object: &Object, _now: Timestamp) -> Vec<Value> {
        let part = |field: &str| object.text(&format!("/spec/parentRef/{field}"));
        let resource = match part("group") {
            "" => part("resource").to_lowercase(),
            group => format!("{}.{group}", part("resource")).to_lowercase(),
        };
        let owner: Vec<&str> = [resource.as_str(), part("namespace"), part("name")]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect();
        vec![object.name().into(), columns::or_none(&owner.join("/"))]
    }
}
