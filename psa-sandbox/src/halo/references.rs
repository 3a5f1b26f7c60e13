//! What ids and names of a write refer to: whether it is there, what it is called, and whether it belongs together.

use serde_json::{Value, json};

use super::fields::Schema;
use super::quirks::Quirks;
use super::reference_data::{self, CHARGE_RATES};
use super::refusals::rule;
use super::resource::{List, Resource};
use super::state::Data;
use super::table::Home;
use super::tables::table;
use super::tickets::TicketRow;
use crate::emulator::reply::Reply;
use crate::emulator::row::{Row, number};

/// What a member can refer to, and what people call it. Other targets are tables.
const TARGETS: &[(&str, &str)] = &[
    ("agents", "Agent"),
    ("asset_statuses", "Asset Status"),
    ("asset_types", "Asset Type"),
    ("assets", "Asset"),
    ("billing_periods", "Billing Period"),
    ("budget_types", "Budget Type"),
    ("categories_1", "Category"),
    ("categories_2", "Category"),
    ("categories_3", "Category"),
    ("categories_4", "Category"),
    ("charge_rates", "Charge Rate"),
    ("clients", "Client"),
    ("contract_statuses", "Contract Status"),
    ("contract_types", "Contract Type"),
    ("contracts", "Contract"),
    ("distribution_lists", "Distribution List"),
    ("impacts", "Impact"),
    ("outcomes", "Outcome"),
    ("pipeline_stages", "Pipeline Stage"),
    ("priorities", "Priority"),
    ("sales_orders", "Sales Order"),
    ("sites", "Site"),
    ("slas", "SLA"),
    ("statuses", "Status"),
    ("suppliers", "Supplier"),
    ("team_names", "Team"),
    ("teams", "Team"),
    ("ticket_types", "Ticket Type"),
    ("tickets", "Ticket"),
    ("top_levels", "Top Level"),
    ("urgencies", "Urgency"),
    ("users", "User"),
    ("webhooks", "Webhook"),
    ("workflows", "Workflow"),
];

/// Short lists that have no endpoint of their own here.
const FIXED: &[(&str, &[(i64, &str)])] = &[
    ("asset_statuses", &[(1, "In use"), (2, "In stock"), (3, "Retired")]),
    (
        "billing_periods",
        &[(1, "Weekly"), (2, "Fortnightly"), (3, "Monthly"), (4, "Quarterly"), (5, "Half-yearly"), (6, "Yearly")],
    ),
    ("contract_statuses", &[(1, "Active"), (2, "Expired"), (3, "Cancelled")]),
    ("contract_types", &[(1, "Managed"), (2, "Time and materials"), (3, "Prepaid")]),
    ("impacts", &[(1, "High"), (2, "Medium"), (3, "Low")]),
    ("pipeline_stages", &[(1, "Open"), (2, "Offer sent"), (3, "Negotiation"), (4, "Closed")]),
    ("urgencies", &[(1, "High"), (2, "Medium"), (3, "Low")]),
];

/// A value that was sent as it is stored, if it is there.
fn found(target: &str, sent: &Value, data: &Data) -> Option<Value> {
    if target == "team_names" {
        let name = sent.as_str()?;
        return reference_data::teams().into_iter().find_map(|t| t.get("name").filter(|n| same_text(n, name)).cloned());
    }
    if let Some(tree) = target.strip_prefix("categories_") {
        let (name, tree) = (sent.as_str()?, tree.parse::<i64>().ok()?);
        let mut of_tree = reference_data::categories().into_iter().filter(|c| c.get("type_id") == Some(&json!(tree)));
        return of_tree.find_map(|c| c.get("value").filter(|v| same_text(v, name)).cloned());
    }
    record(target, sent, data).map(|_| sent.clone())
}

fn same_text(value: &Value, text: &str) -> bool {
    value.as_str().is_some_and(|value| value.eq_ignore_ascii_case(text.trim()))
}

/// The record with this id.
fn record(target: &str, id: &Value, data: &Data) -> Option<Row> {
    if let Some((_, rows)) = FIXED.iter().find(|(name, _)| *name == target) {
        let (id, name) = rows.iter().find(|(known, _)| Some(*known) == number(id))?;
        return Some(Row::from_iter([("id".to_owned(), json!(id)), ("name".to_owned(), json!(name))]));
    }
    let by = |rows: Vec<Row>, member: &str| {
        let wanted = number(id)?;
        rows.into_iter().find(|row| row.get(member).and_then(number) == Some(wanted))
    };
    match target {
        "agents" => by(data.agents(), "id"),
        "tickets" => data.ticket(number(id)?).map(|t| Row::from_iter([("name".to_owned(), json!(t.summary))])),
        "teams" => by(reference_data::teams(), "id"),
        "statuses" => by(data.named(List::Statuses, reference_data::statuses()), "id"),
        "ticket_types" => by(reference_data::ticket_types(), "id"),
        "priorities" => by(reference_data::priorities(&Quirks::default()), "priorityid"),
        "outcomes" => by(reference_data::outcomes(), "id"),
        "charge_rates" => by(reference_data::of(CHARGE_RATES), "id"),
        _ => {
            let resource = Resource::named(target)?;
            let id = match id {
                Value::String(text) => table(resource).number_of(text)?,
                other => number(other)?,
            };
            data.get(resource, id)
        }
    }
}

/// What the record behind an id is called.
pub(super) fn name(target: &str, id: &Value, data: &Data) -> Option<Value> {
    let record = record(target, id, data)?;
    ["name", "ref", "outcome", "inventory_number"].iter().find_map(|member| record.get(*member)).cloned()
}

/// Whether a value stands for no record: 0, -1 and the like, and blank text.
fn is_none(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        other => other.as_i64().is_some_and(|id| id <= 0),
    }
}

/// Refuses what refers to something that is not there; names are stored as the tenant spells them.
pub(super) fn check(schema: &Schema, sent: &mut Row, data: &Data) -> Result<(), Reply> {
    for (name, value) in sent.iter_mut() {
        let Some(target) = schema.member(name).and_then(|m| m.refers_to) else { continue };
        if is_none(value) {
            continue;
        }
        match found(target, value, data) {
            Some(kept) => *value = kept,
            None if !data.references_checked => {}
            None => {
                let called = TARGETS.iter().find(|(t, _)| *t == target).map_or(target, |(_, called)| *called);
                return Err(rule(&format!("The {called} {value} could not be found ({name})")));
            }
        }
    }
    Ok(())
}

/// Client, site and user of a record, before a write and after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) client: i64,
    pub(super) site: i64,
    pub(super) user: i64,
    /// The member that has the site.
    site_member: &'static str,
}

/// The client that stands for nobody.
const UNKNOWN_CLIENT: i64 = 1;

impl Place {
    pub(super) fn of(row: &Row) -> Self {
        Self::with(row, "site_id")
    }

    /// The place of a record whose site is in this member.
    pub(super) fn with(row: &Row, site_member: &'static str) -> Self {
        let id = |member: &str| row.get(member).and_then(number).unwrap_or(0);
        Self { client: id("client_id"), site: id(site_member), user: id("user_id"), site_member }
    }

    /// The place of a ticket of which nobody says whose it is.
    pub(super) fn unknown() -> Self {
        Self { client: UNKNOWN_CLIENT, site: 1, user: 1, site_member: "site_id" }
    }

    pub(super) fn of_ticket(ticket: &TicketRow) -> Self {
        Self { client: ticket.client_id, site: ticket.site_id, user: ticket.user_id, site_member: "site_id" }
    }

    /// Moves a ticket there.
    pub(super) fn put_ticket(self, ticket: &mut TicketRow) {
        let before = Self::of_ticket(ticket);
        for (member, was, is) in [
            ("client_id", before.client, self.client),
            ("site_id", before.site, self.site),
            ("user_id", before.user, self.user),
        ] {
            if was != is {
                ticket.set(member, &is.into());
            }
        }
    }

    /// Puts client and site into a write.
    pub(super) fn put_home(self, sent: &mut Row) {
        sent.insert("client_id".to_owned(), self.client.into());
        sent.insert("site_id".to_owned(), self.site.into());
    }

    /// Puts it into a row; members that are what they were stay as they are.
    pub(super) fn put(self, row: &mut Row) {
        let before = Self::with(row, self.site_member);
        for (member, was, is) in [
            ("client_id", before.client, self.client),
            (self.site_member, before.site, self.site),
            ("user_id", before.user, self.user),
        ] {
            if was != is {
                row.insert(member.to_owned(), is.into());
            }
        }
    }

    /// Where the record is after a write of `sent`. A site and a user belong to the client: what is sent must fit,
    /// what is not sent follows. Whether Halo moves site and user along with the client is a guess.
    pub(super) fn after(self, home: Home, sent: &Row, new: bool, data: &Data) -> Result<Self, Reply> {
        let has = |member: &str| sent.get(member).is_some_and(|v| !v.is_null());
        let (client_sent, site_sent, user_sent) = (has("client_id"), has(self.site_member), has("user_id"));
        if !client_sent && !site_sent && !user_sent && !new {
            return Ok(self);
        }
        let told = Self::with(sent, self.site_member);
        let mut place = Self {
            site_member: self.site_member,
            client: if client_sent { told.client } else { self.client },
            site: if site_sent { told.site } else { self.site },
            user: if user_sent { told.user } else { self.user },
        };
        if !data.references_checked && (!new || (client_sent && (site_sent || user_sent))) {
            return Ok(place);
        }
        let nobody = place.client <= UNKNOWN_CLIENT;
        if home == Home::Site {
            if site_sent || !client_sent {
                if let Some(of_site) = client_of_site(place.site, data) {
                    if client_sent && place.client > 0 && place.client != of_site {
                        return Err(rule("The Site does not belong to the Client"));
                    }
                    place.client = of_site;
                }
            } else if new {
                place.site = main_site(place.client, data);
                if place.site == 0 {
                    return Err(rule("A Site must be selected: the Client has none"));
                }
            } else if place.client != self.client && client_of_site(place.site, data) != Some(place.client) {
                return Err(rule("The Client can only be changed together with the Site"));
            }
            return Ok(place);
        }
        if user_sent && place.user > 0 && !client_sent && nobody {
            // The user tells where it is.
            place.client = client_of_user(place.user, data).unwrap_or(place.client);
        } else if site_sent && place.site > 0 && !client_sent && nobody {
            place.client = client_of_site(place.site, data).unwrap_or(place.client);
        }
        let fits = |of: Option<i64>| of.is_none_or(|of| of == place.client || place.client <= 0);
        if !fits(client_of_site(place.site, data)) {
            if site_sent && place.site > 0 {
                return Err(rule("The Site does not belong to the Client"));
            }
            place.site = site_of_user(place.user, place.client, data).unwrap_or_else(|| main_site(place.client, data));
        }
        if !fits(client_of_user(place.user, data)) {
            if user_sent && place.user > 0 {
                return Err(rule("The User does not belong to the Client"));
            }
            place.user = general_user(place.client, data);
        }
        if client_sent && place.client <= 0 {
            // Without a client there is no site and no user of one.
            place.site = if site_sent { place.site } else { 0 };
            place.user = if user_sent { place.user } else { 0 };
        }
        Ok(place)
    }
}

fn client_of_site(site: i64, data: &Data) -> Option<i64> {
    data.get(Resource::Sites, site)?.get("client_id").and_then(number)
}

fn client_of_user(user: i64, data: &Data) -> Option<i64> {
    data.get(Resource::Users, user)?.get("client_id").and_then(number)
}

/// The site of a user, if it is one of the client's.
fn site_of_user(user: i64, client: i64, data: &Data) -> Option<i64> {
    let user = data.get(Resource::Users, user)?;
    (user.get("client_id").and_then(number) == Some(client)).then(|| user.get("site_id").and_then(number)).flatten()
}

/// The first site of a client; 0 for none.
pub(super) fn main_site(client: i64, data: &Data) -> i64 {
    if client <= 0 {
        return 0;
    }
    if client_of_site(client, data) == Some(client) {
        // The base data are made so.
        return client;
    }
    let mut sites = data.rows(Resource::Sites).above(&data.dataset, 0);
    sites.find(|(_, site)| site.get("client_id").and_then(number) == Some(client)).map_or(0, |(id, _)| id)
}

/// The General User of a client; 0 for none.
fn general_user(client: i64, data: &Data) -> i64 {
    if client <= 0 {
        return 0;
    }
    let of_client = |user: &Row| {
        user.get("client_id").and_then(number) == Some(client) && user.get("isgeneraluser") == Some(&json!(true))
    };
    let made = client.saturating_sub(1).saturating_mul(6).saturating_add(1);
    if data.get(Resource::Users, made).is_some_and(|user| of_client(&user)) {
        return made;
    }
    data.rows(Resource::Users).above(&data.dataset, 0).find(|(_, user)| of_client(user)).map_or(0, |(id, _)| id)
}

/// Refuses tickets for an agent that is an API application.
pub(super) fn check_assignee(sent: &Row, data: &Data) -> Result<(), Reply> {
    let agent = sent.get("agent_id").and_then(number).filter(|_| data.references_checked);
    let api = |row: &Row| row.get("id").and_then(number) == agent && row.get("isapiagent") == Some(&json!(true));
    if agent.is_some() && data.agents().iter().any(api) {
        return Err(rule("An API-only Agent cannot be assigned to a Ticket"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::fields::{TEXTS, schema};
    use super::*;

    #[test]
    fn every_member_refers_to_what_is_known() {
        for (name, _) in TEXTS {
            for member in &schema(name).members {
                let Some(target) = member.refers_to else { continue };
                assert!(TARGETS.iter().any(|(known, _)| *known == target), "{name}.{} refers to {target}", member.name);
            }
        }
    }
}
