//! References: filled from what the tenant has, and refused where there is no such record or it is another owner's.

use serde_json::{Value, json};

use super::checks::Faults;
use super::resource::Resource;
use super::schema::{Field, Kind, schema};
use super::state::{Data, id_of, parent_of};
use super::table::{Belongs, Table};
use super::tables::table;
use crate::emulator::row::{Row, number};

/// What a record is called by where another one refers to it.
fn name_of(row: &Row) -> Option<Value> {
    let text = |name: &str| row.get(name).filter(|v| v.is_string()).cloned();
    let of = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
    let person = format!("{} {}", of("firstName"), of("lastName")).trim().to_owned();
    text("name")
        .or_else(|| text("description"))
        // People have titles too.
        .or_else(|| Some(person).filter(|p| !p.is_empty()).map(Value::from))
        .or_else(|| text("title"))
        .or_else(|| row.get("probability").filter(|v| v.is_number()).map(|n| n.to_string().into()))
}

/// A reference to a row, as the vendor shows it.
pub(super) fn reference_to(to: &Table, row: &Row) -> Value {
    let mut reference = Row::new();
    let id = row.get("id").cloned().unwrap_or(Value::Null);
    if let Some(summary) = row.get("summary") {
        reference.insert("summary".into(), summary.clone());
    } else if let Some(name) = name_of(row) {
        reference.insert("name".into(), name);
    }
    for (member, shown) in to.shows {
        if let Some(value) = row.get(*member) {
            reference.insert((*shown).to_owned(), value.clone());
        }
    }
    let mut info = Row::new();
    if !to.path.is_empty() {
        let above = parent_of(to, row).unwrap_or_default().to_string();
        let path = to.path.replace("{parent}", &above);
        let href = format!("https://sandbox.example/v2025_1//apis/3.0/{path}/{id}");
        info.insert(format!("{}_href", to.singular), href.into());
    }
    reference.insert("id".into(), id);
    reference.insert("_info".into(), info.into());
    reference.into()
}

/// A reference to the record with this id, if there is one.
pub(super) fn link(data: &Data, to: &'static Table, id: i64) -> Option<Value> {
    Some(reference_to(to, &data.get(to, id)?))
}

/// The id of a record that a rule is about: of the one that a member names, or of the record itself.
fn owner_of(row: &Row, rule: &Belongs) -> Option<i64> {
    id_of(row, if rule.of.is_empty() { "id" } else { rule.of })
}

/// The row that a reference names, and by what; none: it names nothing.
fn named(
    data: &Data,
    to: &'static Table,
    reference: &Row,
    owner: Option<(i64, &Belongs)>,
) -> Option<(&'static str, Value, Option<Row>)> {
    let given = |name: &str| reference.get(name).filter(|v| !v.is_null()).cloned();
    let (by, wanted) = ["id", "identifier", "name", "summary"].into_iter().find_map(|n| Some((n, given(n)?)))?;
    if by == "id" {
        let found = number(&wanted).and_then(|id| data.get(to, id));
        return Some((by, wanted, found));
    }
    // By another word than the id it is one of the owner's, where there is one.
    let shown = to.shows.iter().find(|(_, shown)| *shown == by).map(|(source, _)| *source);
    let is = |row: &Row| {
        let value = if by == "identifier" { row.get(shown.unwrap_or(by)).cloned() } else { name_or_summary(row) };
        let same = match (&value, &wanted) {
            (Some(Value::String(a)), Value::String(b)) => a.eq_ignore_ascii_case(b),
            (value, wanted) => value.as_ref() == Some(wanted),
        };
        same && owner.is_none_or(|(id, rule)| id_of(row, rule.by) == Some(id))
    };
    let found = match owner {
        Some((id, _)) if to.parent.is_some() => data.below(to, id).map(|(_, row)| row).find(is),
        _ => data.rows(to).above(&data.dataset, 0).map(|(_, row)| row).find(is),
    };
    Some((by, wanted, found))
}

fn name_or_summary(row: &Row) -> Option<Value> {
    row.get("summary").cloned().or_else(|| name_of(row))
}

/// Fills one reference that came with an id, an identifier or a name; a fault if it names no record.
fn fill(
    data: &Data,
    to: &'static Table,
    reference: &Value,
    rule: Option<&Belongs>,
    row: &Row,
) -> Result<Option<Value>, (String, &'static str)> {
    let Some(given) = reference.as_object() else { return Ok(Some(reference.clone())) };
    let owner = rule.and_then(|rule| Some((owner_of(row, rule)?, rule)));
    let Some((by, wanted, found)) = named(data, to, given, owner) else { return Ok(None) };
    match found {
        Some(found) => Ok(Some(reference_to(to, &schema(to).complete(found)))),
        None => {
            let shown = wanted.as_str().map_or_else(|| wanted.to_string(), str::to_owned);
            let of_owner = owner.filter(|_| by != "id").map_or_else(String::new, |(id, rule)| whose(rule, id));
            Err((format!("{} {shown} not found{of_owner}", to.title()), by))
        }
    }
}

/// ` for Service Board 21`.
fn whose(rule: &Belongs, id: i64) -> String {
    let above = match rule.of {
        "board" => table(Resource::Boards),
        "project" | "projectId" => table(Resource::Projects),
        _ => table(Resource::Companies),
    };
    format!(" for {} {id}", above.title())
}

/// Fills the references of a record, and refuses those that are new and name nothing. What was stored before may dangle:
/// the vendor removes records that others refer to.
pub(super) fn resolve(data: &Data, table: &'static Table, row: &mut Row, before: Option<&Row>, faults: &mut Faults) {
    // Owners first: what belongs to them is looked for among theirs.
    let owned = |field: &&Field| table.belongs.iter().any(|rule| rule.member == field.name);
    let fields = &schema(table).fields;
    let (dependent, free): (Vec<&Field>, Vec<&Field>) = fields.iter().partition(owned);
    for field in free.into_iter().chain(dependent) {
        let Some(value) = row.get(field.name) else { continue };
        if before.is_some_and(|b| b.get(field.name) == Some(value)) {
            continue;
        }
        let rule = table.belongs.iter().find(|rule| rule.member == field.name);
        let stale = |id: Option<i64>| id.is_some() && before.and_then(|b| id_of(b, field.name)) == id;
        match &field.kind {
            Kind::Reference(to) => {
                let to = self::table(*to);
                match fill(data, to, value, rule, row) {
                    Ok(Some(filled)) => {
                        row.insert(field.name.to_owned(), filled);
                    }
                    Ok(None) => {
                        row.remove(field.name);
                    }
                    Err(_) if stale(id_of(row, field.name)) => {}
                    Err((message, by)) => faults.add("NotFound", &message, &format!("{}/{by}", field.name)),
                }
            }
            Kind::References(to) => {
                let to = self::table(*to);
                let mut filled = Vec::new();
                for element in value.as_array().into_iter().flatten() {
                    match fill(data, to, element, rule, row) {
                        Ok(element) => filled.extend(element),
                        Err((message, by)) => faults.add("NotFound", &message, &format!("{}/{by}", field.name)),
                    }
                }
                row.insert(field.name.to_owned(), filled.into());
            }
            Kind::IdOf(to) => {
                let to = self::table(*to);
                // Zero is none.
                let id = number(value).filter(|id| *id != 0);
                if let Some(id) = id.filter(|id| data.get(to, *id).is_none()) {
                    faults.add("NotFound", &format!("{} {id} not found", to.title()), field.name);
                }
            }
            _ => {}
        }
    }
}

/// What the owner of a rule would have instead: its default, if it has one.
fn default_of(data: &Data, to: &'static Table, owner: i64) -> Option<Value> {
    let is_default = |(_, row): &(i64, Row)| {
        ["defaultFlag", "primaryAddressFlag"].iter().any(|flag| row.get(*flag) == Some(&json!(true)))
    };
    data.below(to, owner).find(is_default).map(|(_, row)| reference_to(to, &row))
}

/// Refuses references to what belongs to another owner: a site of another company, a status of another board. Only those
/// are looked at of which either side is new.
pub(super) fn belong(data: &Data, table: &'static Table, row: &mut Row, before: Option<&Row>, faults: &mut Faults) {
    for rule in table.belongs {
        let (id, owner) = (id_of(row, rule.member), owner_of(row, rule));
        let (Some(id), Some(owner)) = (id, owner) else { continue };
        let same_member = before.is_some_and(|b| id_of(b, rule.member) == Some(id));
        let same_owner = before.is_some_and(|b| owner_of(b, rule) == Some(owner));
        if (same_member && same_owner) || faults.concern(rule.member) || faults.concern(rule.of) {
            continue;
        }
        let Some(Kind::Reference(to)) = schema(table).field(rule.member).map(|f| &f.kind) else { continue };
        let to = self::table(*to);
        let Some(found) = data.get(to, id) else { continue };
        if id_of(&found, rule.by) == Some(owner) {
            continue;
        }
        if rule.follows && same_member {
            match default_of(data, to, owner) {
                Some(default) => row.insert(rule.member.to_owned(), default),
                None => row.remove(rule.member),
            };
            continue;
        }
        let message = format!("{} {id} not found{}", to.title(), whose(rule, owner));
        faults.add("NotFound", &message, &format!("{}/id", rule.member));
    }
}
