//! Forms with files (RFC 7578), whatever their names are.

use http::HeaderValue;
use psa_core::{Error, ErrorKind, Result};

/// A form under construction.
///
/// ```
/// use psa_http::Multipart;
///
/// let form = Multipart::new().field("recordType", "Ticket");
/// let form = form.file("file", "Pipe 5\" spec.pdf", "application/pdf", b"%PDF");
/// let (content_type, body) = form.build()?;
/// assert!(content_type.to_str().unwrap().starts_with("multipart/form-data; boundary="));
/// assert!(String::from_utf8_lossy(&body).contains("filename=\"Pipe 5%22 spec.pdf\""));
/// # Ok::<(), psa_core::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Multipart<'a> {
    parts: Vec<Part<'a>>,
}

#[derive(Clone)]
struct Part<'a> {
    name: &'a str,
    /// Its name and type, if it is a file.
    file: Option<(&'a str, &'a str)>,
    content: std::borrow::Cow<'a, [u8]>,
}

impl std::fmt::Debug for Multipart<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.parts.iter().map(|part| part.name).collect();
        f.debug_struct("Multipart").field("parts", &names).finish_non_exhaustive()
    }
}

impl<'a> Multipart<'a> {
    /// A form without parts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field. Its value may hold anything, line breaks too.
    #[must_use]
    pub fn field(mut self, name: &'a str, value: impl std::fmt::Display) -> Self {
        self.parts.push(Part { name, file: None, content: value.to_string().into_bytes().into() });
        self
    }

    /// Adds a file.
    #[must_use]
    pub fn file(mut self, name: &'a str, file_name: &'a str, content_type: &'a str, content: &'a [u8]) -> Self {
        self.parts.push(Part { name, file: Some((file_name, content_type)), content: content.into() });
        self
    }

    /// The form's content type and body, with a boundary that is in none of its parts.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] for a file without a name, and for a content type that is none.
    pub fn build(&self) -> Result<(HeaderValue, Vec<u8>)> {
        let refuse = |field: &'static str, why: &'static str| {
            Err(Error::new(ErrorKind::InvalidRequest, why).with_context("field", field))
        };
        let mut size = 256;
        for part in &self.parts {
            size += part.content.len() + part.name.len() + 256;
            let Some((file_name, content_type)) = part.file else { continue };
            if file_name.trim().is_empty() {
                return refuse("file_name", "a file needs a name");
            }
            if content_type.trim().is_empty() || HeaderValue::from_str(content_type).is_err() {
                return refuse("content_type", "this is no content type");
            }
        }
        let holds = |boundary: &str| {
            self.parts
                .iter()
                .any(|part| part.content.windows(boundary.len()).any(|window| window == boundary.as_bytes()))
        };
        let mut number = 0u32;
        let mut boundary = "psa-kit-form-0".to_owned();
        while holds(&boundary) {
            number += 1;
            boundary = format!("psa-kit-form-{number}");
        }
        let mut body = Vec::with_capacity(size);
        for part in &self.parts {
            let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", escaped(part.name));
            if let Some((file_name, content_type)) = part.file {
                head += &format!("; filename=\"{}\"\r\nContent-Type: {}", escaped(file_name), content_type.trim());
            }
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(b"\r\n\r\n");
            body.extend_from_slice(&part.content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        let content_type = HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}"))
            .map_err(|e| Error::new(ErrorKind::Internal, "the boundary is not valid").with_source(e))?;
        Ok((content_type, body))
    }
}

/// A name in quotes, as browsers write it: UTF-8 as it is, quotes and control characters percent-encoded.
fn escaped(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '"' => out.push_str("%22"),
            '\0'..='\x1f' | '\x7f' => out.push_str(&format!("%{:02X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn body(form: &Multipart<'_>) -> (String, String) {
        let (content_type, body) = form.build().unwrap();
        let boundary = content_type.to_str().unwrap().split("boundary=").nth(1).unwrap().to_owned();
        (boundary, String::from_utf8(body).unwrap())
    }

    #[test]
    fn a_file_keeps_its_name_as_far_as_a_header_can_hold_it() {
        for (name, sent) in [
            ("Pipe 5\" spec.pdf", "Pipe 5%22 spec.pdf"),
            ("Übergabe – 報告.docx", "Übergabe – 報告.docx"),
            ("two\r\nlines\t\0.txt", "two%0D%0Alines%09%00.txt"),
            ("100%22.txt", "100%22.txt"),
        ] {
            let (_, body) = body(&Multipart::new().file("file", name, "text/plain", b"x"));
            assert!(
                body.contains(&format!("name=\"file\"; filename=\"{sent}\"\r\nContent-Type: text/plain\r\n\r\nx\r\n")),
                "{body}"
            );
        }
    }

    #[test]
    fn what_can_not_be_sent_is_refused_by_its_field() {
        for (name, ty, field) in
            [(" ", "text/plain", "file_name"), ("a", "", "content_type"), ("a", "text/plain\r\nX: y", "content_type")]
        {
            let error = Multipart::new().file("file", name, ty, b"x").build().unwrap_err();
            assert_eq!(error.context("field"), Some(field));
        }
    }

    proptest! {
        #[test]
        fn no_name_and_no_content_breaks_out_of_its_part(name in "\\PC{1,12}[\"\r\n\\x00]{0,2}x", value in "[a\r\n-]{0,20}|--psa-kit-form-0\r\n") {
            let (boundary, body) = body(&Multipart::new().field("title", &value).file("file", &name, "text/plain", value.as_bytes()));
            let parts: Vec<&str> = body.split(&format!("--{boundary}")).collect();
            prop_assert_eq!(parts.len(), 4);
            prop_assert_eq!(parts[3], "--\r\n");
            for part in &parts[1..3] {
                let (_, content) = part.split_once("\r\n\r\n").unwrap();
                prop_assert_eq!(content.strip_suffix("\r\n").unwrap(), value.as_str());
            }
        }
    }
}
