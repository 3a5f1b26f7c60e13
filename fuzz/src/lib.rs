//! What the targets share: how an input is cut into parts, and how a signed message is changed.

use arbitrary::{Arbitrary, Result, Unstructured};

/// What ends a [`Piece`]: a byte that no UTF-8 text has.
const END: u8 = 0xff;

/// A part of an input, up to the next `0xff` or the end; as the last field, all that is left.
///
/// Lengths are nowhere, so a mutation of one part leaves the others what they were, and `seed` can write inputs by hand.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a>(pub &'a [u8]);

impl<'a> Piece<'a> {
    /// As text, where it is one.
    pub fn text(self) -> Option<&'a str> {
        std::str::from_utf8(self.0).ok()
    }
}

impl<'a> Arbitrary<'a> for Piece<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let rest = u.peek_bytes(u.len()).unwrap_or_default();
        let piece = u.bytes(rest.iter().position(|b| *b == END).unwrap_or(rest.len()))?;
        if !u.is_empty() {
            u.bytes(1)?;
        }
        Ok(Self(piece))
    }

    fn arbitrary_take_rest(u: Unstructured<'a>) -> Result<Self> {
        Ok(Self(u.take_rest()))
    }
}

/// One small change of a text or of bytes.
#[derive(Debug, Clone, Copy, Arbitrary)]
pub struct Change {
    kind: u8,
    at: u16,
    byte: u8,
}

impl Change {
    /// The bytes with a bit flipped, a byte put in or one taken out: never the same as before.
    pub fn of(self, bytes: &[u8]) -> Vec<u8> {
        let mut changed = bytes.to_vec();
        let at = usize::from(self.at);
        match self.kind % 3 {
            0 if !bytes.is_empty() => changed[at % bytes.len()] ^= 1 << (self.byte % 8),
            1 if !bytes.is_empty() => drop(changed.remove(at % bytes.len())),
            _ => changed.insert(at % (bytes.len() + 1), self.byte),
        }
        changed
    }

    /// A bit of the bytes flipped; none has to be there.
    pub fn flip(self, bytes: &[u8]) -> Vec<u8> {
        if bytes.is_empty() { vec![self.byte] } else { Self { kind: 0, ..self }.of(bytes) }
    }

    /// A number for whatever else is to vary.
    pub fn number(self) -> u16 {
        self.at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Arbitrary)]
    struct Input<'a> {
        number: u16,
        first: Piece<'a>,
        second: Piece<'a>,
        rest: Piece<'a>,
    }

    #[test]
    fn parts_are_where_seeds_put_them() {
        let bytes = b"\x02\x01one\xfftwo\xffrest\xff\xff";
        let input = Input::arbitrary_take_rest(Unstructured::new(bytes)).unwrap();
        assert_eq!(input.number, 0x0102);
        assert_eq!((input.first.0, input.second.0, input.rest.0), (&b"one"[..], &b"two"[..], &b"rest\xff\xff"[..]));
        let short = Input::arbitrary_take_rest(Unstructured::new(b"\0\0one")).unwrap();
        assert_eq!((short.first.text(), short.second.0, short.rest.0), (Some("one"), &b""[..], &b""[..]));
    }

    #[test]
    fn a_change_changes() {
        for (kind, at, byte) in (0..=255).flat_map(|k| [(k, 0, 0), (k, 7, 255), (k, u16::MAX, 9)]) {
            let change = Change { kind, at, byte };
            for bytes in [&b""[..], b"a", b"aaaa", &[0; 300]] {
                assert_ne!(change.of(bytes), bytes);
                assert_ne!(change.flip(bytes), bytes);
            }
        }
    }
}
