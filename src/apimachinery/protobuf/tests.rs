//! Bodies written byte by byte.

use crate::base::json;

use super::*;

/// A length-delimited field.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![number << 3 | 2, u8::try_from(content.len()).unwrap()];
    bytes.extend(content);
    bytes
}

fn varint(number: u8, value: u8) -> Vec<u8> {
    vec![number << 3, value]
}

fn body(api_version: &str, kind: &str, raw: &[u8]) -> Vec<u8> {
    let type_meta = [field(1, api_version.as_bytes()), field(2, kind.as_bytes())].concat();
    [MAGIC.to_vec(), field(1, &type_meta), field(2, raw)].concat()
}

#[test]
fn a_config_map_is_read() {
    let entry = [field(1, b"k"), field(2, b"v")].concat();
    let binary = [field(1, b"b"), field(2, &[0, 255])].concat();
    let raw = [field(1, &field(1, b"c")), field(2, &entry), field(3, &binary)].concat();
    assert_eq!(
        decode(&body("v1", "ConfigMap", &raw)).unwrap(),
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"k": "v"}, "binaryData": {"b": "AP8="}})
    );
}

#[test]
fn special_types_of_a_pod_are_read() {
    let created = varint(1, 60);
    let metadata = [field(1, b"p"), field(8, &created), field(9, b"")].concat();
    let http_get = [field(1, b"/x"), field(2, &[varint(1, 1), field(3, b"web")].concat())].concat();
    let probe = [field(1, &field(2, &http_get)), varint(2, 5)].concat();
    let limit = [field(1, b"cpu"), field(2, &field(1, b"100m"))].concat();
    let container = [field(1, b"c"), field(8, &field(1, &limit)), field(10, &probe)].concat();
    let volume = [field(1, b"v"), field(2, &field(2, b""))].concat();
    let spec = [field(1, &volume), field(2, &container)].concat();
    assert_eq!(
        decode(&body("v1", "Pod", &[field(1, &metadata), field(2, &spec)].concat())).unwrap(),
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": "p", "creationTimestamp": "1970-01-01T00:01:00Z"},
            "spec": {
                "volumes": [{"name": "v", "emptyDir": {}}],
                "containers": [{
                    "name": "c",
                    "resources": {"limits": {"cpu": "100m"}},
                    "livenessProbe": {"httpGet": {"path": "/x", "port": "web"}, "initialDelaySeconds": 5},
                }],
            },
        })
    );
}

#[test]
fn negative_numbers_and_delete_options_are_read() {
    let minus_one = [&[1 << 3][..], &[0xff; 9], &[1]].concat();
    let value = decode(&body("policy/v1", "DeleteOptions", &minus_one)).unwrap();
    assert_eq!(value, json!({"apiVersion": "policy/v1", "kind": "DeleteOptions", "gracePeriodSeconds": -1}));
}

#[test]
fn malformed_bytes_are_errors() {
    let good = body("v1", "ConfigMap", &field(1, &field(1, b"c")));
    for length in 0..good.len() {
        let result = decode(&good[..length]);
        assert!(result.is_err() || length > MAGIC.len(), "{length}");
    }
    for bad in [
        b"{}".to_vec(),
        body("v1", "Nothing", b""),
        body("v1", "ConfigMap", &[0xff]),
        body("v1", "ConfigMap", &[0x0a, 0x7f]),
        body("v1", "ConfigMap", &[0x0b]),
        body("v1", "ConfigMap", &field(1, &field(1, &[0xff]))),
    ] {
        assert!(decode(&bad).is_err(), "{bad:?}");
    }
}
