//! The licence key's verification for WebAssembly.
//!
//! Four functions with numbers as arguments, so that no binding generator is needed: texts go
//! in through memory from [`text_new`], the answer is JSON whose place and length one number
//! tells. The module knows nothing of JavaScript, networks or clocks: the time is an argument.

use licence_key::{Jwks, StatusCheck, StatusToken, judge};
use serde_json::{Value, json};

/// Memory for a text of so many bytes, to be handed to [`judge_token`], which frees it.
#[unsafe(no_mangle)]
pub extern "C" fn text_new(length: usize) -> *mut u8 {
    Box::into_raw(vec![0_u8; length].into_boxed_slice()).cast()
}

/// Frees the answer of [`judge_token`].
///
/// # Safety
/// `place` and `length` must be those of one answer, which is freed once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn text_free(place: *mut u8, length: usize) {
    // SAFETY: by the contract above it is a text this module has handed out.
    drop(unsafe { taken(place, length) });
}

/// Judges a token by a JWKS and, where `status_length` isn't 0, by a signed status list, at the
/// time `now` in seconds since the Unix epoch. The answer is JSON: its place in the lower half
/// of the number, its length in the upper.
///
/// # Safety
/// Each place and length must be those of one [`text_new`], used for this call alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn judge_token(
    token: *mut u8,
    token_length: usize,
    jwks: *mut u8,
    jwks_length: usize,
    status: *mut u8,
    status_length: usize,
    now: f64,
) -> u64 {
    // SAFETY: by the contract above these are three texts from `text_new`.
    let (token, jwks, status) = unsafe {
        (
            taken(token, token_length),
            taken(jwks, jwks_length),
            taken(status, status_length),
        )
    };
    // A JavaScript number holds every second exactly for millions of years.
    #[expect(clippy::cast_possible_truncation, reason = "seconds, see above")]
    let now = now as i64;
    let text = answer(&token, &jwks, &status, now).to_string();
    let bytes = text.into_bytes().into_boxed_slice();
    let length = bytes.len() as u64;
    let place = Box::into_raw(bytes).cast::<u8>() as u64;
    length << 32 | place
}

/// # Safety
/// As for [`text_free`].
unsafe fn taken(place: *mut u8, length: usize) -> Vec<u8> {
    // SAFETY: the box was made by `text_new` or `judge_token` with just this length.
    unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(place, length)) }.into_vec()
}

fn answer(token: &[u8], jwks: &[u8], status: &[u8], now: i64) -> Value {
    let (Ok(token), Ok(jwks), Ok(status)) = (
        std::str::from_utf8(token),
        std::str::from_utf8(jwks),
        std::str::from_utf8(status),
    ) else {
        return json!({ "error": "a text is not UTF-8" });
    };
    let keys = match Jwks::from_json(jwks) {
        Ok(keys) => keys,
        Err(error) => return json!({ "error": error.to_string() }),
    };
    let list = match status {
        "" => None,
        text => match StatusToken::verify(text, &keys) {
            Ok(list) => Some(list),
            Err(error) => return json!({ "error": error.to_string() }),
        },
    };
    let judged = judge(token, &keys, list.as_ref(), now);
    json!({
        "standing": judged.standing.word(),
        "reason": judged.error.map(|error| error.to_string()),
        "kid": judged.licence.as_ref().map(|licence| &licence.kid),
        "claims": judged.licence.as_ref().map(|licence| json!(licence.claims)),
        "status": match judged.status {
            StatusCheck::NotNeeded => "not needed",
            StatusCheck::Missing => "missing",
            StatusCheck::Foreign => "foreign",
            StatusCheck::Fresh => "fresh",
            StatusCheck::Stale { .. } => "stale",
        },
    })
}
