//! The payload of a licence token: walked once, every claim's type checked, the envelope hashed
//! where it stands, nothing built.
//!
//! Members that this version doesn't know are passed over, as JWT demands (RFC 7519 §4). The
//! module knows nothing of signatures.

use std::borrow::Cow;
use std::ops::Range;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::{CLAIMS_VERSION, TokenError};
use crate::canonical::{self, CanonicalError, Cursor, MAX_DEPTH};
use crate::claims::{Asset, Claims, Status, StatusRef};
use crate::code::Code;

/// A payload whose claims are all there and of the right type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Payload {
    json: String,
    pub(super) places: Places,
}

/// The claims that are small, and where in the payload the others stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) code: Code,
    pub(super) iat: i64,
    pub(super) exp: Option<i64>,
    pub(super) iss: Range<usize>,
    pub(super) envelope: Range<usize>,
    pub(super) envelope_sha256: Range<usize>,
    jti: Range<usize>,
    sub: Range<usize>,
    terms: Range<usize>,
    assets: Range<usize>,
    status: Option<Range<usize>>,
}

/// Where each claim's value stands, before anything is known of its type.
#[derive(Default)]
struct Found {
    assets: Option<Range<usize>>,
    code: Option<Range<usize>>,
    envelope: Option<Range<usize>>,
    envelope_sha256: Option<Range<usize>>,
    exp: Option<Range<usize>>,
    iat: Option<Range<usize>>,
    iss: Option<Range<usize>>,
    jti: Option<Range<usize>>,
    status: Option<Range<usize>>,
    sub: Option<Range<usize>>,
    terms: Option<Range<usize>>,
    ver: Option<Range<usize>>,
    assets_fit: bool,
    status_fits: bool,
}

impl Found {
    fn slot(&mut self, name: &str) -> Option<&mut Option<Range<usize>>> {
        Some(match name {
            "assets" => &mut self.assets,
            "code" => &mut self.code,
            "envelope" => &mut self.envelope,
            "envelope_sha256" => &mut self.envelope_sha256,
            "exp" => &mut self.exp,
            "iat" => &mut self.iat,
            "iss" => &mut self.iss,
            "jti" => &mut self.jti,
            "status" => &mut self.status,
            "sub" => &mut self.sub,
            "terms" => &mut self.terms,
            "ver" => &mut self.ver,
            _ => return None,
        })
    }

    /// Walks over the whole payload.
    fn walk(&mut self, cursor: &mut Cursor<'_>) -> Result<(), CanonicalError> {
        cursor.object(MAX_DEPTH, &mut |cursor, depth, name| {
            let start = cursor.place();
            match name {
                "assets" => self.assets_fit = assets(cursor, depth)?,
                "status" => self.status_fits = status(cursor, depth)?,
                _ => cursor.value(depth)?,
            }
            if let Some(slot) = self.slot(name) {
                *slot = Some(start..cursor.place());
            }
            Ok(())
        })
    }
}

/// The members of an asset, in canonical order.
const ASSET: [&str; 6] = ["artist", "file", "id", "kind", "sha256", "title"];

impl Payload {
    /// Reads a payload that must be canonical JSON.
    pub(super) fn read(json: String) -> Result<Self, TokenError> {
        let mut found = Found::default();
        canonical::read(&json, |cursor| found.walk(cursor))
            .map_err(|error| not_an_object(&json, &error))?;
        let version = whole_number(&json, "ver", found.ver.clone())?;
        if version != i64::try_from(CLAIMS_VERSION).unwrap_or(i64::MAX) {
            let version = u64::try_from(version).map_err(|_| wrong("ver"))?;
            return Err(TokenError::Version(version));
        }
        let places = Places::of(&json, found)?;
        let read = Self { json, places };
        read.check_envelope()?;
        Ok(read)
    }

    pub(super) fn slice(&self, place: &Range<usize>) -> &str {
        self.json.get(place.clone()).unwrap_or_default()
    }

    /// A claim that [`Places::of`] has seen to be a string.
    pub(super) fn text(&self, place: &Range<usize>) -> Cow<'_, str> {
        canonical::string(self.slice(place)).unwrap_or_default()
    }

    fn check_envelope(&self) -> Result<(), TokenError> {
        let hash = Sha256::digest(self.slice(&self.places.envelope).as_bytes());
        let mut digits = [0; 64];
        HEXLOWER.encode_mut(&hash, &mut digits);
        if self.text(&self.places.envelope_sha256).as_bytes() == digits {
            Ok(())
        } else {
            Err(TokenError::Envelope)
        }
    }

    /// All claims, read into memory.
    pub(super) fn claims(&self) -> Result<Claims, TokenError> {
        let places = &self.places;
        let owned = |place: &Range<usize>| self.text(place).into_owned();
        let status = places.status.as_ref().map(|place| self.slice(place));
        Ok(Claims {
            iss: owned(&places.iss),
            jti: owned(&places.jti),
            code: places.code,
            sub: owned(&places.sub),
            iat: places.iat,
            exp: places.exp,
            assets: parsed::<Vec<Asset>>("assets", self.slice(&places.assets))?,
            envelope: parsed("envelope", self.slice(&places.envelope))?,
            envelope_sha256: owned(&places.envelope_sha256),
            terms: owned(&places.terms),
            status: status
                .map(|text| parsed::<Status>("status", text))
                .transpose()?,
        })
    }

    /// The reference to the status list.
    pub(super) fn status(&self) -> Result<Option<StatusRef>, TokenError> {
        let place = self.places.status.as_ref();
        let status = place.map(|place| parsed::<Status>("status", self.slice(place)));
        Ok(status.transpose()?.map(|status| status.status_list))
    }
}

impl Places {
    fn of(json: &str, found: Found) -> Result<Self, TokenError> {
        let code = text(json, "code", found.code)?;
        let code = json.get(code).and_then(canonical::string);
        let code = code
            .unwrap_or_default()
            .parse()
            .map_err(|e| TokenError::Claims(format!("code: {e}")))?;
        let exp = found
            .exp
            .filter(|place| json.get(place.clone()) != Some("null"));
        if found.assets.is_some() && !found.assets_fit {
            return Err(wrong("assets"));
        }
        if found.status.is_some() && !found.status_fits {
            return Err(wrong("status"));
        }
        Ok(Self {
            code,
            iat: whole_number(json, "iat", found.iat)?,
            exp: exp
                .map(|place| whole_number(json, "exp", Some(place)))
                .transpose()?,
            iss: text(json, "iss", found.iss)?,
            envelope: found.envelope.ok_or_else(|| missing("envelope"))?,
            envelope_sha256: text(json, "envelope_sha256", found.envelope_sha256)?,
            jti: text(json, "jti", found.jti)?,
            sub: text(json, "sub", found.sub)?,
            terms: text(json, "terms", found.terms)?,
            assets: found.assets.ok_or_else(|| missing("assets"))?,
            status: found
                .status
                .filter(|place| json.get(place.clone()) != Some("null")),
        })
    }
}

/// Walks over what should be a list of objects, each with the six members of an asset, all
/// strings; whether it is one.
fn assets(cursor: &mut Cursor<'_>, depth: usize) -> Result<bool, CanonicalError> {
    if !cursor.is_at(b'[') {
        return cursor.value(depth).map(|()| false);
    }
    let mut good = true;
    cursor.array(depth, &mut |cursor, depth| {
        if !cursor.is_at(b'{') {
            good = false;
            return cursor.value(depth);
        }
        let mut strings = 0;
        cursor.object(depth, &mut |cursor, depth, name| {
            strings += usize::from(ASSET.contains(&name) && cursor.is_at(b'"'));
            cursor.value(depth)
        })?;
        good &= strings == ASSET.len();
        Ok(())
    })?;
    Ok(good)
}

/// Walks over what should be `{"status_list": {"idx": a whole number from 0 on, "uri": a
/// string}}`; whether it is that, or null.
fn status(cursor: &mut Cursor<'_>, depth: usize) -> Result<bool, CanonicalError> {
    if !cursor.is_at(b'{') {
        let null = cursor.is_at(b'n');
        return cursor.value(depth).map(|()| null);
    }
    let mut good = false;
    cursor.object(depth, &mut |cursor, depth, name| {
        if name != "status_list" || !cursor.is_at(b'{') {
            return cursor.value(depth);
        }
        let mut fitting = 0;
        cursor.object(depth, &mut |cursor, depth, name| {
            let start = cursor.place();
            fitting += usize::from(name == "uri" && cursor.is_at(b'"'));
            cursor.value(depth)?;
            let number = || cursor.since(start).parse::<u64>().is_ok();
            fitting += usize::from(name == "idx" && number());
            Ok(())
        })?;
        good = fitting == 2;
        Ok(())
    })?;
    Ok(good)
}

fn text(
    json: &str,
    name: &'static str,
    place: Option<Range<usize>>,
) -> Result<Range<usize>, TokenError> {
    let place = place.ok_or_else(|| missing(name))?;
    if json.as_bytes().get(place.start) == Some(&b'"') {
        Ok(place)
    } else {
        Err(wrong(name))
    }
}

fn whole_number(
    json: &str,
    name: &'static str,
    place: Option<Range<usize>>,
) -> Result<i64, TokenError> {
    let place = place.ok_or_else(|| missing(name))?;
    let number = json.get(place).and_then(|digits| digits.parse().ok());
    number.ok_or_else(|| wrong(name))
}

fn parsed<'a, T: serde::Deserialize<'a>>(name: &str, json: &'a str) -> Result<T, TokenError> {
    serde_json::from_str(json).map_err(|e| TokenError::Claims(format!("{name}: {e}")))
}

fn missing(name: &str) -> TokenError {
    TokenError::Claims(format!("{name} is missing"))
}

fn wrong(name: &str) -> TokenError {
    TokenError::Claims(format!("{name} is not of the type it must have"))
}

/// Canonical JSON that isn't an object has no claims; anything else isn't canonical.
fn not_an_object(json: &str, error: &CanonicalError) -> TokenError {
    match error {
        CanonicalError::NotCanonical(0) if canonical::check(json).is_ok() => {
            TokenError::Claims("the claims are not an object".to_owned())
        }
        _ => TokenError::NotCanonical,
    }
}
