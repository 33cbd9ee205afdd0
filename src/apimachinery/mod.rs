//! Kubernetes objects without a server: their shape, kinds, selectors, patches and errors.

mod body;
mod cel;
mod cidr;
mod conditions;
mod cron_schedule;
mod custom;
mod field_error;
mod fields;
mod go_quote;
mod go_struct;
mod go_value;
mod hash;
mod identity;
mod int_or_string;
mod json_error;
mod jsonpath;
mod key;
mod kinds;
mod labels;
mod managed_fields;
mod mapper;
mod meta;
mod names;
mod object;
mod openapi;
mod openapi_aggregated;
mod openapi_custom;
mod openapi_paths;
mod openapi_v2;
mod packed_text;
mod patch;
mod pod_fields;
mod pod_resources;
mod protobuf;
mod quantity;
mod schema;
mod sent;
mod status;
mod volumes;
mod watch;

pub use cel::{
    CelValue, HostValue as CelHostValue, Program as CelProgram, Type as CelType, from_json as cel_from_json,
    has_rules, parse_go_duration, rule_errors, validate_by_rules,
};
pub use cidr::Cidr;
pub use conditions::{Condition, remove_condition, seconds, set_condition};
pub use cron_schedule::CronSchedule;
pub use custom::{
    CustomType, Definition, PrinterColumn, ScalePaths, define, object_meta_schema, present as present_custom,
    validate_by_schema,
};
pub use field_error::{FieldError, FieldErrorType, FieldErrors};
pub use fields::{FieldSelector, FieldTerm};
pub use go_quote::go_quote;
pub use go_struct::{InGoOrder, fill_structs, known_fields};
pub use go_value::{format_float, go_number, go_value};
pub use hash::{pod_template_hash, stable_hash};
pub use int_or_string::resolve_int_or_percent;
pub use json_error::go_json_error;
pub use jsonpath::{ForItems, JsonPath, go_text};
pub use key::ObjectKey;
pub use kinds::{AGGREGATED, NODE_METRICS, POD_METRICS, aggregated_by_resource};
pub use kinds::{
    KINDS, Kind, NO_PLACE, Subresource, builtin, groups, kind_by_resource, kind_of, unstored,
    unstored_kind_by_resource,
};
pub use labels::LabelSelector;
pub use managed_fields::{owners_of, record_update, record_update_of, typing_errors, upgrade_managed_fields};
pub use mapper::{kinds_in_category, resolve_kind, resolve_kind_among};
pub use meta::OwnerReference;
pub use names::{
    validate_config_key, validate_dns1035_label, validate_dns1123_label, validate_dns1123_subdomain,
    validate_dns1123_subdomain_with_underscore, validate_environment_variable_name, validate_label_key,
    validate_label_value, validate_path_segment_name, validate_port_name,
};
pub use object::Object;
pub use openapi::{document as openapi_document, hash as openapi_hash, index as openapi_index};
pub use openapi_v2::{OpenApiV2Form, document as openapi_v2_document, hash as openapi_v2_hash};
pub use packed_text::PackedText;
pub use patch::{
    Applier, Unapplied, apply_json_patch, apply_merge_patch, apply_operations, apply_strategic_patch,
    atomic_parts, clashing_strategic_patch, create_merge_patch, merge_configuration, server_side_apply,
    supports_strategic_patch, three_way_merge_patch, three_way_strategic_patch, two_way_strategic_patch,
};
pub use pod_fields::SHOWN_FIELDS;
pub use pod_resources::{
    ResourceList, add_resources, pod_limits, pod_requests, requests_with, resource_list,
};
pub use protobuf::decode as decode_protobuf;
pub use quantity::{QUANTITY_FORMAT_ERROR, Quantity};
pub use schema::{
    Decoded, Field, FieldType, GroupVersionKind, ListType, TypeReference, TypeSchema,
    by_name as schema_by_name, decode as decode_strictly, decode_as, decode_object,
    enum_values as schema_enum_values, of as schema_of,
    of_group_version_kind as schema_of_group_version_kind, strict_error as strict_decoding_error,
};
pub use sent::Sent;
pub use status::{Status, StatusCause, StatusDetails};
pub use volumes::is_volume_source;
pub use watch::{WatchEvent, WatchEventType};
