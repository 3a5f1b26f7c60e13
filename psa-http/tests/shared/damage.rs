//! Damage to one row of a list, a byte or a token at a time. The tests of this crate and of the clients share it.

use std::ops::Range;

use proptest::prelude::*;
use proptest::sample::Index;

/// What happens to a row.
#[derive(Debug, Clone)]
pub(crate) enum Damage {
    Replace(u8),
    Insert(u8),
    Delete,
    Token(&'static str),
    NoToken,
}

/// Any of them; what breaks JSON comes often.
pub(crate) fn any_damage() -> impl Strategy<Value = Damage> {
    let byte = || prop_oneof![prop::sample::select(b"\"{}[],:\\x\x92\xff\x00\n".to_vec()), any::<u8>()];
    let tokens =
        vec!["\"", "{", "}", "[", "]", ",", ":", "NaN", "-Infinity", "null", "\"x\"", "12", "\"a\":", "\"\\ud83d\""];
    prop_oneof![
        byte().prop_map(Damage::Replace),
        byte().prop_map(Damage::Insert),
        Just(Damage::Delete),
        prop::sample::select(tokens).prop_map(Damage::Token),
        Just(Damage::NoToken),
    ]
}

impl Damage {
    /// The row after it.
    pub(crate) fn done_to(&self, row: &[u8], place: Index) -> Vec<u8> {
        let at = place.index(row.len());
        let token = || place.get(&tokens(row)).clone();
        let (range, instead) = match self {
            Self::Replace(byte) => (at..at + 1, vec![*byte]),
            Self::Insert(byte) => (at..at, vec![*byte]),
            Self::Delete => (at..at + 1, Vec::new()),
            Self::Token(instead) => (token(), instead.as_bytes().to_vec()),
            Self::NoToken => (token(), Vec::new()),
        };
        [&row[..range.start], &instead, &row[range.end..]].concat()
    }
}

/// Where the tokens of a whole row are.
fn tokens(row: &[u8]) -> Vec<Range<usize>> {
    let (mut at, mut found) = (0, Vec::new());
    while at < row.len() {
        let start = at;
        at += 1;
        match row[start] {
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            b'"' => {
                while row[at] != b'"' {
                    at += if row[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            b'{' | b'}' | b'[' | b']' | b',' | b':' => {}
            _ => {
                while at < row.len() && !b"{}[],: \t\r\n\"".contains(&row[at]) {
                    at += 1;
                }
            }
        }
        found.push(start..at);
    }
    found
}
