//! The `Link` header (RFC 8288): several lines, several links a line, parameters quoted or not, in any case.

use std::borrow::Cow;

use http::{HeaderMap, header};

/// One link of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it leads, as it stands between the brackets.
    pub target: String,
    /// Its relations in lower case: `next`, `last`.
    pub relations: Vec<String>,
}

impl Link {
    /// Whether it has this relation.
    pub fn is(&self, relation: &str) -> bool {
        self.relations.iter().any(|own| own == relation)
    }

    /// A parameter of the target's query, its name in any case.
    pub fn query(&self, name: &str) -> Option<Cow<'_, str>> {
        let (_, query) = self.target.split_once('?')?;
        let query = query.split('#').next().unwrap_or(query);
        url::form_urlencoded::parse(query.as_bytes())
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

/// All links of an answer, in their order. What can't be read is left out.
pub fn links(headers: &HeaderMap) -> Vec<Link> {
    let lines = headers.get_all(header::LINK).iter();
    lines.flat_map(|line| read(&String::from_utf8_lossy(line.as_bytes()))).collect()
}

fn read(line: &str) -> Vec<Link> {
    let mut links = Vec::new();
    let mut rest = line;
    // Addresses may hold commas: only the brackets divide.
    while let Some((target, behind)) = rest.split_once('<').and_then(|(_, behind)| behind.split_once('>')) {
        let mut relations = None;
        rest = behind;
        loop {
            rest = rest.trim_start();
            let Some(parameter) = rest.strip_prefix(';') else { break };
            let parameter = parameter.trim_start();
            let end = parameter.find(['=', ';', ',', ' ', '\t']).unwrap_or(parameter.len());
            let (name, behind) = parameter.split_at(end);
            let behind = behind.trim_start();
            let (value, behind) = match behind.strip_prefix('=') {
                Some(value) => text(value.trim_start()),
                None => (String::new(), behind),
            };
            // The first one counts.
            if name.eq_ignore_ascii_case("rel") && relations.is_none() {
                relations = Some(value.split_ascii_whitespace().map(str::to_ascii_lowercase).collect());
            }
            rest = behind;
        }
        links.push(Link { target: target.trim().to_owned(), relations: relations.unwrap_or_default() });
    }
    links
}

/// A value, and what comes behind it.
fn text(value: &str) -> (String, &str) {
    let Some(quoted) = value.strip_prefix('"') else {
        let end = value.find([';', ',', '<']).unwrap_or(value.len());
        let (token, behind) = value.split_at(end);
        return (token.trim_end().to_owned(), behind);
    };
    let mut text = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (text, quoted.get(at + 1..).unwrap_or_default()),
            '\\' => text.extend(characters.next().map(|(_, escaped)| escaped)),
            other => text.push(other),
        }
    }
    // No closing quote: there is nothing behind it.
    (text, "")
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn of(lines: &[&'static str]) -> Vec<Link> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::LINK, HeaderValue::from_static(line));
        }
        links(&headers)
    }

    fn next(lines: &[&'static str]) -> Option<String> {
        of(lines).into_iter().find(|link| link.is("next")).and_then(|link| link.query("pageId").map(Cow::into_owned))
    }

    #[test]
    fn the_next_page_is_found_however_the_link_is_written() {
        for lines in [
            &["<https://h/x?pageSize=5&pageId=7>; rel=\"next\""][..],
            &["<https://h/x?pageSize=5&pageid=7>;rel=next"],
            &["<https://h/x?pageId=7> ; title=\"a, b; rel=last\" ; REL = \"Next\""],
            &["</app.css>; rel=preload; as=style", "<https://h/x?pageId=7>; rel=\"next\""],
            &["<https://h/x?page=1>; rel=\"first\", <https://h/x?a=1,2&pageId=7>; rel=\"next\""],
            &["<https://h/x?pageId=7>; rel=\"prefetch next\"; rel=\"first\""],
            &[
                "<https://h/x?page=1>; rel=\"first\",<https://h/x?pageId=7>; rel=\"next\",<https://h/x?page=9>; rel=\"last\"",
            ],
            &["<https://h/x?pageId=7>; crossorigin; rel=\"next\""],
            &["<https://h/x?pageId=7#top>; title=\"say \\\"hi\\\"\"; rel=\"next\""],
        ] {
            assert_eq!(next(lines).as_deref(), Some("7"), "{lines:?}");
        }
    }

    #[test]
    fn other_links_are_no_next_page() {
        for lines in [&[""][..], &[], &["garbage; rel=next"], &["</app.css>; rel=preload"], &["<https://h/x?pageId=7>"]]
        {
            assert_eq!(next(lines), None, "{lines:?}");
        }
        assert_eq!(next(&["<https://h/x?pageId=7>; rel=\"last\"; title=\"rel=next\""]), None);
    }

    proptest! {
        #[test]
        fn foreign_headers_never_panic(line in "[<>;,=\"\\\\ a-zäπ]{0,60}") {
            let _ = read(&line);
        }
    }
}
