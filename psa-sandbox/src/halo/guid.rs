//! GUIDs, made from numbers.

/// The GUID of a number.
pub(super) fn guid(n: u64) -> String {
    format!("{:08x}-0000-4000-8000-{:012x}", n as u32, n)
}

/// Whether a text is a GUID and nothing else.
pub(super) fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|g| g.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|g| g.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_guid_is_a_guid() {
        assert!(is_guid("00000063-0000-4000-8000-000000000063"));
        for other in
            ["not-a-number", "63", "00000063-0000-4000-8000-00000000006g", "{00000063-0000-4000-8000-000000000063}"]
        {
            assert!(!is_guid(other), "{other}");
        }
    }
}
