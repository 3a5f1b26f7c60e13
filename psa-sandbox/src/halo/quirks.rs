use std::time::Duration;

/// Halo's peculiarities, each a switch. All are on by default, as at the vendor.
///
/// The numbers are those of the fact sheet that they come from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Quirks {
    /// 1: at most 100 rows a page, whatever is asked for.
    pub silent_page_cap: bool,
    /// 2: without `pageinate` there is no paging, and `record_count` is the number of rows that came.
    pub pageinate_needed: bool,
    /// 3: bare arrays are the same for every page.
    pub bare_arrays_ignore_pages: bool,
    /// 4: a paged list of agents has its rows in `results`.
    pub agents_in_results: bool,
    /// 7: `site_id` of users and `client_id` of sites are floats.
    pub float_ids: bool,
    /// 8: dates with and without zone, and with 0 to 7 digits.
    pub mixed_dates: bool,
    /// 9: empty dates are of the years 1, 1899 and 1900.
    pub empty_dates: bool,
    /// 10: nulls are left out.
    pub nulls_omitted: bool,
    /// 11: unknown query parameters are ignored; off: they are refused.
    pub unknown_parameters_ignored: bool,
    /// 13: a token is issued without a scope, and can do nothing.
    pub scopeless_token: bool,
    /// 14: rights are those of when the token was minted.
    pub frozen_rights: bool,
    /// 15: a wrong tenant is answered with 500.
    pub wrong_tenant_fails: bool,
    /// 16: the change stamp is `flastupdate` in the answer to a write.
    pub stamp_names: bool,
    /// 17: the answer to a write has no names for ids.
    pub names_absent_after_write: bool,
    /// 18: a rule changes a new ticket.
    pub rules: bool,
    /// 24: the list of statuses does not filter by type.
    pub status_type_ignored: bool,
    /// 26: a body that is not an array is refused.
    pub arrays_only: bool,
    /// 27: an id in the form `95.0` is refused.
    pub float_text_ids_refused: bool,
    /// 29: an unknown outcome is refused.
    pub outcomes_checked: bool,
    /// 5: the ids of actions start again with each ticket.
    pub actions_numbered_per_ticket: bool,
    /// 6: the id of a priority is a GUID; tickets use a number that repeats with each SLA.
    pub priority_guids: bool,
    /// 12: a nested list that is sent replaces the stored one.
    pub nested_lists_replace: bool,
    /// 19: an appointment that is updated gets a new id.
    pub appointment_id_changes: bool,
    /// 20: every timesheet has the id 0.
    pub timesheet_ids_zero: bool,
    /// 21: deleted tickets are in no list unless they are asked for.
    pub deleted_invisible: bool,
    /// 22: agent 1 and client 1 stand for nobody.
    pub placeholders: bool,
    /// 23: a ticket names its team; off: it has the number too.
    pub team_by_name: bool,
    /// 25: 401 and 403 have no body.
    pub empty_refusals: bool,
    /// 28: what the agent may not see is left out without a word; off: such a list is refused.
    pub restricted_silently: bool,
    /// 29: a workflow refuses to close at the wrong step.
    pub workflow_refuses: bool,
    /// 31: a ticket that was closed and opened again says so in no status.
    pub reopening_hidden: bool,
    /// 32: an agent's cost is only shown with its details and the right role.
    pub cost_needs_role: bool,
    /// 33: there is no `/CustomField`.
    pub no_custom_field_endpoint: bool,
    /// 34: `lastupdatefromdate` is a date, whatever the document says.
    pub filter_is_a_date: bool,
    /// 35: a webhook has no timestamp, and is sent once.
    pub webhooks_without_replay_protection: bool,
    /// 30: `-0.0`, NUL characters, and a blank where there is no value.
    pub odd_values: bool,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            silent_page_cap: true,
            pageinate_needed: true,
            bare_arrays_ignore_pages: true,
            agents_in_results: true,
            float_ids: true,
            mixed_dates: true,
            empty_dates: true,
            nulls_omitted: true,
            unknown_parameters_ignored: true,
            scopeless_token: true,
            frozen_rights: true,
            wrong_tenant_fails: true,
            stamp_names: true,
            names_absent_after_write: true,
            rules: true,
            status_type_ignored: true,
            arrays_only: true,
            float_text_ids_refused: true,
            outcomes_checked: true,
            actions_numbered_per_ticket: true,
            priority_guids: true,
            nested_lists_replace: true,
            appointment_id_changes: true,
            timesheet_ids_zero: true,
            deleted_invisible: true,
            placeholders: true,
            team_by_name: true,
            empty_refusals: true,
            restricted_silently: true,
            workflow_refuses: true,
            reopening_hidden: true,
            cost_needs_role: true,
            no_custom_field_endpoint: true,
            filter_is_a_date: true,
            webhooks_without_replay_protection: true,
            odd_values: true,
        }
    }
}

impl Quirks {
    /// The switches by name, for a command line.
    pub const NAMES: &'static [&'static str] = &[
        "silent_page_cap",
        "pageinate_needed",
        "bare_arrays_ignore_pages",
        "agents_in_results",
        "float_ids",
        "mixed_dates",
        "empty_dates",
        "nulls_omitted",
        "unknown_parameters_ignored",
        "scopeless_token",
        "frozen_rights",
        "wrong_tenant_fails",
        "stamp_names",
        "names_absent_after_write",
        "rules",
        "status_type_ignored",
        "arrays_only",
        "float_text_ids_refused",
        "outcomes_checked",
        "actions_numbered_per_ticket",
        "priority_guids",
        "nested_lists_replace",
        "appointment_id_changes",
        "timesheet_ids_zero",
        "deleted_invisible",
        "placeholders",
        "team_by_name",
        "empty_refusals",
        "restricted_silently",
        "workflow_refuses",
        "reopening_hidden",
        "cost_needs_role",
        "no_custom_field_endpoint",
        "filter_is_a_date",
        "webhooks_without_replay_protection",
        "odd_values",
    ];

    /// The switch with this name.
    pub fn switch(&mut self, name: &str) -> Option<&mut bool> {
        Some(match name {
            "silent_page_cap" => &mut self.silent_page_cap,
            "pageinate_needed" => &mut self.pageinate_needed,
            "bare_arrays_ignore_pages" => &mut self.bare_arrays_ignore_pages,
            "agents_in_results" => &mut self.agents_in_results,
            "float_ids" => &mut self.float_ids,
            "mixed_dates" => &mut self.mixed_dates,
            "empty_dates" => &mut self.empty_dates,
            "nulls_omitted" => &mut self.nulls_omitted,
            "unknown_parameters_ignored" => &mut self.unknown_parameters_ignored,
            "scopeless_token" => &mut self.scopeless_token,
            "frozen_rights" => &mut self.frozen_rights,
            "wrong_tenant_fails" => &mut self.wrong_tenant_fails,
            "stamp_names" => &mut self.stamp_names,
            "names_absent_after_write" => &mut self.names_absent_after_write,
            "rules" => &mut self.rules,
            "status_type_ignored" => &mut self.status_type_ignored,
            "arrays_only" => &mut self.arrays_only,
            "float_text_ids_refused" => &mut self.float_text_ids_refused,
            "outcomes_checked" => &mut self.outcomes_checked,
            "actions_numbered_per_ticket" => &mut self.actions_numbered_per_ticket,
            "priority_guids" => &mut self.priority_guids,
            "nested_lists_replace" => &mut self.nested_lists_replace,
            "appointment_id_changes" => &mut self.appointment_id_changes,
            "timesheet_ids_zero" => &mut self.timesheet_ids_zero,
            "deleted_invisible" => &mut self.deleted_invisible,
            "placeholders" => &mut self.placeholders,
            "team_by_name" => &mut self.team_by_name,
            "empty_refusals" => &mut self.empty_refusals,
            "restricted_silently" => &mut self.restricted_silently,
            "workflow_refuses" => &mut self.workflow_refuses,
            "reopening_hidden" => &mut self.reopening_hidden,
            "cost_needs_role" => &mut self.cost_needs_role,
            "no_custom_field_endpoint" => &mut self.no_custom_field_endpoint,
            "filter_is_a_date" => &mut self.filter_is_a_date,
            "webhooks_without_replay_protection" => &mut self.webhooks_without_replay_protection,
            "odd_values" => &mut self.odd_values,
            _ => return None,
        })
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
