//! Reading vendors' JSON: record by record, nothing lost, tolerant of what vendors do to numbers and dates.

use std::fmt;
use std::ops::Deref;

use bytes::Bytes;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use psa_core::DecodeError;
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
use serde_json::value::RawValue;

pub use crate::readable::readable;

/// A decoded value with the vendor's own bytes, so that members without a typed field are still there.
///
/// Its typed fields are the value's own: `ticket.summary`.
#[derive(Clone)]
pub struct Native<T> {
    // Not for others: some records have a field of this name themselves.
    value: T,
    raw: Bytes,
}

/// The bytes are left out: they may hold what has no field because it is secret.
impl<T: fmt::Debug> fmt::Debug for Native<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Native").field("value", &self.value).field("bytes", &self.raw.len()).finish()
    }
}

impl<T> Native<T> {
    /// The typed value with its bytes.
    pub fn new(value: T, raw: Bytes) -> Self {
        Self { value, raw }
    }

    /// The typed value alone.
    pub fn into_value(self) -> T {
        self.value
    }

    /// The typed value and the bytes.
    pub fn into_parts(self) -> (T, Bytes) {
        (self.value, self.raw)
    }

    /// The vendor's bytes, exactly. A slice of its page: copy it to keep it for long.
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// A member that has no typed field, as JSON; `None` if the vendor left it out.
    pub fn member(&self, name: &str) -> Option<serde_json::Value> {
        let text = readable(&self.raw);
        let members: std::collections::HashMap<String, &RawValue> = serde_json::from_str(&text).ok()?;
        members.get(name).and_then(|v| serde_json::from_str(v.get()).ok())
    }
}

impl<T> Deref for Native<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

/// Decodes one record and keeps its bytes.
///
/// # Errors
/// [`DecodeError`] with the JSON path of what did not fit.
pub fn native<T: DeserializeOwned>(raw: Bytes) -> Result<Native<T>, DecodeError> {
    decode(&raw).map(|value| Native { value, raw })
}

/// Decodes one record. Damage inside texts is read as U+FFFD, so one bad byte makes no record unreadable. Only a
/// failure pays for that, and for finding the path.
///
/// # Errors
/// [`DecodeError`] with the JSON path of what did not fit.
pub fn decode<T: DeserializeOwned>(raw: &[u8]) -> Result<T, DecodeError> {
    // Checked as UTF-8 at once: text by text takes longer.
    if let Some(value) = std::str::from_utf8(raw).ok().and_then(|text| serde_json::from_str(text).ok()) {
        return Ok(value);
    }
    let text = readable(raw);
    serde_json::from_str(&text).map_err(|_| {
        let mut reader = serde_json::Deserializer::from_str(&text);
        match serde_path_to_error::deserialize::<_, T>(&mut reader) {
            Ok(_) => DecodeError::new("$", "trailing characters after the record"),
            Err(error) => DecodeError::new(error.path().to_string(), shape(&error.into_inner().to_string())),
        }
    })
}

/// serde's message without the offending value: it may be a secret.
fn shape(message: &str) -> String {
    let cut = message.split(" at line ").next().unwrap_or(message);
    match (cut.find(['"', '`']), cut.rfind(", expected ")) {
        (Some(value), Some(expected)) if value < expected => {
            format!("{}{}", cut[..value].trim_end(), &cut[expected..])
        }
        _ => cut.to_owned(),
    }
}

/// The bytes of a part of `whole` without copying.
pub fn slice(whole: &Bytes, part: &RawValue) -> Bytes {
    whole.slice_ref(part.get().as_bytes())
}

/// A whole number: `18`, `18.0` or `"18"`; null, empty text and absent are `None`.
///
/// # Errors
/// Anything else.
pub fn int<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    struct Int;
    impl Visitor<'_> for Int {
        type Value = Option<i64>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number")
        }
        fn visit_i64<E>(self, v: i64) -> Result<Self::Value, E> {
            Ok(Some(v))
        }
        fn visit_u64<E: serde::de::Error>(self, v: u64) -> Result<Self::Value, E> {
            i64::try_from(v).map(Some).map_err(|_| E::custom("number out of range, expected a whole number"))
        }
        fn visit_f64<E: serde::de::Error>(self, v: f64) -> Result<Self::Value, E> {
            if v.fract() == 0.0 && v.abs() < 9.0e15 {
                Ok(Some(v as i64))
            } else {
                Err(E::custom("a number with a fraction, expected a whole number"))
            }
        }
        fn visit_str<E: serde::de::Error>(self, v: &str) -> Result<Self::Value, E> {
            let v = v.trim();
            if v.is_empty() {
                return Ok(None);
            }
            match v.parse::<i64>() {
                Ok(n) => Ok(Some(n)),
                Err(_) => self.visit_f64(v.parse().map_err(|_| E::custom("text, expected a whole number"))?),
            }
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }
    deserializer.deserialize_any(Int)
}

/// A number: `1.5` or `"1.5"`; `-0.0` is `0.0`; null, empty text and absent are `None`.
///
/// # Errors
/// Anything else, `NaN` and the infinities included: a number is always finite.
pub fn num<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    struct Num;
    impl Visitor<'_> for Num {
        type Value = Option<f64>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number")
        }
        fn visit_i64<E>(self, v: i64) -> Result<Self::Value, E> {
            Ok(Some(v as f64))
        }
        fn visit_u64<E>(self, v: u64) -> Result<Self::Value, E> {
            Ok(Some(v as f64))
        }
        fn visit_f64<E: serde::de::Error>(self, v: f64) -> Result<Self::Value, E> {
            match v {
                0.0 => Ok(Some(0.0)),
                v if v.is_finite() => Ok(Some(v)),
                _ => Err(E::custom("no finite number, expected a number")),
            }
        }
        fn visit_str<E: serde::de::Error>(self, v: &str) -> Result<Self::Value, E> {
            match v.trim() {
                "" => Ok(None),
                text => self.visit_f64(text.parse().map_err(|_| E::custom("text, expected a number"))?),
            }
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }
    deserializer.deserialize_any(Num)
}

/// Yes or no: `true`, `1`, `"true"`, `"False"`; null and absent are `None`.
///
/// # Errors
/// Anything else.
pub fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    struct Flag;
    impl Visitor<'_> for Flag {
        type Value = Option<bool>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("true or false")
        }
        fn visit_bool<E>(self, v: bool) -> Result<Self::Value, E> {
            Ok(Some(v))
        }
        fn visit_i64<E: serde::de::Error>(self, v: i64) -> Result<Self::Value, E> {
            match v {
                0 => Ok(Some(false)),
                1 => Ok(Some(true)),
                _ => Err(E::custom("a number, expected true or false")),
            }
        }
        fn visit_u64<E: serde::de::Error>(self, v: u64) -> Result<Self::Value, E> {
            self.visit_i64(if v < 2 { v as i64 } else { 2 })
        }
        fn visit_str<E: serde::de::Error>(self, v: &str) -> Result<Self::Value, E> {
            match v.trim().to_ascii_lowercase().as_str() {
                "" => Ok(None),
                "true" | "1" => Ok(Some(true)),
                "false" | "0" => Ok(Some(false)),
                _ => Err(E::custom("text, expected true or false")),
            }
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }
    deserializer.deserialize_any(Flag)
}

/// Text without NUL characters; numbers and booleans become text; null and absent are `None`.
///
/// # Errors
/// A list or an object.
pub fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    struct Text;
    impl Visitor<'_> for Text {
        type Value = Option<String>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("text")
        }
        fn visit_str<E>(self, v: &str) -> Result<Self::Value, E> {
            Ok(Some(if v.contains('\0') { v.replace('\0', "") } else { v.to_owned() }))
        }
        fn visit_string<E: serde::de::Error>(self, v: String) -> Result<Self::Value, E> {
            if v.contains('\0') { self.visit_str(&v) } else { Ok(Some(v)) }
        }
        fn visit_i64<E>(self, v: i64) -> Result<Self::Value, E> {
            Ok(Some(v.to_string()))
        }
        fn visit_u64<E>(self, v: u64) -> Result<Self::Value, E> {
            Ok(Some(v.to_string()))
        }
        fn visit_f64<E>(self, v: f64) -> Result<Self::Value, E> {
            Ok(Some(v.to_string()))
        }
        fn visit_bool<E>(self, v: bool) -> Result<Self::Value, E> {
            Ok(Some(v.to_string()))
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }
    deserializer.deserialize_any(Text)
}

/// A moment, with or without zone (none is UTC), with 0 to 9 digits of fraction, or a day alone.
/// Null, empty text and the vendors' empty dates (any year up to 1980) are `None`.
///
/// # Errors
/// Anything else.
pub fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    deserializer.deserialize_any(Date(parse_date))
}

/// As [`date`], for a vendor whose dates can be of any year.
///
/// # Errors
/// As [`date`].
pub fn any_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    deserializer.deserialize_any(Date(parse_any_date))
}

/// A date as its vendor writes it.
struct Date(fn(&str) -> Result<Option<DateTime<Utc>>, ()>);

impl Visitor<'_> for Date {
    type Value = Option<DateTime<Utc>>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date")
    }
    fn visit_str<E: serde::de::Error>(self, v: &str) -> Result<Self::Value, E> {
        (self.0)(v).map_err(|()| E::custom("text, expected a date"))
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// See [`date`].
///
/// # Errors
/// Text that is no date.
#[expect(clippy::result_unit_err, reason = "there is nothing to add to: this is no date")]
pub fn parse_date(text: &str) -> Result<Option<DateTime<Utc>>, ()> {
    use chrono::Datelike;
    Ok(parse_any_date(text)?.filter(|at| at.year() > 1980))
}

/// A moment in the forms of [`date`], of any year but the first: that is the empty date of .NET, and none.
///
/// # Errors
/// Text that is no date.
#[expect(clippy::result_unit_err, reason = "there is nothing to add to: this is no date")]
pub fn parse_any_date(text: &str) -> Result<Option<DateTime<Utc>>, ()> {
    use chrono::Datelike;
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let at = if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        at.with_timezone(&Utc)
    } else if let Ok(at) = text.parse::<NaiveDateTime>() {
        at.and_utc()
    } else if let Ok(day) = text.parse::<NaiveDate>() {
        day.and_hms_opt(0, 0, 0).ok_or(())?.and_utc()
    } else {
        return Err(());
    };
    Ok((at.year() > 1).then_some(at))
}

/// A list; null and absent are empty.
///
/// # Errors
/// What the elements do.
pub fn list<'de, D: Deserializer<'de>, T: serde::Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}

use serde::Deserialize;

/// An id that must be there: a whole number in any of the forms of [`int`].
///
/// # Errors
/// Null, empty, or no whole number.
pub fn id<'de, D: Deserializer<'de>, T: From<i64>>(deserializer: D) -> Result<T, D::Error> {
    int(deserializer)?.map(T::from).ok_or_else(|| D::Error::custom("null, expected an id"))
}

#[cfg(test)]
mod tests;
