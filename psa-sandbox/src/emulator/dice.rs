//! Numbers that look random and are the same each time.

/// Some number below `below`, the same each time for the same `seed`, `what` and `id`.
pub(crate) fn dice(seed: u64, what: u64, id: i64, below: u64) -> i64 {
    let mut z = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ what.wrapping_mul(0xD6E8_FEB8_6659_FD93) ^ id as u64;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) % below.max(1)) as i64
}
