//! Credentials as people and mounted files give them: with a line break at the end, or a blank from copying.

use psa_core::{Error, Result};
use secrecy::{ExposeSecret, SecretString};

/// What is no part of a credential at its ends: blanks, line breaks, a byte order mark, and marks without width.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{2060}')
}

fn check(field: &'static str, text: &str) -> Result<()> {
    if text.is_empty() {
        return Err(Error::config(field, "it is empty"));
    }
    if text.contains(char::is_control) {
        return Err(Error::config(field, "a line break or control character stands inside")
            .with_context("remedy", "Copy it again: it is one line without blanks at its ends."));
    }
    Ok(())
}

/// A name or key without what stands around it: blanks and line breaks.
///
/// # Errors
/// [`ErrorKind::Config`](psa_core::ErrorKind::Config) with `field`, if nothing is left, or a line break or control
/// character stands inside.
pub fn credential(field: &'static str, text: &str) -> Result<String> {
    let text = text.trim_matches(is_blank);
    check(field, text).map(|()| text.to_owned())
}

/// A secret without what stands around it, as [`credential`].
///
/// # Errors
/// As [`credential`]. The secret is not in the error.
pub fn secret(field: &'static str, secret: &SecretString) -> Result<SecretString> {
    credential(field, secret.expose_secret()).map(SecretString::from)
}

/// A password without line breaks at its end. Blanks stay: they may belong to it.
///
/// # Errors
/// As [`credential`].
pub fn password(field: &'static str, password: &SecretString) -> Result<SecretString> {
    let text = password.expose_secret().trim_matches(['\r', '\n', '\u{feff}']);
    if text.trim().is_empty() {
        check(field, "")?;
    }
    check(field, text).map(|()| SecretString::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_or_the_clipboard_adds_is_taken_off() {
        for given in ["s3cret", "s3cret\n", "s3cret\r\n", " s3cret\t", "\u{feff}s3cret\n\n", "s3cret\u{200b}"] {
            assert_eq!(credential("secret", given).unwrap(), "s3cret", "{given:?}");
            let clean = secret("secret", &SecretString::from(given)).unwrap();
            assert_eq!(clean.expose_secret(), "s3cret");
        }
        assert_eq!(password("password", &" with blanks \r\n".into()).unwrap().expose_secret(), " with blanks ");
    }

    #[test]
    fn what_can_not_be_one_credential_is_refused_by_name_and_not_shown() {
        for given in ["s3c\nret", "s3c\rret", "s3c\0ret", "", " \n", "\u{feff}"] {
            for error in [
                credential("client_id", given).unwrap_err(),
                secret("client_id", &SecretString::from(given)).unwrap_err(),
                password("client_id", &SecretString::from(given)).unwrap_err(),
            ] {
                assert_eq!(error.context("field"), Some("client_id"), "{given:?}");
                assert!(!format!("{error:?}").contains("s3c"), "{error:?}");
            }
        }
    }
}
