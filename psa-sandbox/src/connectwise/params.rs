//! What a request asks: conditions, pages, fields.

/// What a list is asked.
pub(super) struct Ask<'a> {
    /// Names without regard to case.
    pub(super) query: &'a [(String, String)],
    pub(super) forward_only: bool,
    /// The address without its query, for links.
    pub(super) address: String,
    pub(super) parent: Option<i64>,
    /// The login sees only its own rows of these modules.
    pub(super) mine: bool,
    pub(super) member: &'a str,
}

impl Ask<'_> {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str()).filter(|v| !v.is_empty())
    }

    pub(super) fn int(&self, name: &str) -> Option<i64> {
        self.get(name)?.trim().parse().ok()
    }
}

/// For lists below a record that have only references to the rows of another table: these conditions beside the caller's, and
/// no other fields.
pub(super) fn narrowed<T>(ask: &Ask<'_>, conditions: String, fields: &str, then: impl FnOnce(&Ask<'_>) -> T) -> T {
    let of_caller = |name: &str| !["conditions", "fields"].iter().any(|own| name.eq_ignore_ascii_case(own));
    let mut query: Vec<_> = ask.query.iter().filter(|(name, _)| of_caller(name)).cloned().collect();
    let narrowed = match ask.get("conditions") {
        Some(more) => format!("{conditions} and ({more})"),
        None => conditions,
    };
    query.push(("conditions".to_owned(), narrowed));
    query.push(("fields".to_owned(), fields.to_owned()));
    then(&Ask { query: &query, address: ask.address.clone(), parent: None, ..*ask })
}
