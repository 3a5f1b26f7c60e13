//! Query parameters, as lists read them.

use chrono::{DateTime, Utc};

use super::dates::parse_date;
use super::quirks::{OpenPoints, Quirks};

/// What holds for every answer: switches, guesses, and what the login sees.
pub(super) struct Context<'a> {
    pub(super) quirks: &'a Quirks,
    pub(super) open: &'a OpenPoints,
    pub(super) restricted_to: Option<&'a [String]>,
}

/// A query, names without regard to case, booleans in all of their forms.
pub(super) struct Params<'a>(pub(super) &'a [(String, String)]);

impl Params<'_> {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str()).filter(|v| !v.is_empty())
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(|v| v == "1" || v.eq_ignore_ascii_case("true"))
    }

    pub(super) fn int(&self, name: &str) -> Option<i64> {
        self.get(name)?.trim().parse().ok()
    }

    pub(super) fn list(&self, name: &str) -> Option<Vec<String>> {
        Some(self.get(name)?.split(',').map(|v| v.trim().to_owned()).collect())
    }

    pub(super) fn date(&self, name: &str) -> Option<DateTime<Utc>> {
        parse_date(self.get(name)?)
    }
}

/// Names of parameters that some list knows.
pub(super) const KNOWN: &[&str] = &[
    "pageinate",
    "page_no",
    "page_size",
    "count",
    "order",
    "orderdesc",
    "domain",
    "open_only",
    "closed_only",
    "deleted",
    "client_id",
    "client_ids",
    "site_id",
    "user_id",
    "agent_id",
    "agent",
    "status_id",
    "status",
    "requesttype_id",
    "requesttype",
    "priority",
    "team",
    "parent_id",
    "search",
    "search_summary",
    "search_id",
    "lastupdatefromdate",
    "lastupdatetodate",
    "startdate",
    "enddate",
    "datesearch",
    "ticketidonly",
    "idonly",
    "ticketids",
    "excludethese",
    "includeinactive",
    "includeactive",
    "include_custom_fields",
    "includehtmlnote",
    "ticket_id",
    "timeentriesonly",
    "excludesys",
    "showall",
    "showhidden",
    "includedisabled",
    "includeapiagents",
    "includeunassigned",
    "includeaddress",
    "includestatus",
    "includeagent",
    "includetickettype",
    "includedetails",
    "exclude_generaluser",
    "toplevel_id",
    "type",
    "mine",
    "category_1",
    "excludeprivate",
    "asset_id",
    "start_date",
    "end_date",
    "agents",
    "appointmentsonly",
    "hidecompleted",
    "showholidays",
    "showshifts",
    "includedeleted",
    "assettype_id",
    "contract_id",
    "supplier_id",
    "invoicedatestart",
    "invoicedateend",
    "type_id",
    "fieldtype",
    "typeid",
    "includevalues",
    "webhook_id",
    "action_id",
    "loadreport",
    "recurringonly",
    "tenant_id",
    "includeinactive",
    "showinactive",
    "showcounts",
    "lookupid",
    "group_id",
    "team_id",
    "exclude_agents",
];
