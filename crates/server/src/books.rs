//! What an audit found, for programs.

use app::accounts::audit::Check;
use serde_json::{Value, json};

/// The audit as JSON.
pub(crate) fn document(checks: &[Check]) -> Value {
    let clean = checks.iter().all(|check| check.breaches.is_empty());
    let rows: Vec<_> = checks
        .iter()
        .map(|check| {
            json!({
                "invariant": check.invariant,
                "looked_at": check.looked_at,
                "unchecked": check.unchecked,
                "breaches": check.breaches.iter().map(|breach| json!({
                    "subject": breach.subject,
                    "detail": breach.detail,
                })).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({ "clean": clean, "invariants": rows })
}
