use std::fmt;

use crate::Error;
use crate::rfc9421::structured::{Bare, Following, Item, Parameters, is_tchar};
use crate::rfc9421::{INPUT, malformed, request};

/// A part of a request that is signed: `"@method".into()`, `"content-type".into()`, or one of the special forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    pub(crate) name: String,
    pub(crate) parameters: Parameters,
}

impl Component {
    /// A header by its name, or a derived component: `@method`, `@target-uri`, `@authority`, `@scheme`, `@request-target`,
    /// `@path`, `@query`.
    pub fn new(name: impl Into<String>) -> Self {
        let mut name = name.into();
        name.make_ascii_lowercase();
        Self { name, parameters: Parameters::new() }
    }

    /// One parameter of the query, by its decoded name. It can be signed if it is there once.
    pub fn query_param(name: &str) -> Self {
        Self::new("@query-param").with("name", Bare::String(request::encode(name)))
    }

    /// One member of a header that is a dictionary: `Component::new("content-digest").key("sha-256")`.
    #[must_use]
    pub fn key(self, key: impl Into<String>) -> Self {
        self.with("key", Bare::String(key.into()))
    }

    /// The bytes of each line of the header, for those whose lines can't be joined.
    #[must_use]
    pub fn bytes(self) -> Self {
        self.with("bs", Bare::Boolean(true))
    }

    fn with(mut self, key: &str, value: Bare) -> Self {
        self.parameters.retain(|(k, _)| k != key);
        self.parameters.push((key.to_owned(), value));
        self
    }

    /// What is named in an inner list.
    pub(crate) fn of(item: Item) -> Result<Self, Error> {
        let Bare::String(name) = item.value else {
            return Err(malformed(INPUT, "names a component otherwise than by a string"));
        };
        Self { name, parameters: item.parameters }.checked()
    }

    /// Itself if requests can have such a one.
    pub(crate) fn checked(self) -> Result<Self, Error> {
        let flag = |value: &Bare| *value == Bare::Boolean(true);
        let text = |value: &Bare| matches!(value, Bare::String(_));
        let names = |name: &str| self.parameters.iter().any(|(key, _)| key == name);
        match self.name.as_str() {
            "@method" | "@target-uri" | "@authority" | "@scheme" | "@request-target" | "@path" | "@query" => {
                if !self.parameters.is_empty() {
                    return Err(malformed(INPUT, "gives a derived component a parameter it can't have"));
                }
            }
            "@query-param" => {
                if !matches!(self.parameters.as_slice(), [(key, value)] if key == "name" && text(value)) {
                    return Err(malformed(INPUT, "does not name the parameter of the query"));
                }
            }
            name => {
                if name.is_empty() || !name.bytes().all(|b| is_tchar(b) && !b.is_ascii_uppercase()) {
                    return Err(malformed(INPUT, "names a component that requests do not have"));
                }
                let known = self.parameters.iter().all(|(key, value)| match key.as_str() {
                    "sf" | "bs" | "tr" => flag(value),
                    "key" => text(value),
                    _ => false,
                });
                if !known || names("bs") && (names("sf") || names("key")) {
                    return Err(malformed(INPUT, "gives a header a parameter it can't have"));
                }
            }
        }
        Ok(self)
    }

    /// Whether both are the same; the order of parameters does not count.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.name == other.name
            && self.parameters.len() == other.parameters.len()
            && self.parameters.iter().all(|parameter| other.parameters.contains(parameter))
    }

    /// Whether nothing of `wanted` can be changed without changing this.
    pub(crate) fn covers(&self, wanted: &Self) -> bool {
        let whole = |(key, _): &(String, Bare)| matches!(key.as_str(), "sf" | "bs");
        let is_header = !wanted.name.starts_with('@');
        self.same(wanted)
            || is_header
                && self.name == wanted.name
                && wanted.parameters.iter().all(|(key, _)| matches!(key.as_str(), "sf" | "key"))
                && self.parameters.iter().all(whole)
    }

    /// As it stands in an inner list.
    pub(crate) fn item(&self) -> Item {
        Item { value: Bare::String(self.name.clone()), parameters: self.parameters.clone() }
    }
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.name, Following(&self.parameters))
    }
}

impl<N: Into<String>> From<N> for Component {
    fn from(name: N) -> Self {
        Self::new(name)
    }
}
