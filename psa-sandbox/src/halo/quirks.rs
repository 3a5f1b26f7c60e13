//! Halo's peculiarities as switches, and what nobody outside knows.

use std::time::Duration;

use crate::emulator::quirks::quirks;

quirks! {
    /// Halo's peculiarities, each a switch. All are on by default, as at the vendor.
    ///
    /// The numbers are those of the fact sheet that they come from.
    pub struct Quirks {
        /// 1: at most 100 rows a page, whatever is asked for.
        silent_page_cap = true,
        /// 2: without `pageinate` there is no paging, and `record_count` is the number of rows that came.
        pageinate_needed = true,
        /// 3: bare arrays are the same for every page.
        bare_arrays_ignore_pages = true,
        /// 4: a paged list of agents has its rows in `results`.
        agents_in_results = true,
        /// 7: `site_id` of users and `client_id` of sites are floats.
        float_ids = true,
        /// 8: dates with and without zone, and with 0 to 7 digits.
        mixed_dates = true,
        /// 9: empty dates are of the years 1, 1899 and 1900.
        empty_dates = true,
        /// 10: nulls are left out.
        nulls_omitted = true,
        /// 11: unknown query parameters are ignored; off: they are refused.
        unknown_parameters_ignored = true,
        /// 13: a token is issued without a scope, and can do nothing.
        scopeless_token = true,
        /// 14: rights are those of when the token was minted.
        frozen_rights = true,
        /// 15: a wrong tenant is answered with 500.
        wrong_tenant_fails = true,
        /// 16: the change stamp is `flastupdate` in the answer to a write.
        stamp_names = true,
        /// 17: the answer to a write has no names for ids.
        names_absent_after_write = true,
        /// 18: a rule changes a new ticket.
        rules = true,
        /// 24: the list of statuses does not filter by type.
        status_type_ignored = true,
        /// 26: a body that is not an array is refused.
        arrays_only = true,
        /// 27: an id in the form `95.0` is refused.
        float_text_ids_refused = true,
        /// 29: an unknown outcome is refused.
        outcomes_checked = true,
        /// 5: the ids of actions start again with each ticket.
        actions_numbered_per_ticket = true,
        /// 6: the id of a priority is a GUID; tickets use a number that repeats with each SLA.
        priority_guids = true,
        /// 12: a nested list that is sent replaces the stored one.
        nested_lists_replace = true,
        /// 19: an appointment that is updated gets a new id.
        appointment_id_changes = true,
        /// 20: every timesheet has the id 0.
        timesheet_ids_zero = true,
        /// 21: deleted tickets are in no list unless they are asked for.
        deleted_invisible = true,
        /// 22: agent 1 and client 1 stand for nobody.
        placeholders = true,
        /// 23: a ticket names its team; off: it has the number too.
        team_by_name = true,
        /// 25: 401 and 403 have no body.
        empty_refusals = true,
        /// 28: what the agent may not see is left out without a word; off: such a list is refused.
        restricted_silently = true,
        /// 29: a workflow refuses to close at the wrong step.
        workflow_refuses = true,
        /// 31: a ticket that was closed and opened again says so in no status.
        reopening_hidden = true,
        /// 32: an agent's cost is only shown with its details and the right role.
        cost_needs_role = true,
        /// 33: there is no `/CustomField`.
        no_custom_field_endpoint = true,
        /// 34: `lastupdatefromdate` is a date, whatever the document says.
        filter_is_a_date = true,
        /// 35: a webhook has no timestamp, and is sent once.
        webhooks_without_replay_protection = true,
        /// 30: `-0.0`, NUL characters, and a blank where there is no value.
        odd_values = true,
    }
}

/// What is asked of the token endpoint for a scope that exists and that the application lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UngrantedScope {
    /// A token with fewer scopes.
    Narrower,
    /// `invalid_scope`.
    Refused,
}

/// What nobody outside the vendor knows for sure; the defaults are guesses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPoints {
    /// A record that changed exactly at `lastupdatefromdate` is in the list.
    pub from_date_inclusive: bool,
    /// Requests in a rolling window; none: no limit.
    pub rate_limit: Option<(u32, Duration)>,
    /// A 429 tells when to come back.
    pub retry_after_sent: bool,
    /// The answer for a scope that the application lacks.
    pub ungranted_scope: UngrantedScope,
    /// A new token makes the older ones invalid.
    pub new_token_revokes_old: bool,
    /// `ticketidonly` and `idonly` give all ids; off: only the unpaged default of 50.
    pub ids_uncut: bool,
    /// Reading definitions of fields and the like needs `admin`; off: any token may.
    pub definitions_need_admin: bool,
    /// Answers carry a `Date`; a proxy may take it away.
    pub date_sent: bool,
    /// A write that refers to a record that is not there, or to another client's site or user, is refused; off: taken.
    pub references_checked: bool,
}

impl Default for OpenPoints {
    fn default() -> Self {
        Self {
            from_date_inclusive: true,
            rate_limit: Some((300, Duration::from_secs(300))),
            retry_after_sent: false,
            ungranted_scope: UngrantedScope::Narrower,
            new_token_revokes_old: false,
            ids_uncut: true,
            definitions_need_admin: true,
            date_sent: true,
            references_checked: true,
        }
    }
}
