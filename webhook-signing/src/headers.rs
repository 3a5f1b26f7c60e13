//! Where headers come from, without naming an HTTP library.

use std::borrow::Cow;

use crate::Error;

/// A header as a message has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header<'h> {
    /// Not there.
    Absent,
    /// Once, with this value.
    One(&'h [u8]),
    /// More than once. No scheme here takes that: proxies and servers would read it differently.
    Many,
}

/// Headers of a message, looked up by name without regard to case.
///
/// Ready for `http::HeaderMap`, for slices of pairs, and by [`header_fn`] for any look-up.
pub trait Headers {
    /// The header with this name.
    fn header(&self, name: &str) -> Header<'_>;

    /// As [`header`](Self::header), for a name that may be ready to be looked up.
    #[doc(hidden)]
    fn header_named(&self, name: &Name) -> Header<'_> {
        self.header(&name.text)
    }
}

/// A name of a scheme's, read once: a map that hashes names would read it anew each time.
#[derive(Debug, Clone)]
pub struct Name {
    text: Cow<'static, str>,
    /// None: no map can hold this name.
    #[cfg(feature = "http")]
    ready: Option<http::HeaderName>,
}

impl Name {
    pub(crate) fn new(text: impl Into<Cow<'static, str>>) -> Self {
        let text = text.into();
        Self {
            #[cfg(feature = "http")]
            ready: http::HeaderName::from_bytes(text.as_bytes()).ok(),
            text,
        }
    }

    pub(crate) fn text(&self) -> Cow<'static, str> {
        self.text.clone()
    }
}

impl<H: Headers + ?Sized> Headers for &H {
    fn header(&self, name: &str) -> Header<'_> {
        (**self).header(name)
    }

    fn header_named(&self, name: &Name) -> Header<'_> {
        (**self).header_named(name)
    }
}

#[cfg(feature = "http")]
impl Headers for http::HeaderMap {
    fn header(&self, name: &str) -> Header<'_> {
        among(&self.get_all(name))
    }

    fn header_named(&self, name: &Name) -> Header<'_> {
        name.ready.as_ref().map_or(Header::Absent, |name| among(&self.get_all(name)))
    }
}

#[cfg(feature = "http")]
fn among<'h>(all: &http::header::GetAll<'h, http::HeaderValue>) -> Header<'h> {
    let mut values = all.iter();
    match (values.next(), values.next()) {
        (None, _) => Header::Absent,
        (Some(value), None) => Header::One(value.as_bytes()),
        (Some(_), Some(_)) => Header::Many,
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for [(N, V)] {
    fn header(&self, name: &str) -> Header<'_> {
        let mut values = self.iter().filter(|(n, _)| n.as_ref().eq_ignore_ascii_case(name));
        match (values.next(), values.next()) {
            (None, _) => Header::Absent,
            (Some((_, value)), None) => Header::One(value.as_ref()),
            (Some(_), Some(_)) => Header::Many,
        }
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for Vec<(N, V)> {
    fn header(&self, name: &str) -> Header<'_> {
        self.as_slice().header(name)
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>, const L: usize> Headers for [(N, V); L] {
    fn header(&self, name: &str) -> Header<'_> {
        self.as_slice().header(name)
    }
}

/// Headers from a look-up: for servers that have no `http::HeaderMap`. Names come as the scheme writes them, in any case: the
/// look-up has to take them without regard to it.
///
/// A look-up by name alone can't tell that a header came twice: if yours can, implement [`Headers`].
pub fn header_fn<'h, F: Fn(&str) -> Option<&'h [u8]>>(look_up: F) -> impl Headers {
    struct FromFn<'h, F>(F, std::marker::PhantomData<&'h [u8]>);
    impl<'h, F: Fn(&str) -> Option<&'h [u8]>> Headers for FromFn<'h, F> {
        fn header(&self, name: &str) -> Header<'_> {
            (self.0)(name).map_or(Header::Absent, Header::One)
        }
    }
    FromFn(look_up, std::marker::PhantomData)
}

/// A header that must be there once, as text.
pub(crate) fn required<'h>(headers: &'h (impl Headers + ?Sized), names: &[Name]) -> Result<&'h str, Error> {
    for name in names {
        match headers.header_named(name) {
            Header::Absent => {}
            Header::Many => return Err(Error::DuplicateHeader(name.text())),
            Header::One(value) if value.len() > crate::MAX_HEADER => {
                return Err(Error::MalformedHeader { name: name.text(), why: "is longer than any signature" });
            }
            Header::One(value) => {
                return std::str::from_utf8(value)
                    .map_err(|_| Error::MalformedHeader { name: name.text(), why: "is not text" });
            }
        }
    }
    Err(Error::MissingHeader(names.first().map(Name::text).unwrap_or_default()))
}
