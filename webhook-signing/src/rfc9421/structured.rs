//! Dictionaries of structured fields (RFC 8941): read strictly, written in their only spelling.

use std::fmt::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A value without parameters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Bare {
    Integer(i64),
    /// In thousandths.
    Decimal(i64),
    String(String),
    Token(String),
    Bytes(Vec<u8>),
    Boolean(bool),
}

pub(crate) type Parameters = Vec<(String, Bare)>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) value: Bare,
    pub(crate) parameters: Parameters,
}

/// What a key of a dictionary stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Member {
    Item(Item),
    List(Vec<Item>, Parameters),
}

/// What the RFC wants every reader to take; a little more and comparing all of them with each other would take long.
const MAX_MEMBERS: usize = 1024;
const MAX_PARAMETERS: usize = 256;

/// Members in their order. A key that comes twice is there twice: in a signature's headers, which of the two counts must not
/// be left to the reader.
pub(crate) type Dictionary = Vec<(String, Member)>;

pub(crate) fn dictionary(text: &str) -> Result<Dictionary, &'static str> {
    let mut input = Input(text.as_bytes());
    let mut members = Dictionary::new();
    input.skip(b" ");
    while !input.0.is_empty() {
        let key = input.key()?;
        members.push((key, input.member()?));
        if members.len() > MAX_MEMBERS {
            return Err("has more members than are read");
        }
        input.skip(b" \t");
        if input.0.is_empty() {
            break;
        }
        if !input.eat(b',') {
            return Err("is no dictionary of structured fields");
        }
        input.skip(b" \t");
        if input.0.is_empty() {
            return Err("ends with a comma");
        }
    }
    Ok(members)
}

/// Whether this can be a key.
pub(crate) fn is_key(text: &str) -> bool {
    let mut input = Input(text.as_bytes());
    input.key().is_ok() && input.0.is_empty()
}

/// Whether this can stand in a string.
pub(crate) fn is_string(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b' '..=b'~'))
}

/// What is left to read.
struct Input<'t>(&'t [u8]);

impl<'t> Input<'t> {
    fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        match self.0 {
            [first, rest @ ..] if *first == byte => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    fn skip(&mut self, bytes: &[u8]) {
        self.take(|b| bytes.contains(&b));
    }

    /// As many bytes as are of a kind.
    fn take(&mut self, kind: impl Fn(u8) -> bool) -> &'t [u8] {
        let end = self.0.iter().position(|b| !kind(*b)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken
    }

    fn key(&mut self) -> Result<String, &'static str> {
        if !matches!(self.peek(), Some(b'a'..=b'z' | b'*')) {
            return Err("has no key where one is due");
        }
        Ok(text(self.take(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b'*'))))
    }

    fn member(&mut self) -> Result<Member, &'static str> {
        if !self.eat(b'=') {
            return Ok(Member::Item(Item { value: Bare::Boolean(true), parameters: self.parameters()? }));
        }
        if !self.eat(b'(') {
            return self.item().map(Member::Item);
        }
        let mut items = Vec::new();
        loop {
            self.skip(b" ");
            if self.eat(b')') {
                return Ok(Member::List(items, self.parameters()?));
            }
            items.push(self.item()?);
            if !matches!(self.peek(), Some(b' ' | b')')) {
                return Err("has an inner list that does not end");
            }
        }
    }

    fn item(&mut self) -> Result<Item, &'static str> {
        Ok(Item { value: self.bare()?, parameters: self.parameters()? })
    }

    fn parameters(&mut self) -> Result<Parameters, &'static str> {
        let mut parameters = Parameters::new();
        while self.eat(b';') {
            self.skip(b" ");
            let key = self.key()?;
            let value = if self.eat(b'=') { self.bare()? } else { Bare::Boolean(true) };
            if parameters.iter().any(|(k, _)| *k == key) {
                return Err("has a parameter twice");
            }
            if parameters.len() >= MAX_PARAMETERS {
                return Err("has more parameters than are read");
            }
            parameters.push((key, value));
        }
        Ok(parameters)
    }

    fn bare(&mut self) -> Result<Bare, &'static str> {
        match self.peek() {
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'"') => self.string(),
            Some(b'a'..=b'z' | b'A'..=b'Z' | b'*') => {
                Ok(Bare::Token(text(self.take(|b| is_tchar(b) || matches!(b, b':' | b'/')))))
            }
            Some(b':') => {
                self.eat(b':');
                let encoded = self.take(|b| b != b':');
                if !self.eat(b':') {
                    return Err("has bytes that do not end");
                }
                STANDARD.decode(encoded).map(Bare::Bytes).map_err(|_| "has bytes that are not base64")
            }
            Some(b'?') => {
                self.eat(b'?');
                if self.eat(b'1') {
                    Ok(Bare::Boolean(true))
                } else if self.eat(b'0') {
                    Ok(Bare::Boolean(false))
                } else {
                    Err("has a boolean that is none")
                }
            }
            _ => Err("has no value where one is due"),
        }
    }

    fn number(&mut self) -> Result<Bare, &'static str> {
        const NONE: &str = "has a number that is none";
        let sign = if self.eat(b'-') { -1 } else { 1 };
        let whole = self.take(|b| b.is_ascii_digit());
        let value = |digits: &[u8]| digits.iter().fold(0i64, |n, d| n * 10 + i64::from(d - b'0'));
        if whole.is_empty() {
            return Err(NONE);
        }
        if !self.eat(b'.') {
            return if whole.len() <= 15 { Ok(Bare::Integer(sign * value(whole))) } else { Err(NONE) };
        }
        let fraction = self.take(|b| b.is_ascii_digit());
        let scale = match fraction.len() {
            1 => 100,
            2 => 10,
            3 => 1,
            _ => return Err(NONE),
        };
        if whole.len() > 12 {
            return Err(NONE);
        }
        Ok(Bare::Decimal(sign * (value(whole) * 1000 + value(fraction) * scale)))
    }

    fn string(&mut self) -> Result<Bare, &'static str> {
        self.eat(b'"');
        let mut string = String::new();
        loop {
            string.push_str(&text(self.take(|b| matches!(b, b' '..=b'~') && !matches!(b, b'"' | b'\\'))));
            if self.eat(b'"') {
                return Ok(Bare::String(string));
            }
            if !self.eat(b'\\') {
                return Err("has a string that does not end");
            }
            string.push(if self.eat(b'"') {
                '"'
            } else if self.eat(b'\\') {
                '\\'
            } else {
                return Err("has a string with an unknown escape");
            });
        }
    }
}

/// Bytes of an ASCII kind.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub(crate) fn is_tchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

impl fmt::Display for Bare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(n) => write!(f, "{n}"),
            Self::Decimal(n) => {
                let (sign, n) = (if *n < 0 { "-" } else { "" }, n.unsigned_abs());
                let fraction = format!("{:03}", n % 1000);
                let digits = fraction.trim_end_matches('0');
                write!(f, "{sign}{}.{}", n / 1000, if digits.is_empty() { "0" } else { digits })
            }
            Self::String(text) => {
                f.write_char('"')?;
                for c in text.chars() {
                    if matches!(c, '"' | '\\') {
                        f.write_char('\\')?;
                    }
                    f.write_char(c)?;
                }
                f.write_char('"')
            }
            Self::Token(text) => f.write_str(text),
            Self::Bytes(bytes) => write!(f, ":{}:", STANDARD.encode(bytes)),
            Self::Boolean(value) => f.write_str(if *value { "?1" } else { "?0" }),
        }
    }
}

/// Parameters as they follow their item.
pub(crate) struct Following<'p>(pub(crate) &'p Parameters);

impl fmt::Display for Following<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(key, value)| match value {
            Bare::Boolean(true) => write!(f, ";{key}"),
            value => write!(f, ";{key}={value}"),
        })
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.value, Following(&self.parameters))
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Item(item) => item.fmt(f),
            Self::List(items, parameters) => {
                f.write_char('(')?;
                for (n, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if n == 0 { "" } else { " " })?;
                }
                write!(f, "){}", Following(parameters))
            }
        }
    }
}

/// A dictionary written anew. Of a key that comes twice the last one counts, in the place of the first.
pub(crate) fn rewritten(dictionary: &Dictionary) -> String {
    let mut text = String::new();
    for (n, (key, _)) in dictionary.iter().enumerate() {
        if dictionary.iter().take(n).any(|(k, _)| k == key) {
            continue;
        }
        let Some(member) = last(dictionary, key) else { continue };
        let separator = if text.is_empty() { "" } else { ", " };
        // Writing to a String can't fail.
        let _ = match member {
            Member::Item(Item { value: Bare::Boolean(true), parameters }) => {
                write!(text, "{separator}{key}{}", Following(parameters))
            }
            member => write!(text, "{separator}{key}={member}"),
        };
    }
    text
}

/// The member of a key.
pub(crate) fn last<'d>(dictionary: &'d Dictionary, key: &str) -> Option<&'d Member> {
    dictionary.iter().rev().find(|(k, _)| k == key).map(|(_, member)| member)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_canonical() {
        for (given, written) in [
            ("", ""),
            ("  a=1 ,\tb;x , c=( \"p\"  q;y=?0 );z", "a=1, b;x, c=(\"p\" q;y=?0);z"),
            ("a=007, b=-0, c=1.50, d=-0.5, e=2.0", "a=7, b=0, c=1.5, d=-0.5, e=2.0"),
            (r#"a="q\"\\", b=:aGk=:, c=?1, d=text/x:y"#, r#"a="q\"\\", b=:aGk=:, c, d=text/x:y"#),
            ("a=1, b=2, a=3", "a=3, b=2"),
        ] {
            let written_anew = rewritten(&dictionary(given).unwrap());
            assert_eq!(written_anew, written);
            assert_eq!(rewritten(&dictionary(written).unwrap()), written);
        }
    }

    #[test]
    fn what_is_no_dictionary_is_refused() {
        for text in [
            "a=1,",
            ",a",
            "A=1",
            "a=",
            "a=(",
            "a=(1",
            "a=(1\"x\")",
            "a=(1\t2)",
            "a=\"x",
            "a=\"\\x\"",
            "a=\"\u{e9}\"",
            "a=:aGk:",
            "a=:aGl=:",
            "a=:aGk=",
            "a=?2",
            "a=?",
            "a=1000000000000000",
            "a=1.",
            "a=1.2345",
            "a=1234567890123.0",
            "a=-",
            "a=1 b=2",
            "a;=1",
            "a;x;x",
            "a=@method",
            "a=1;X=2",
        ] {
            assert!(dictionary(text).is_err(), "{text}");
        }
        assert!(dictionary(&"a,".repeat(1024)).is_err_and(|why| why.contains("comma")));
        assert!(dictionary(&"a,".repeat(1025)).is_err_and(|why| why.contains("members")));
        let parameters = |count: usize| (0..count).fold("a".to_owned(), |text, n| format!("{text};p{n}"));
        assert!(dictionary(&parameters(256)).is_ok() && dictionary(&parameters(257)).is_err());
    }
}
