//! Text out of damaged JSON, as other JSON libraries read it: what is no character becomes U+FFFD.

use std::borrow::Cow;

/// The mark that some servers write before their text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The bytes without a byte order mark.
pub(crate) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)
}

/// JSON that can be parsed, where only texts in it are damaged: bad bytes and halves of surrogate pairs become U+FFFD,
/// control characters are escaped. Anything else stays as it is.
pub fn readable(bytes: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(without_mark(bytes));
    match mended(&text) {
        Some(mended) => Cow::Owned(mended),
        None => text,
    }
}

/// None: there is nothing to mend.
fn mended(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let (mut out, mut copied, mut at, mut inside) = (String::new(), 0, 0, false);
    while let Some(byte) = bytes.get(at).copied() {
        let (instead, length) = match byte {
            b'"' => {
                inside = !inside;
                (None, 1)
            }
            b'\\' if inside => match unit(bytes, at) {
                Some(0xD800..=0xDBFF) if matches!(unit(bytes, at + 6), Some(0xDC00..=0xDFFF)) => (None, 12),
                Some(0xD800..=0xDFFF) => (Some("\\ufffd".to_owned()), 6),
                // A quote behind it does not end the text.
                _ => (None, 2),
            },
            0..0x20 if inside => (Some(format!("\\u{byte:04x}")), 1),
            _ => (None, 1),
        };
        if let Some(instead) = instead {
            out.push_str(text.get(copied..at)?);
            out.push_str(&instead);
            copied = at + length;
        }
        at += length;
    }
    (copied > 0).then(|| {
        out.push_str(text.get(copied..).unwrap_or_default());
        out
    })
}

/// The UTF-16 unit of an escape (`\ud83d`) at this place.
fn unit(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_are_read_as_other_libraries_read_them() {
        for (raw, text) in [
            (&b"{\"a\":\"caf\x92\"}"[..], "{\"a\":\"caf\u{fffd}\"}"),
            (b"{\"a\":\"fire \\ud83d\"}", "{\"a\":\"fire \\ufffd\"}"),
            (b"{\"a\":\"\\ude80 fire\"}", "{\"a\":\"\\ufffd fire\"}"),
            (b"{\"a\":\"\\ud83d\\ud83d\\ude80\"}", "{\"a\":\"\\ufffd\\ud83d\\ude80\"}"),
            (b"{\"a\":\"\\\\ud83d\"}", "{\"a\":\"\\\\ud83d\"}"),
            (b"{\"a\":\"two\nlines\"}", "{\"a\":\"two\\u000alines\"}"),
            (b"{\n\"a\":1\n}", "{\n\"a\":1\n}"),
            (b"\xef\xbb\xbf{\"a\":1}", "{\"a\":1}"),
        ] {
            assert_eq!(readable(raw), text);
        }
    }

    proptest! {
        #[test]
        fn what_is_json_already_stays_as_it_is(text in "\\PC{0,40}", number in any::<i32>()) {
            let json = serde_json::json!({"a": text, "b": [number, text]}).to_string();
            prop_assert_eq!(readable(json.as_bytes()), json.as_str());
        }

        #[test]
        fn foreign_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in 0usize..60) {
            let _ = readable(&bytes);
            let emoji = b"{\"a\":\"\\ud83d\\ude80\\ud83d\\ude80\\\"\"}";
            let _ = readable(&emoji[..cut.min(emoji.len())]);
        }

        #[test]
        fn any_text_with_any_bad_byte_can_be_parsed(text in "[a-zäöü ]{1,30}", at in any::<prop::sample::Index>(), byte in 0x80u8..) {
            let mut raw = format!("{{\"a\":\"{text}\"}}").into_bytes();
            let place = 6 + at.index(text.len());
            raw[place] = byte;
            prop_assert!(serde_json::from_str::<serde_json::Value>(&readable(&raw)).is_ok());
        }
    }
}
