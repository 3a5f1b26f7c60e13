//! The text that a signature is over.

use crate::Error;
use crate::rfc9421::component::Component;
use crate::rfc9421::request::Request;
use crate::rfc9421::structured::{self, Bare, Member, Parameters};
use crate::rfc9421::{INPUT, MAX_COMPONENTS, combined, malformed};

/// The components and parameters of one signature: a member of Signature-Input.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) components: Vec<Component>,
    pub(crate) parameters: Parameters,
}

impl Input {
    /// Nothing but what the RFC allows: no component twice, none that requests do not have.
    pub(crate) fn new(components: Vec<Component>, parameters: Parameters) -> Result<Self, Error> {
        if components.len() > MAX_COMPONENTS {
            return Err(malformed(INPUT, "covers more components than are read"));
        }
        for (n, component) in components.iter().enumerate() {
            if components.iter().take(n).any(|before| before.same(component)) {
                return Err(malformed(INPUT, "covers a component twice"));
            }
        }
        Ok(Self { components, parameters })
    }

    /// As it stands in Signature-Input, and in the last line of the base: written anew, as spaces may have changed on the way.
    pub(crate) fn member(&self) -> Member {
        Member::List(self.components.iter().map(Component::item).collect(), self.parameters.clone())
    }

    pub(crate) fn base(&self, request: &Request<'_>) -> Result<String, Error> {
        let mut base = String::new();
        for component in &self.components {
            base.push_str(&component.item().to_string());
            base.push_str(": ");
            base.push_str(&value(component, request)?);
            base.push('\n');
        }
        base.push_str("\"@signature-params\": ");
        base.push_str(&self.member().to_string());
        Ok(base)
    }
}

fn value(component: &Component, request: &Request<'_>) -> Result<String, Error> {
    let missing = || Error::ComponentMissing(component.to_string());
    match component.name.as_str() {
        "@method" => Ok(request.method.to_owned()),
        "@target-uri" => Ok(request.target_uri()),
        "@authority" => Ok(request.authority()),
        "@scheme" => Ok(request.scheme()),
        "@request-target" => Ok(request.request_target()),
        "@path" => Ok(request.path().to_owned()),
        "@query" => Ok(request.query()),
        "@query-param" => {
            let [(_, Bare::String(name))] = component.parameters.as_slice() else { return Err(missing()) };
            let mut values = request.query_parameters(name).into_iter();
            match (values.next(), values.next()) {
                (None, _) => Err(missing()),
                (Some(value), None) => Ok(value),
                // Which of them counts is for every reader of a query to decide.
                (Some(_), Some(_)) => Err(malformed(INPUT, "covers a parameter that the query has more than once")),
            }
        }
        _ => header(component, request)?.ok_or_else(missing),
    }
}

fn header(component: &Component, request: &Request<'_>) -> Result<Option<String>, Error> {
    let name = component.name.as_str();
    let mut member = None;
    let mut strict = false;
    for (key, value) in &component.parameters {
        match (key.as_str(), value) {
            ("bs", _) => return bytes(request, name),
            ("key", Bare::String(key)) => member = Some(key),
            ("sf", _) => strict = true,
            // Trailers are not known before the body was read, and nobody gives them to us.
            _ => return Ok(None),
        }
    }
    let Some(whole) = combined(request.fields, name)? else { return Ok(None) };
    if member.is_none() && !strict {
        return Ok(Some(whole));
    }
    if member.is_none() && !is_dictionary(name) {
        return Err(malformed(INPUT, "wants a header in strict spelling whose structure is not known here"));
    }
    let dictionary = structured::dictionary(&whole).map_err(|why| malformed(name.to_owned(), why))?;
    Ok(match member {
        Some(key) => structured::last(&dictionary, key).map(ToString::to_string),
        None => Some(structured::rewritten(&dictionary)),
    })
}

/// Each line of a header on its own, as bytes.
fn bytes(request: &Request<'_>, name: &str) -> Result<Option<String>, Error> {
    let mut whole = Vec::new();
    let mut length = 0;
    for line in request.fields.values(name) {
        // An empty line counts, too.
        length += line.len() + 1;
        if length > crate::MAX_HEADER {
            return Err(malformed(name.to_owned(), "is longer than is read"));
        }
        // Folds are taken out as everywhere; bytes above ASCII are what this form is for.
        let line = match super::unfolded(line) {
            Ok(text) => text.as_bytes().to_vec(),
            Err(_) if line.contains(&b'\r') || line.contains(&b'\n') => {
                return Err(malformed(name.to_owned(), "has a line break in it"));
            }
            Err(_) => {
                let text = |b: &u8| !matches!(b, b' ' | b'\t');
                let from = line.iter().position(text).unwrap_or(line.len());
                let to = line.iter().rposition(text).map_or(from, |last| last + 1);
                line.get(from..to).unwrap_or_default().to_vec()
            }
        };
        whole.push(Bare::Bytes(line).to_string());
    }
    Ok((!whole.is_empty()).then(|| whole.join(", ")))
}

/// Headers that are known to be dictionaries.
fn is_dictionary(name: &str) -> bool {
    matches!(
        name,
        "content-digest"
            | "repr-digest"
            | "want-content-digest"
            | "want-repr-digest"
            | "signature"
            | "signature-input"
            | "accept-signature"
            | "priority"
    )
}
