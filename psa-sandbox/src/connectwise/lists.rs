//! Reading: conditions, order, fields, and both ways of paging with their `Link` texts.

use http::{HeaderValue, header};
use serde_json::{Value, json};

use super::conditions::{self, Expr, Sort};
use super::params::Ask;
use super::quirks::{OpenPoints, Quirks};
use super::refusals::{not_found, refuse};
use super::schema::{Kind, schema};
use super::state::Data;
use super::table::Table;
use super::tables::table;
use super::wire::shown;
use crate::emulator::reply::Reply;
use crate::emulator::row::Row;

/// Rows of a page that nobody asked for.
const DEFAULT_ROWS: usize = 25;
/// The largest page; more is cut without a word.
const MOST_ROWS: usize = 1000;

/// What a path of a resource can be compared with; none: it is not a name that conditions know.
fn sort_of(of: &'static Table, path: &str) -> Option<Sort> {
    let is = |names: &[&str]| names.iter().any(|n| n.eq_ignore_ascii_case(path));
    if is(&["lastUpdated", "dateEntered"]) {
        return Some(Sort::Date);
    }
    if is(&["updatedBy", "enteredBy"]) {
        return Some(Sort::Text);
    }
    let (head, inner) = match path.split_once('/') {
        Some((head, inner)) => (head, Some(inner)),
        None => (path, None),
    };
    if of.unfiltered.iter().any(|m| m.eq_ignore_ascii_case(head)) {
        return None;
    }
    let field = schema(of).named(head).filter(|f| !f.only_written)?;
    match (inner, &field.kind) {
        (None, Kind::Text(_) | Kind::Guid) => Some(Sort::Text),
        (None, Kind::Int(_) | Kind::IdOf(_) | Kind::Float) => Some(Sort::Number),
        (None, Kind::Flag) => Some(Sort::Flag),
        (None, Kind::Date) => Some(Sort::Date),
        (None, Kind::Word(words)) => Some(Sort::Word(words)),
        (None, _) => Some(Sort::Any),
        (Some(inner), Kind::Reference(to)) => within_reference(table(*to), inner),
        // A scalar and a list have nothing inside that conditions know.
        (Some(_), _) => None,
    }
}

/// What a part of a reference can be compared with: only what references show.
fn within_reference(to: &'static Table, part: &str) -> Option<Sort> {
    if part.eq_ignore_ascii_case("id") {
        return Some(Sort::Number);
    }
    let shown = to.shows.iter().find(|(_, shown)| shown.eq_ignore_ascii_case(part));
    let source = shown.map_or(part, |(source, _)| *source);
    if ["name", "summary"].iter().any(|n| n.eq_ignore_ascii_case(part)) {
        return Some(Sort::Text);
    }
    shown?;
    Some(match schema(to).named(source).map(|f| &f.kind) {
        Some(Kind::Int(_) | Kind::Float) => Sort::Number,
        Some(Kind::Flag) => Sort::Flag,
        Some(Kind::Word(words)) => Sort::Word(words),
        _ => Sort::Text,
    })
}

/// Conditions of a record's arrays: each element must fit by itself.
struct Children(Option<Expr>);

impl Children {
    fn fits(&self, row: &Row) -> bool {
        let Some(expr) = &self.0 else { return true };
        row.iter().filter_map(|(name, value)| Some((name, value.as_array()?))).any(|(name, elements)| {
            elements.iter().any(|element| {
                let mut alone = Row::new();
                alone.insert(name.clone(), element.clone());
                expr.fits(&alone)
            })
        })
    }
}

/// Conditions of custom fields: some field must fit.
fn custom_fits(expr: &Option<Expr>, row: &Row) -> bool {
    let Some(expr) = expr else { return true };
    let fields = row.get("customFields").and_then(Value::as_array).into_iter().flatten();
    fields.filter_map(Value::as_object).any(|field| expr.fits(field))
}

/// What narrows a list.
struct Narrowed {
    conditions: Option<Expr>,
    children: Children,
    custom: Option<Expr>,
}

impl Narrowed {
    fn read(table: &'static Table, ask: &Ask<'_>) -> Result<Self, Reply> {
        let bad = |message: String| refuse(400, "ApiFindCondition", message);
        let parse = |name: &str, names: &dyn Fn(&str) -> Option<Sort>| {
            conditions::parse(ask.get(name).unwrap_or_default(), names).map_err(bad)
        };
        let of_field =
            |name: &str| ["caption", "value", "id"].iter().any(|n| n.eq_ignore_ascii_case(name)).then_some(Sort::Any);
        Ok(Self {
            conditions: parse("conditions", &|path| sort_of(table, path))?,
            children: Children(parse("childConditions", &|_| Some(Sort::Any))?),
            custom: parse("customFieldConditions", &of_field)?,
        })
    }

    fn fits(&self, row: &Row) -> bool {
        self.conditions.as_ref().is_none_or(|e| e.fits(row))
            && self.children.fits(row)
            && custom_fits(&self.custom, row)
    }

    fn all(&self) -> bool {
        self.conditions.is_none() && self.children.0.is_none() && self.custom.is_none()
    }
}

/// The rows that a list is about, upwards from `after`, before conditions.
fn candidates<'d>(
    data: &'d Data,
    table: &'static Table,
    ask: &Ask<'_>,
    narrowed: &Narrowed,
    after: i64,
) -> Box<dyn Iterator<Item = (i64, Row)> + 'd> {
    Box::new(stored(data, table, ask, narrowed, after).map(move |(id, row)| (id, data.shown(table, row))))
}

/// The same rows as they are stored.
fn stored<'d>(
    data: &'d Data,
    table: &'static Table,
    ask: &Ask<'_>,
    narrowed: &Narrowed,
    after: i64,
) -> Box<dyn Iterator<Item = (i64, Row)> + 'd> {
    let rows = data.rows(table);
    let dataset = &data.dataset;
    let (most, only) = narrowed.conditions.as_ref().map_or((None, None), Expr::ids);
    if let Some(parent) = ask.parent {
        return Box::new(data.below(table, parent).filter(move |(id, _)| *id > after));
    }
    if let Some(mut only) = only {
        only.sort_unstable();
        only.dedup();
        return Box::new(
            only.into_iter().filter(move |id| *id > after).filter_map(move |id| Some((id, rows.get(dataset, id)?))),
        );
    }
    let recent = narrowed.conditions.as_ref().and_then(Expr::changed_since).is_some_and(|at| at > dataset.anchor());
    if recent {
        // Nothing that was not edited can fit.
        return Box::new(rows.edits().filter(move |(id, _)| *id > after));
    }
    Box::new(rows.above(dataset, after).take_while(move |(id, _)| most.is_none_or(|m| *id <= m)))
}

/// Rows that the login's "My" level shows.
fn visible(row: &Row, ask: &Ask<'_>) -> bool {
    if !ask.mine {
        return true;
    }
    let is = |value: &Value| value.get("identifier").and_then(Value::as_str) == Some(ask.member);
    ["owner", "member", "primarySalesRep", "assignTo", "territoryManager"].iter().filter_map(|m| row.get(*m)).any(is)
        || row.get("resources").and_then(Value::as_str).is_some_and(|r| r.split(',').any(|m| m.trim() == ask.member))
}

pub(super) fn count(data: &Data, table: &'static Table, ask: &Ask<'_>) -> Result<Reply, Reply> {
    let narrowed = Narrowed::read(table, ask)?;
    let fits = |(_, row): &(i64, Row)| visible(row, ask) && narrowed.fits(row);
    let count = if narrowed.all() && !ask.mine {
        stored(data, table, ask, &narrowed, 0).count()
    } else {
        candidates(data, table, ask, &narrowed, 0).filter(fits).count()
    };
    Ok(Reply::json(200, &json!({"count": count})))
}

pub(super) fn list(
    data: &Data,
    table: &'static Table,
    ask: &Ask<'_>,
    quirks: &Quirks,
    open: &OpenPoints,
) -> Result<Reply, Reply> {
    let narrowed = Narrowed::read(table, ask)?;
    let size = ask.int("pageSize").filter(|s| *s > 0).map_or(DEFAULT_ROWS, |s| s as usize).min(MOST_ROWS);
    let fits = |(_, row): &(i64, Row)| visible(row, ask) && narrowed.fits(row);
    let fields = ask.get("fields");
    if ask.forward_only {
        if ask.get("orderBy").is_some() && open.order_refused_forward_only {
            return Err(refuse(400, "ConnectWiseApi", "orderBy is not allowed with forward-only pagination."));
        }
        let after = ask.int("pageId").unwrap_or(0);
        let mut found = candidates(data, table, ask, &narrowed, after).filter(fits);
        let page: Vec<(i64, Row)> = found.by_ref().take(size).collect();
        let more = page.len() == size && found.next().is_some();
        let last = page.last().map(|(id, _)| *id).filter(|_| more);
        let link = last.map(|id| link(ask, &[("pageId", id.to_string()), ("pageSize", size.to_string())], "next"));
        return Ok(answer(page, fields, quirks, &link.unwrap_or_default()));
    }
    let number = ask.int("page").filter(|p| *p > 0).map_or(1, |p| p as usize);
    let order = ask.get("orderBy").unwrap_or("");
    let skip = (number - 1).saturating_mul(size);
    let (page, total) = match order.to_ascii_lowercase().trim() {
        // The last of many: the others need not be made.
        "id desc" if narrowed.all() && !ask.mine && ask.parent.is_none() => {
            let rows = data.rows(table).downwards(&data.dataset).skip(skip).take(size);
            (rows.map(|(id, row)| (id, data.shown(table, row))).collect(), None)
        }
        "" | "id" | "id asc" => {
            let mut found = candidates(data, table, ask, &narrowed, 0).filter(fits).skip(skip);
            let page: Vec<_> = found.by_ref().take(size).collect();
            let total = if narrowed.all() && !ask.mine && ask.parent.is_none() {
                data.rows(table).len(&data.dataset)
            } else {
                skip + page.len() + found.count()
            };
            (page, Some(total))
        }
        _ => {
            let mut rows: Vec<(i64, Row)> = candidates(data, table, ask, &narrowed, 0).filter(fits).collect();
            sort(&mut rows, order);
            let total = rows.len();
            (rows.into_iter().skip(skip).take(size).collect(), Some(total))
        }
    };
    let mut links = Vec::new();
    let to = |page: usize, rel: &str| link(ask, &[("pageSize", size.to_string()), ("page", page.to_string())], rel);
    if number > 1 {
        links.push(to(1, "first"));
        links.push(to(number - 1, "prev"));
    }
    if total.is_some_and(|t| t > skip + size) {
        links.push(to(number + 1, "next"));
        if let Some(total) = total {
            links.push(to(total.div_ceil(size), "last"));
        }
    }
    Ok(answer(page, fields, quirks, &links.join(", ")))
}

/// By several members, the last ones where the first are the same.
fn sort(rows: &mut [(i64, Row)], order: &str) {
    let keys: Vec<(&str, bool)> = order
        .split(',')
        .map(|part| {
            let part = part.trim();
            let (path, way) = part.rsplit_once(' ').unwrap_or((part, "asc"));
            (path.trim(), way.eq_ignore_ascii_case("desc"))
        })
        .collect();
    rows.sort_by(|(_, a), (_, b)| {
        for (path, down) in &keys {
            let (a, b) = (conditions::value_at(a, path), conditions::value_at(b, path));
            let order = match (a, b) {
                (Some(Value::Number(a)), Some(Value::Number(b))) => {
                    a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(std::cmp::Ordering::Equal)
                }
                (a, b) => {
                    a.and_then(Value::as_str).unwrap_or_default().cmp(b.and_then(Value::as_str).unwrap_or_default())
                }
            };
            let order = if *down { order.reverse() } else { order };
            if order != std::cmp::Ordering::Equal {
                return order;
            }
        }
        std::cmp::Ordering::Equal
    });
}

/// As the vendor writes it: a slash before the query, lower-case encoding, and the page last.
fn link(ask: &Ask<'_>, last: &[(&str, String)], rel: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in ask.query.iter().filter(|(n, _)| !last.iter().any(|(l, _)| n.eq_ignore_ascii_case(l))) {
        query.append_pair(name, value);
    }
    for (name, value) in last {
        query.append_pair(name, value);
    }
    let mut encoded = query.finish();
    let mut at = 0;
    while let Some(n) = encoded[at..].find('%') {
        let start = at + n + 1;
        let lower = encoded[start..start + 2].to_ascii_lowercase();
        encoded.replace_range(start..start + 2, &lower);
        at = start + 2;
    }
    format!("<{}/?{encoded}>; rel=\"{rel}\"", ask.address.trim_end_matches('/'))
}

fn answer(page: Vec<(i64, Row)>, fields: Option<&str>, quirks: &Quirks, links: &str) -> Reply {
    let rows: Vec<Value> = page.into_iter().map(|(_, row)| shown(row, fields, quirks)).collect();
    let mut reply = Reply::json(200, &Value::Array(rows));
    // On the last page it is there and empty.
    if let Ok(links) = HeaderValue::from_str(links) {
        reply.headers.insert(header::LINK, links);
    }
    reply
}

/// One record.
pub(super) fn get(data: &Data, table: &'static Table, id: i64, ask: &Ask<'_>, quirks: &Quirks) -> Result<Reply, Reply> {
    match data.below_parent(table, ask.parent, id).filter(|row| visible(row, ask)) {
        Some(row) => Ok(Reply::json(200, &shown(row, ask.get("fields"), quirks))),
        None => Err(not_found(table, id)),
    }
}
