//! Whole numbers or percentages, as `maxSurge: 25%`. Follows `k8s.io/apimachinery/pkg/util/intstr`.

use crate::base::Value;

/// The number that `value` stands for, given a total for percentages; `None` when it is neither
/// a whole number nor a percentage.
#[must_use]
pub fn resolve_int_or_percent(value: &Value, total: i64, round_up: bool) -> Option<i64> {
    if let Some(number) = value.as_i64() {
        return Some(number);
    }
    let percent: i64 = value.as_str()?.strip_suffix('%')?.parse().ok()?;
    let product = percent.checked_mul(total)?;
    let rounded = product.div_euclid(100);
    Some(if round_up && product.rem_euclid(100) != 0 { rounded + 1 } else { rounded })
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn percentages_round_as_asked() {
        let cases = [
            (json!(3), true, Some(3)),
            (json!("25%"), true, Some(3)),
            (json!("25%"), false, Some(2)),
            (json!("100%"), true, Some(10)),
            (json!("3"), true, None),
            (json!("x%"), true, None),
            (json!(null), true, None),
        ];
        for (value, round_up, expected) in cases {
            assert_eq!(resolve_int_or_percent(&value, 10, round_up), expected, "{value}");
        }
    }
}
