//! The operations of the API, each answered by what it is about.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::access::{Access, LIFETIME};
use super::communications::materialise;
use super::dataset::stamp;
use super::params::{Ask, narrowed};
use super::quirks::{OpenPoints, Quirks};
use super::refusals::refuse;
use super::resource::Resource;
use super::routes::{Route, Verb};
use super::state::Data;
use super::table::Answers;
use super::tables::table;
use super::{company_merge, documents, forecasts, lists, ticket_actions, ticket_configurations, writes};
use crate::emulator::reply::Reply;
use crate::emulator::request::Request;
use crate::emulator::row::Row;

/// What the operations work on.
pub(super) struct Api<'t> {
    pub(super) data: &'t mut Data,
    pub(super) access: &'t mut Access,
    pub(super) quirks: &'t Quirks,
    pub(super) open: &'t OpenPoints,
}

impl Api<'_> {
    /// Answers a request of somebody who may make it.
    pub(super) fn answer(&mut self, route: &Route, ask: &Ask<'_>, request: &Request) -> Result<Reply, Reply> {
        let (table, quirks, open, body, now) = (route.table, self.quirks, self.open, &request.body, request.now);
        match table.answers {
            Answers::Communications => materialise(self.data, route.parent.unwrap_or(0)),
            Answers::TicketConfigurations => {
                return ticket_configurations::answer(self.data, table, &route.verb, ask, body, (quirks, open));
            }
            Answers::Rows | Answers::Documents => {}
        }
        match &route.verb {
            Verb::List if table.answers == Answers::Documents => documents::documents_of(self.data, ask.query, quirks),
            Verb::List => lists::list(self.data, table, ask, quirks, open),
            Verb::Count => lists::count(self.data, table, ask),
            Verb::Named(who) => {
                let is = |row: &Row| {
                    row.get("identifier").and_then(Value::as_str).is_some_and(|i| i.eq_ignore_ascii_case(who))
                };
                let found = self.data.rows(table).above(&self.data.dataset, 0).find(|(_, row)| is(row));
                let (id, _) = found.ok_or_else(|| refuse(404, "NotFound", format!("Member {who} not found")))?;
                lists::get(self.data, table, id, ask, quirks)
            }
            Verb::Get(id) => lists::get(self.data, table, *id, ask, quirks),
            Verb::Create if table.answers == Answers::Documents => documents::upload(self.data, request, now, quirks),
            Verb::Create => writes::create(self.data, table, route.parent, body, now, quirks),
            Verb::Update(id) => writes::patch(self.data, table, (route.parent, *id), body, now, quirks),
            Verb::Replace(id) => writes::replace(self.data, table, (route.parent, *id), body, now, quirks),
            Verb::Delete(id) => writes::delete(self.data, table, (route.parent, *id), now),
            Verb::Search => {
                let filters: Value = serde_json::from_slice(body)
                    .map_err(|_| refuse(400, "ConnectWiseApi", "An object was expected."))?;
                let mut query = ask.query.to_vec();
                for (name, value) in filters.as_object().into_iter().flatten() {
                    let known = ["conditions", "orderBy", "childconditions", "customfieldconditions"];
                    if !known.contains(&name.as_str()) {
                        let text = format!(
                            "Could not find member '{name}' on object of type 'FilterValues'. Path '{name}', line 1, position 50.Check your accept header to make sure you are using the correct version."
                        );
                        return Err(refuse(400, "ConnectWiseApi", text));
                    }
                    query.push((name.clone(), value.as_str().unwrap_or_default().to_owned()));
                }
                lists::list(
                    self.data,
                    table,
                    &Ask { query: &query, address: ask.address.clone(), ..*ask },
                    quirks,
                    open,
                )
            }
            Verb::MergeTickets(id) => ticket_actions::merge_tickets(self.data, *id, body, now),
            Verb::AttachChildren(id) => ticket_actions::attach_children(self.data, *id, body, now),
            Verb::MergeCompany(id) => company_merge::merge_companies(self.data, *id, body, now),
            Verb::Forecast(id) => forecasts::forecast(self.data, *id),
            Verb::Download(id) => documents::download(self.data, *id),
            Verb::Pdf(id) => documents::pdf(self.data, *id),
            Verb::BulkCreate => {
                let records: Vec<Value> = serde_json::from_slice(body)
                    .map_err(|_| refuse(400, "ConnectWiseApi", "An array was expected."))?;
                let mut made = Vec::new();
                for record in records {
                    let reply = writes::create(self.data, table, None, record.to_string().as_bytes(), now, quirks)?;
                    made.push(serde_json::from_slice::<Value>(&reply.body).unwrap_or(Value::Null));
                }
                Ok(Reply::json(201, &Value::Array(made)))
            }
            Verb::BulkDelete => {
                let records: Vec<Value> = serde_json::from_slice(body)
                    .map_err(|_| refuse(400, "ConnectWiseApi", "An array was expected."))?;
                for id in records.iter().filter_map(|r| r["id"].as_i64()) {
                    writes::delete(self.data, table, (None, id), now)?;
                }
                Ok(Reply::empty(204))
            }
            Verb::TicketTime(id) => {
                let its = format!("chargeToType in ('ServiceTicket','ProjectTicket') and chargeToId={id}");
                let of = self::table(Resource::TimeEntries);
                narrowed(ask, its, "id,_info", |ask| lists::list(self.data, of, ask, quirks, open))
            }
            Verb::TicketSchedule(id) => {
                let its = format!("type/identifier='S' and objectId={id}");
                let of = self::table(Resource::ScheduleEntries);
                let fields = "id,description,_info";
                narrowed(ask, its, fields, |ask| lists::list(self.data, of, ask, quirks, open))
            }
            Verb::Info => Ok(Reply::json(
                200,
                &json!({"version": "v2025.1.10333", "isCloud": true, "serverTimeZone": "GMT Standard Time", "licenseBits": [{"name": "AuditTrail", "activeFlag": true}], "cloudRegion": "NA"}),
            )),
            Verb::Token(member) => self.token(request, member),
        }
    }

    /// Keys with which an integrator stands in for a member.
    fn token(&mut self, request: &Request, member: &str) -> Result<Reply, Reply> {
        let integrator = request.headers.get("x-cw-usertype").is_some_and(|v| v == "integrator");
        if !integrator {
            return Err(refuse(403, "Security", "You do not have security permission to perform this action."));
        }
        let members = table(Resource::Members);
        let identifier = |row: &Row| row.get("identifier").and_then(Value::as_str).map(str::to_owned);
        let is = |(id, row): &(i64, Row)| {
            member == id.to_string() || identifier(row).is_some_and(|i| i.eq_ignore_ascii_case(member))
        };
        let found = self.data.rows(members).above(&self.data.dataset, 0).find(is).and_then(|(_, row)| identifier(&row));
        let member = found.ok_or_else(|| refuse(404, "NotFound", format!("Member {member} not found")))?;
        let (public, private) = self.access.stand_in(member, request.elapsed);
        let expires = request.now + TimeDelta::from_std(LIFETIME).unwrap_or_default();
        Ok(Reply::json(200, &json!({"publicKey": public, "privateKey": private, "expiration": stamp(expires)})))
    }
}
