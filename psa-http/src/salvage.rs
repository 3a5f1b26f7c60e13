//! Takes a damaged JSON list apart into its rows, so that damage in one row costs no other row.
//!
//! Strict parsing comes first and pays nothing for this. Only a list that strict parsing refuses is scanned here:
//! leniently inside values (bad bytes, `NaN`, control characters and broken escapes do not matter), strictly in
//! structure. Where a row's structure is broken, the scan looks for the next place from which rows follow each other up
//! to the end of the list. Nested objects can't be mistaken for rows there, because what follows them does not end the
//! list.

use std::ops::Range;

/// Deeper nesting is refused, as `serde_json` does.
const DEPTH: usize = 128;

/// With fewer members, rows differ too much for their members to tell anything.
const TELLING: usize = 8;

/// The rows of a damaged list, and where the list begins and ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salvaged {
    /// The rows in their order. A row whose structure is broken is one range, and so are several such rows in a row.
    pub rows: Vec<Range<usize>>,
    /// What stands around the rows: the members of the envelope.
    around: [Range<usize>; 2],
}

impl Salvaged {
    /// Whether there is a member of this name beside the rows.
    pub fn has(&self, body: &[u8], name: &str) -> bool {
        let quoted = format!("\"{name}\"");
        self.around
            .iter()
            .any(|part| body.get(part.clone()).is_some_and(|part| find(part, quoted.as_bytes()).is_some()))
    }

    /// A whole number beside the rows: the count of an envelope.
    pub fn count(&self, body: &[u8], name: &str) -> Option<u64> {
        self.around.iter().find_map(|part| {
            let part = body.get(part.clone())?;
            let quoted = format!("\"{name}\"");
            let at = find(part, quoted.as_bytes())? + quoted.len();
            let scan = Scan::new(part, false);
            let colon = scan.blank(at);
            let value = (scan.at(colon) == Some(b':')).then(|| scan.blank(colon + 1))?;
            whole_number(part.get(value..scan.end_of_atom(value)?)?).and_then(|n| u64::try_from(n).ok())
        })
    }
}

/// The rows of a bare list: `[{…},{…}]`. None if this is no list that comes to its end.
pub fn bare(body: &[u8]) -> Option<Salvaged> {
    let mut scan = Scan::new(body, false);
    let open = scan.blank(0);
    if scan.at(open) != Some(b'[') {
        return None;
    }
    let (rows, end) = scan.split(open + 1)?;
    Some(Salvaged { rows, around: [0..open, end..body.len()] })
}

/// The rows of an envelope: `{"record_count":2,"tickets":[{…},{…}]}`. They are the member of the first of `names` that
/// is a list, else the only other list that `companion` does not know. None if there is none that comes to its end.
pub fn envelope(body: &[u8], names: &[&str], companion: impl Fn(&str) -> bool) -> Option<Salvaged> {
    let mut scan = Scan::new(body, true);
    let open = scan.blank(0);
    if scan.at(open) != Some(b'{') {
        return None;
    }
    let mut found: Vec<(String, Salvaged)> = Vec::new();
    let mut next = scan.blank(open + 1);
    while let Some((name, value)) = scan.member(next, names) {
        let wanted = names.contains(&name.as_str()) || !companion(&name);
        let rows = scan.at(value) == Some(b'[') && wanted;
        let end = match rows.then(|| scan.split(value + 1)).flatten() {
            Some((rows, end)) => {
                found.push((name, Salvaged { rows, around: [0..value, end..body.len()] }));
                end + 1
            }
            None => match scan.value(value) {
                Some(end) => end,
                // Something beside the rows is damaged: the rows are looked for by their name.
                None => value,
            },
        };
        next = scan.blank(end);
        if scan.at(next) == Some(b',') {
            next = scan.blank(next + 1);
        }
    }
    let named = names.iter().find_map(|name| found.iter().position(|(n, _)| n == name));
    let chosen = named.or_else(|| (found.len() == 1).then_some(0))?;
    Some(found.swap_remove(chosen).1)
}

/// Whether these bytes are one object whose structure is whole, whatever its values hold.
pub fn is_object(bytes: &[u8]) -> bool {
    let mut scan = Scan::new(bytes, false);
    let start = scan.blank(0);
    scan.at(start) == Some(b'{') && scan.value(start).is_some_and(|end| scan.blank(end) == bytes.len())
}

/// A whole number that is a member of a record which may be damaged behind it.
pub fn number(record: &[u8], name: &str) -> Option<i64> {
    let mut scan = Scan::new(record, false);
    let quoted = format!("\"{name}\"");
    let start = scan.blank(0);
    if scan.at(start) != Some(b'{') {
        // The brace is lost; the first member tells at least what it is.
        let head = record.get(..record.len().min(quoted.len() + 24))?;
        let colon = scan.blank(find(head, quoted.as_bytes())? + quoted.len());
        return scan.number_behind(colon);
    }
    let mut next = scan.blank(start + 1);
    let mut last = None;
    loop {
        let Some(colon) = scan.key(next) else { return last };
        if record.get(next..next + quoted.len()) == Some(quoted.as_bytes()) {
            last = scan.number_behind(colon - 1).or(last);
        }
        let Some(end) = scan.value(colon) else { return last };
        next = scan.blank(end);
        if scan.at(next) != Some(b',') {
            return last;
        }
        next = scan.blank(next + 1);
    }
}

fn whole_number(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?.trim_matches('"').trim();
    match text.parse() {
        Ok(number) => Some(number),
        Err(_) => text.parse::<f64>().ok().filter(|n| n.fract() == 0.0 && n.abs() < 9.0e15).map(|n| n as i64),
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len().max(1)).position(|window| window == wanted)
}

/// How a run of rows ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// With the bracket at this place.
    Bracket(usize),
    /// With something at this place that is no whole row.
    Broken(usize),
}

/// What comes behind a whole row.
#[derive(Clone, Copy)]
enum Next {
    /// What should be a row.
    Row(usize),
    /// The bracket that ends the list.
    Bracket(usize),
}

/// Rows that follow each other without damage in their structure.
struct Run {
    rows: Vec<Range<usize>>,
    /// Whether it reaches the end of the list, or begins with it: then its rows are rows for sure.
    sure: bool,
    /// Whether it begins in what the scan of a broken row passed over.
    passed: bool,
}

struct Scan<'a> {
    bytes: &'a [u8],
    envelope: bool,
    /// Where the last token began.
    token: usize,
    /// Where the last broken row can have ended at the earliest, judged by where its scan stopped.
    floor: usize,
    /// Whether the bytes ended before the last row did, or right behind it.
    ran_out: bool,
    /// Bytes that may still be scanned: hostile nesting must not cost more than a multiple of the list.
    left: usize,
}

impl<'a> Scan<'a> {
    fn new(bytes: &'a [u8], envelope: bool) -> Self {
        let left = bytes.len().saturating_mul(64).saturating_add(1 << 20);
        Self { bytes, envelope, token: 0, floor: 0, ran_out: false, left }
    }

    fn at(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    /// The next byte that is not blank.
    fn blank(&self, mut at: usize) -> usize {
        while matches!(self.at(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            at += 1;
        }
        at
    }

    fn spend(&mut self, bytes: usize) -> bool {
        self.left = self.left.saturating_sub(bytes + 1);
        self.left > 0
    }

    /// Behind the text that begins here.
    fn text(&self, at: usize) -> Option<usize> {
        let mut next = at + 1;
        loop {
            match self.at(next)? {
                b'"' => return Some(next + 1),
                b'\\' => next += 2,
                _ => next += 1,
            }
        }
    }

    /// Behind a number, a word or whatever stands for one.
    fn word(&self, at: usize) -> Option<usize> {
        let rest = self.bytes.get(at..)?;
        let ends = |b: &u8| matches!(b, b'{' | b'}' | b'[' | b']' | b'"' | b',' | b':' | b' ' | b'\t' | b'\r' | b'\n');
        let length = rest.iter().position(ends).unwrap_or(rest.len());
        (length > 0).then_some(at + length)
    }

    fn end_of_atom(&self, at: usize) -> Option<usize> {
        if self.at(at) == Some(b'"') { self.text(at) } else { self.word(at) }
    }

    /// Behind the colon of the member whose name begins here.
    fn key(&mut self, at: usize) -> Option<usize> {
        self.token = at;
        if self.at(at) != Some(b'"') {
            return None;
        }
        let colon = self.blank(self.text(at)?);
        (self.at(colon) == Some(b':')).then_some(colon + 1)
    }

    fn number_behind(&self, colon: usize) -> Option<i64> {
        let at = (self.at(colon) == Some(b':')).then(|| self.blank(colon + 1))?;
        let end = self.end_of_atom(at)?;
        let whole = matches!(self.at(self.blank(end)), Some(b',' | b'}'));
        whole.then(|| self.bytes.get(at..end).and_then(whole_number)).flatten()
    }

    /// Behind the value that begins here, blanks before it passed over.
    fn value(&mut self, start: usize) -> Option<usize> {
        let (mut open, mut at): (Vec<u8>, usize) = (Vec::new(), start);
        let end = self.walk(&mut open, &mut at);
        self.ran_out = end.is_none() && !open.is_empty() && at >= self.bytes.len();
        let passed = at.saturating_sub(start);
        self.spend(passed).then_some(end).flatten()
    }

    fn walk(&mut self, open: &mut Vec<u8>, at: &mut usize) -> Option<usize> {
        loop {
            // A value is due.
            *at = self.blank(*at);
            self.token = *at;
            match self.at(*at)? {
                bracket @ (b'{' | b'[') => {
                    let inside = self.blank(*at + 1);
                    if self.at(inside) == Some(closing(bracket)) {
                        *at = inside + 1;
                    } else {
                        open.push(bracket);
                        if open.len() > DEPTH {
                            return None;
                        }
                        *at = if bracket == b'{' { self.key(inside)? } else { inside };
                        continue;
                    }
                }
                b'"' => *at = self.text(*at)?,
                _ => *at = self.word(*at)?,
            }
            // A value is behind us.
            loop {
                let Some(bracket) = open.last().copied() else { return Some(*at) };
                *at = self.blank(*at);
                match self.at(*at)? {
                    b',' if bracket == b'{' => {
                        *at = self.key(self.blank(*at + 1))?;
                        break;
                    }
                    b',' => {
                        *at += 1;
                        break;
                    }
                    close if close == closing(bracket) => {
                        open.pop();
                        *at += 1;
                    }
                    _ => return None,
                }
            }
        }
    }

    /// Whether the body ends here as a list does: nothing comes, or the rest of the envelope.
    fn is_end(&mut self, behind: usize) -> bool {
        let mut at = self.blank(behind);
        if !self.envelope {
            return at == self.bytes.len();
        }
        loop {
            match self.at(at) {
                Some(b'}') => return self.blank(at + 1) == self.bytes.len(),
                Some(b',') => {
                    let name = self.blank(at + 1);
                    let Some(end) = self.key(name).and_then(|value| self.value(value)) else { return false };
                    at = self.blank(end);
                }
                _ => return false,
            }
        }
    }

    /// What comes behind a row that ends here. A lost comma, and one byte too much, are gone over where it is sure that
    /// a row ends here.
    fn follows(&self, end: usize, lenient: bool) -> Option<Next> {
        let next = |at: usize| match self.at(at) {
            Some(b',') => Some(Next::Row(self.blank(at + 1))),
            Some(b']') => Some(Next::Bracket(at)),
            Some(b'{') if lenient => Some(Next::Row(at)),
            _ => None,
        };
        let at = self.blank(end);
        next(at).or_else(|| match self.at(at)? {
            b'}' | b'[' | b'"' => None,
            _ if lenient => next(self.blank(at + 1)),
            _ => None,
        })
    }

    /// The rows from here on, as long as they are whole.
    fn run(&mut self, start: usize, lenient: bool) -> (Vec<Range<usize>>, Stop) {
        let (mut rows, mut at) = (Vec::new(), start);
        loop {
            while self.at(at) == Some(b',') {
                at = self.blank(at + 1);
            }
            match self.at(at) {
                Some(b']') if !rows.is_empty() => return (rows, Stop::Bracket(at)),
                Some(b'{') => {}
                _ => {
                    self.floor = at;
                    self.ran_out = at >= self.bytes.len();
                    return (rows, Stop::Broken(at));
                }
            }
            let Some(end) = self.value(at) else {
                self.floor = self.token.max(at + 1);
                return (rows, Stop::Broken(at));
            };
            let Some(next) = self.follows(end, lenient) else {
                self.floor = end;
                self.ran_out = self.blank(end) >= self.bytes.len();
                return (rows, Stop::Broken(at));
            };
            rows.push(at..end);
            match next {
                Next::Row(next) => at = next,
                Next::Bracket(end) => return (rows, Stop::Bracket(end)),
            }
        }
    }

    /// The rows of the list whose first byte behind the bracket is at `start`, and its closing bracket.
    fn split(&mut self, start: usize) -> Option<(Vec<Range<usize>>, usize)> {
        let first = self.blank(start);
        if self.at(first) == Some(b']') && self.is_end(first + 1) {
            return Some((Vec::new(), first));
        }
        let (rows, stop) = self.run(first, true);
        let (mut at, mut floor) = match stop {
            Stop::Bracket(end) if self.is_end(end + 1) => return Some((rows, end)),
            Stop::Bracket(end) => (end + 1, end + 1),
            // The body was cut: whatever looks like the end of the list is the end of a list inside this row.
            Stop::Broken(_) if self.ran_out => return None,
            Stop::Broken(at) => (at, self.floor),
        };
        let mut runs = vec![Run { rows, sure: true, passed: false }];
        let end = loop {
            if self.left == 0 {
                return None;
            }
            match self.at(at)? {
                b']' if self.is_end(at + 1) => break at,
                b',' => {
                    let row = self.blank(at + 1);
                    let opens = self.at(row) == Some(b'{') && matches!(self.at(self.blank(row + 1)), Some(b'"' | b'}'));
                    if !opens {
                        at += 1;
                        continue;
                    }
                    let passed = row < floor;
                    match self.run(row, false) {
                        (rows, Stop::Bracket(end)) if self.is_end(end + 1) => {
                            runs.push(Run { rows, sure: true, passed });
                            break end;
                        }
                        // A list inside a row.
                        (_, Stop::Bracket(end)) => at = end + 1,
                        (rows, Stop::Broken(broken)) => {
                            at = rows.last().map_or(row + 1, |last| last.end);
                            // Another damaged row may follow; the next member of a row may not.
                            if !rows.is_empty() && self.at(broken) == Some(b'{') && !passed {
                                runs.push(Run { rows, sure: false, passed });
                                floor = self.floor;
                            }
                        }
                    }
                }
                _ => at += 1,
            }
        };
        Some((self.arrange(first, runs, end), end))
    }

    /// The rows of all runs, and what lies between them as damaged rows.
    fn arrange(&mut self, first: usize, runs: Vec<Run>, end: usize) -> Vec<Range<usize>> {
        let sure = runs.iter().find(|run| run.sure && !run.rows.is_empty());
        let model = sure.or_else(|| runs.iter().max_by_key(|run| run.rows.len())).and_then(|run| run.rows.first());
        let names = model.map(|row| self.names(row.start)).unwrap_or_default();
        let mut rows: Vec<Range<usize>> = Vec::new();
        let mut at = first;
        for (n, mut run) in runs.into_iter().enumerate() {
            let Some(head) = run.rows.first().cloned() else { continue };
            if !run.sure && !self.resembles(head.start, &names) {
                continue;
            }
            if n > 0 {
                let own = |row: &Range<usize>| self.name(row.start).as_ref() == names.first();
                let mut skipped = run.rows.iter().position(own).unwrap_or(0);
                // The end of a damaged row can look like a row of its own: it has few of a row's members.
                if skipped == 0
                    && run.passed
                    && names.len() >= TELLING
                    && 4 * self.shared(head.start, &names) < names.len()
                {
                    skipped = run.rows.get(1).map(|row| row.start).is_some_and(|s| self.resembles(s, &names)).into();
                }
                run.rows.drain(..skipped);
            }
            if let Some(head) = run.rows.first() {
                self.damaged(&mut rows, at..head.start);
            }
            at = run.rows.last().map_or(at, |last| last.end);
            rows.append(&mut run.rows);
        }
        self.damaged(&mut rows, at..end);
        rows
    }

    /// Adds what lies between two runs, if there is anything of a row in it.
    fn damaged(&self, rows: &mut Vec<Range<usize>>, between: Range<usize>) {
        let beside = |b: Option<u8>| matches!(b, Some(b' ' | b'\t' | b'\r' | b'\n' | b','));
        let Range { mut start, mut end } = between;
        while start < end && beside(self.at(start)) {
            start += 1;
        }
        while start < end && beside(self.at(end - 1)) {
            end -= 1;
        }
        let part = self.bytes.get(start..end).unwrap_or_default();
        if !part.iter().any(|b| b.is_ascii_alphanumeric() || !b.is_ascii()) {
            return;
        }
        // Members without a brace before them: the row before was closed too early, and is not whole.
        if self.at(start) != Some(b'{')
            && let Some(before) = rows.last().cloned()
            && self.continues(before.start, part)
        {
            rows.pop();
            start = before.start;
        }
        rows.push(start..end);
    }

    /// Whether these bytes go on with the row that begins at `before`, and are not a row that lost its brace.
    fn continues(&self, before: usize, part: &[u8]) -> bool {
        let Some(name) = self.name(before) else { return false };
        if !part.contains(&b':') {
            return false;
        }
        // The name of a row's first member, without the quote that may be what is lost.
        let bare = name.get(1..).unwrap_or_default();
        let head = part.get(..part.len().min(name.len() + 24)).unwrap_or_default();
        let Some(at) = find(head, bare) else { return true };
        let scan = Scan::new(part, false);
        if scan.at(scan.blank(at + bare.len())) != Some(b':') {
            return true;
        }
        let before = part.get(..at).unwrap_or_default();
        let before = before.strip_suffix(b"\"").unwrap_or(before);
        // `"company":{"id":` is the middle of a row.
        before.contains(&b'{') && before.contains(&b':') && before.iter().any(u8::is_ascii_alphanumeric)
    }

    /// The quoted name of the first member of the object that begins here.
    fn name(&self, object: usize) -> Option<Vec<u8>> {
        let at = self.blank(object + 1);
        let end = (self.at(object) == Some(b'{') && self.at(at) == Some(b'"')).then(|| self.text(at)).flatten()?;
        self.bytes.get(at..end).map(<[u8]>::to_vec)
    }

    /// The quoted names of the members of the object that begins here.
    fn names(&mut self, object: usize) -> Vec<Vec<u8>> {
        let mut names = Vec::new();
        let mut at = self.blank(object + 1);
        while let Some(value) = self.key(at) {
            names.extend(self.text(at).and_then(|end| self.bytes.get(at..end)).map(<[u8]>::to_vec));
            let Some(end) = self.value(value) else { break };
            at = self.blank(end);
            if self.at(at) != Some(b',') {
                break;
            }
            at = self.blank(at + 1);
        }
        names
    }

    /// How many of these members an object has.
    fn shared(&mut self, object: usize, names: &[Vec<u8>]) -> usize {
        let own = self.names(object);
        names.iter().filter(|name| own.contains(name)).count()
    }

    /// Whether an object begins as rows do, and has half of their members.
    fn resembles(&mut self, object: usize, names: &[Vec<u8>]) -> bool {
        self.name(object).as_ref() == names.first() && 2 * self.shared(object, names) >= names.len()
    }

    /// The name and the place of the value of the member that begins here; if that can't be read, of the next list that
    /// has one of these names.
    fn member(&mut self, at: usize, names: &[&str]) -> Option<(String, usize)> {
        if self.at(at) == Some(b'}') || at >= self.bytes.len() {
            return None;
        }
        if let Some(value) = self.key(at) {
            let name = self.text(at).and_then(|end| self.bytes.get(at + 1..end - 1)).unwrap_or_default();
            return Some((String::from_utf8_lossy(name).into_owned(), self.blank(value)));
        }
        let rest = self.bytes.get(at..)?;
        names.iter().find_map(|name| {
            let quoted = format!("\"{name}\"");
            let colon = self.blank(at + find(rest, quoted.as_bytes())? + quoted.len());
            let value = self.blank(colon + 1);
            (self.at(colon) == Some(b':') && self.at(value) == Some(b'[')).then(|| ((*name).to_owned(), value))
        })
    }
}

fn closing(bracket: u8) -> u8 {
    if bracket == b'{' { b'}' } else { b']' }
}

#[cfg(test)]
mod tests;
