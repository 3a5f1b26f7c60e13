use crate::headers::Header;
use crate::rfc9421::structured::is_tchar;
use crate::rfc9421::white_space::is_blank;
use crate::{Error, SignedHeaders};

/// Headers of which every line can be read: RFC 9421 signs them joined.
///
/// Ready for `http::HeaderMap`, for slices and vectors of pairs, and for [`SignedHeaders`].
pub trait Fields {
    /// The values of all lines with this name, whatever its case, in the order they were sent in.
    fn values<'h>(&'h self, name: &'h str) -> Box<dyn Iterator<Item = &'h [u8]> + 'h>;
}

impl<F: Fields + ?Sized> Fields for &F {
    fn values<'h>(&'h self, name: &'h str) -> Box<dyn Iterator<Item = &'h [u8]> + 'h> {
        (**self).values(name)
    }
}

impl Fields for http::HeaderMap {
    fn values<'h>(&'h self, name: &'h str) -> Box<dyn Iterator<Item = &'h [u8]> + 'h> {
        Box::new(self.get_all(name).iter().map(http::HeaderValue::as_bytes))
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Fields for [(N, V)] {
    fn values<'h>(&'h self, name: &'h str) -> Box<dyn Iterator<Item = &'h [u8]> + 'h> {
        let lines = self.iter().filter(move |(n, _)| n.as_ref().eq_ignore_ascii_case(name));
        Box::new(lines.map(|(_, value)| value.as_ref()))
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Fields for Vec<(N, V)> {
    fn values<'h>(&'h self, name: &'h str) -> Box<dyn Iterator<Item = &'h [u8]> + 'h> {
        self.as_slice().values(name)
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>, const L: usize> Fields for [(N, V); L] {
    fn values<'h>(&'h self, name: &'h str) -> Box<dyn Iterator<Item = &'h [u8]> + 'h> {
        self.as_slice().values(name)
    }
}

impl Fields for SignedHeaders {
    fn values<'h>(&'h self, name: &'h str) -> Box<dyn Iterator<Item = &'h [u8]> + 'h> {
        use crate::Headers;
        Box::new(match self.header(name) {
            Header::One(value) => Some(value).into_iter(),
            _ => None.into_iter(),
        })
    }
}

/// What of a request can be signed, besides its body.
#[derive(Clone, Copy)]
pub struct Request<'r> {
    pub(crate) method: &'r str,
    scheme: &'r str,
    authority: &'r str,
    /// Never empty.
    path: &'r str,
    query: Option<&'r str>,
    pub(crate) fields: &'r dyn Fields,
}

impl std::fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The query and the headers may hold tokens.
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("authority", &self.authority)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl<'r> Request<'r> {
    /// A request to an absolute URI (`https://example.com/hook?x=1`), in the spelling that the sender gave it.
    ///
    /// # Errors
    /// [`Error::Malformed`] if method or URI can't be of a request.
    pub fn new(method: &'r str, uri: &'r str, fields: &'r dyn Fields) -> Result<Self, Error> {
        let (scheme, rest) = uri.split_once("://").ok_or(Error::Malformed("has a target that is no absolute URI"))?;
        let (authority, target) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        Self::of(method, scheme, authority, path, query, fields)
    }

    /// A request as a server has it. `scheme` is that of the address the sender called, so `https` also behind a proxy that
    /// takes the encryption off; the authority is that of the URI or, where it has none, of the `Host` header.
    ///
    /// # Errors
    /// [`Error::MissingHeader`] or [`Error::DuplicateHeader`] for `Host`, [`Error::Malformed`] as for [`new`](Self::new).
    pub fn received(scheme: &'r str, parts: &'r http::request::Parts) -> Result<Self, Error> {
        let authority = match parts.uri.authority() {
            Some(authority) => authority.as_str(),
            None => {
                let mut hosts = parts.headers.get_all(http::header::HOST).iter();
                match (hosts.next(), hosts.next()) {
                    (None, _) => return Err(Error::MissingHeader("Host".into())),
                    (Some(host), None) => host.to_str().map_err(|_| Error::Malformed("has a host that is no text"))?,
                    (Some(_), Some(_)) => return Err(Error::DuplicateHeader("Host".into())),
                }
            }
        };
        let authority = authority.trim_matches(is_blank);
        Self::of(parts.method.as_str(), scheme, authority, parts.uri.path(), parts.uri.query(), &parts.headers)
    }

    fn of(
        method: &'r str,
        scheme: &'r str,
        authority: &'r str,
        path: &'r str,
        query: Option<&'r str>,
        fields: &'r dyn Fields,
    ) -> Result<Self, Error> {
        if method.is_empty() || !method.bytes().all(is_tchar) {
            return Err(Error::Malformed("has no method"));
        }
        let scheme_fits = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
        // Whatever is no visible ASCII could look like another line of the signature base.
        let visible = |text: &str, not: &[u8]| text.bytes().all(|b| b.is_ascii_graphic() && !not.contains(&b));
        if !scheme_fits
            || authority.is_empty()
            || !visible(authority, b"/?#@\\")
            || !visible(path, b"?#")
            || !visible(query.unwrap_or_default(), b"#")
        {
            return Err(Error::Malformed("has a target that is no absolute URI"));
        }
        Ok(Self { method, scheme, authority, path: if path.is_empty() { "/" } else { path }, query, fields })
    }

    pub(crate) fn with_fields<'n>(self, fields: &'n dyn Fields) -> Request<'n>
    where
        'r: 'n,
    {
        Request { fields, ..self }
    }

    pub(crate) fn target_uri(&self) -> String {
        format!("{}://{}{}", self.scheme, self.authority, self.request_target())
    }

    pub(crate) fn request_target(&self) -> String {
        match self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.to_owned(),
        }
    }

    pub(crate) fn scheme(&self) -> String {
        self.scheme.to_ascii_lowercase()
    }

    /// In lower case, without the port that the scheme has anyway.
    pub(crate) fn authority(&self) -> String {
        let mut authority = self.authority.to_ascii_lowercase();
        let port = match self.scheme().as_str() {
            "https" | "wss" => ":443",
            "http" | "ws" => ":80",
            _ => ":",
        };
        let host = authority.strip_suffix(port).or_else(|| authority.strip_suffix(':')).map(str::len);
        authority.truncate(host.unwrap_or(authority.len()));
        authority
    }

    pub(crate) fn path(&self) -> &'r str {
        self.path
    }

    /// With its question mark, which is there also when there is no query.
    pub(crate) fn query(&self) -> String {
        format!("?{}", self.query.unwrap_or_default())
    }

    /// The values of a parameter of the query, whose name is given encoded; encoded again, each in its only spelling.
    pub(crate) fn query_parameters(&self, name: &str) -> Vec<String> {
        let pairs = self.query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        pairs
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .filter(|(key, _)| encode(&decode(key)) == name)
            .map(|(_, value)| encode(&decode(value)))
            .collect()
    }
}

/// The text of a name or value of a form.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        bytes.push(match (first, after) {
            (b'+', _) => b' ',
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    rest = after;
                    high << 4 | low
                }
                _ => b'%',
            },
            (byte, _) => *byte,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|n| u8::try_from(n).ok())
}

/// As forms are encoded, but with `%20` for a space.
pub(crate) fn encode(text: &str) -> String {
    use std::fmt::Write;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"*-._".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String can't fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
