//! Writing clients, sites and users.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::custom_fields;
use super::fields::schema;
use super::quirks::Quirks;
use super::references::{self, Place};
use super::refusals::rule;
use super::resource::Resource;
use super::sent::Sent;
use super::state::Data;
use super::table::{Answers, Home, Table};
use super::wire;
use crate::emulator::reply::Reply;
use crate::emulator::row::{Row, number, row};

/// Creates or updates one client, site or user.
pub(super) fn save(
    data: &mut Data,
    table: &Table,
    item: Sent,
    now: DateTime<Utc>,
    quirks: &Quirks,
) -> Result<Row, Reply> {
    let id = item.id;
    let new = id == 0;
    let members = schema(table.endpoint.name);
    let resource = table.resource;
    let before = data.get(resource, id);
    if !new && before.is_none() {
        return Err(Reply::empty(404));
    }
    let mut sent = members.accept(item.members, quirks)?;
    let named = sent.get("name").map(|name| name.as_str().is_some_and(|name| !name.trim().is_empty()));
    if named == Some(false) || (new && named.is_none()) {
        return Err(rule("A Name must be entered"));
    }
    let has = |member: &str| sent.get(member).and_then(number).is_some_and(|id| id > 0);
    if new && table.answers == Answers::Users && !has("site_id") && !has("client_id") {
        return Err(rule("A Site must be selected for this User"));
    }
    if new && table.answers == Answers::Sites && !has("client_id") {
        return Err(rule("A Client must be selected for this Site"));
    }
    references::check(members, &mut sent, data)?;
    let before = before.unwrap_or_default();
    if table.answers == Answers::Users && (new || sent.contains_key("client_id") || sent.contains_key("site_id")) {
        Place::of(&before).after(Home::Site, &sent, new, data)?.put_home(&mut sent);
    }
    if table.answers == Answers::Sites {
        address_lines(&mut sent);
    }
    // Members of the first site, and secrets: written and never read again.
    let site_name = sent.remove("newclient_sitename").filter(|name| !name.is_null());
    let telephone = sent.remove("newclient_phonenumber").filter(|number| !number.is_null());
    for gone in ["password", "new_password", "newclient_domain", "newclient_contactname", "newclient_contactemail"] {
        sent.remove(gone);
    }
    if let Some(Value::Array(fields)) = sent.get("customfields") {
        let fields = custom_fields::merge(before.get("customfields"), fields)?;
        sent.insert("customfields".to_owned(), fields);
    }
    members.stamp(&mut sent, new, now, quirks);
    if new && table.answers == Answers::Clients {
        sent.entry("website").or_insert(json!(""));
    }
    let (rows, dataset) = data.rows_mut(resource);
    let id = if new {
        rows.insert(sent)
    } else {
        rows.update(dataset, id, sent);
        id
    };
    if new && table.answers == Answers::Clients {
        first_site(data, id, site_name, telephone);
    }
    let stored = data.get(resource, id).unwrap_or_default();
    Ok(match table.answers {
        Answers::Sites => wire::site_detail(stored, data, quirks, false),
        Answers::Users => wire::user_detail(stored, data, quirks, false),
        Answers::Rows | Answers::Clients => wire::client_detail(stored, data, quirks),
    })
}

/// The address that a site read alone has as an object is kept in lines.
fn address_lines(sent: &mut Row) {
    let Some(Value::Object(address)) = sent.remove("delivery_address") else { return };
    for (member, n) in ["line1", "line2", "line3", "line4", "postcode"].into_iter().zip(1..) {
        if let Some(line) = address.get(member) {
            sent.insert(format!("delivery_address_line{n}"), line.clone());
        }
    }
}

/// Each client has a site and a general user.
fn first_site(data: &mut Data, client: i64, name: Option<Value>, telephone: Option<Value>) {
    let name = name.unwrap_or_else(|| "Main".into());
    let telephone = telephone.unwrap_or_else(|| "".into());
    let site =
        row(json!({"name": name, "client_id": client, "inactive": false, "sla_id": 1, "phonenumber": telephone}));
    let site = data.rows_mut(Resource::Sites).0.insert(site);
    data.rows_mut(Resource::Users)
        .0
        .insert(row(json!({"name": "General User", "firstname": "General", "surname": "User", "site_id": site,
        "client_id": client, "inactive": false, "emailaddress": "", "use": "user", "isgeneraluser": true})));
}
