//! Where headers come from, without naming an HTTP library.

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
}

impl<H: Headers + ?Sized> Headers for &H {
    fn header(&self, name: &str) -> Header<'_> {
        (**self).header(name)
    }
}

#[cfg(feature = "http")]
impl Headers for http::HeaderMap {
    fn header(&self, name: &str) -> Header<'_> {
        let mut values = self.get_all(name).iter();
        match (values.next(), values.next()) {
            (None, _) => Header::Absent,
            (Some(value), None) => Header::One(value.as_bytes()),
            (Some(_), Some(_)) => Header::Many,
        }
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
pub(crate) fn required<'h>(
    headers: &'h (impl Headers + ?Sized),
    names: &[std::borrow::Cow<'static, str>],
) -> Result<&'h str, Error> {
    for name in names {
        match headers.header(name) {
            Header::Absent => {}
            Header::Many => return Err(Error::DuplicateHeader(name.clone())),
            Header::One(value) if value.len() > crate::MAX_HEADER => {
                return Err(Error::MalformedHeader { name: name.clone(), why: "is longer than any signature" });
            }
            Header::One(value) => {
                return std::str::from_utf8(value)
                    .map_err(|_| Error::MalformedHeader { name: name.clone(), why: "is not text" });
            }
        }
    }
    Err(Error::MissingHeader(names.first().cloned().unwrap_or_default()))
}
