//! The events of an MSP's portal, by family. Ids are those of the publisher's own records.

use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::catalogue::EventData;

macro_rules! event {
    (
        $(#[$doc:meta])*
        $name:ident = $ty:literal {
            $( $(#[$field_doc:meta])* $field:ident: $field_ty:ty = $example:expr, )*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
        pub struct $name {
            $( $(#[$field_doc])* pub $field: $field_ty, )*
        }

        impl EventData for $name {
            const TYPE: &'static str = $ty;

            fn example() -> Self {
                Self { $($field: $example,)* }
            }
        }
    };
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + seconds, 0).unwrap_or_default()
}

fn day(days: i64) -> NaiveDate {
    at(days * 86_400).date_naive()
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// To be known.
    Low,
    /// To be planned.
    Medium,
    /// To be done soon.
    High,
    /// To be done now.
    Critical,
}

event! {
    /// A run of compliance checks over a customer's systems came to its end.
    ComplianceRunCompleted = "compliance.run.completed" {
        /// The run.
        run_id: String = "run_812".into(),
        /// The customer.
        company_id: String = "4711".into(),
        /// The framework that was checked.
        framework: String = "CIS Microsoft 365".into(),
        /// When it began.
        started_at: DateTime<Utc> = at(0),
        /// When it ended.
        completed_at: DateTime<Utc> = at(212),
        /// Checks that passed.
        passed: u32 = 118,
        /// Checks that failed.
        failed: u32 = 7,
        /// Passed checks, in percent of those that could be made.
        score: f64 = 94.4,
    }
}

event! {
    /// A compliance check failed for the first time, and an issue was opened for it.
    ComplianceIssueCreated = "compliance.issue.created" {
        /// The issue.
        issue_id: String = "iss_93".into(),
        /// The run that found it.
        run_id: String = "run_812".into(),
        /// The customer.
        company_id: String = "4711".into(),
        /// The check.
        control: String = "1.1.3".into(),
        /// What is wrong.
        title: String = "Two administrators have no second factor".into(),
        /// How bad it is.
        severity: Severity = Severity::High,
    }
}

event! {
    /// Somebody answered a survey.
    SurveyResponseReceived = "survey.response.received" {
        /// The answer.
        response_id: String = "rsp_5501".into(),
        /// The survey.
        survey_id: String = "srv_12".into(),
        /// The customer.
        company_id: String = "4711".into(),
        /// Who answered; none if it is anonymous.
        contact_id: Option<String> = Some("902".into()),
        /// The score that was given; none if the survey has none.
        score: Option<f64> = Some(9.0),
        /// When.
        received_at: DateTime<Utc> = at(0),
    }
}

event! {
    /// A survey came to its end: all who were asked answered, or its time is over.
    SurveyCompleted = "survey.completed" {
        /// The survey.
        survey_id: String = "srv_12".into(),
        /// The customer.
        company_id: String = "4711".into(),
        /// How many were asked.
        invited: u32 = 40,
        /// How many answered.
        responses: u32 = 31,
        /// The mean of the scores; none if nobody gave one.
        mean_score: Option<f64> = Some(8.6),
        /// When it ended.
        completed_at: DateTime<Utc> = at(0),
    }
}

event! {
    /// A goal was agreed with a customer.
    GoalCreated = "goal.created" {
        /// The goal.
        goal_id: String = "goal_7".into(),
        /// The customer.
        company_id: String = "4711".into(),
        /// What it is.
        title: String = "All laptops encrypted".into(),
        /// Who is responsible; none if nobody is yet.
        owner_id: Option<String> = Some("31".into()),
        /// Until when; none if that is open.
        due_on: Option<NaiveDate> = Some(day(90)),
    }
}

event! {
    /// A goal went to another status.
    GoalStatusChanged = "goal.status_changed" {
        /// The goal.
        goal_id: String = "goal_7".into(),
        /// The customer.
        company_id: String = "4711".into(),
        /// The status before.
        from: String = "in_progress".into(),
        /// The status now.
        to: String = "achieved".into(),
        /// When.
        changed_at: DateTime<Utc> = at(0),
    }
}

event! {
    /// A ticket changed, in whatever way.
    TicketUpdated = "ticket.updated" {
        /// The ticket.
        ticket_id: String = "100482".into(),
        /// The customer.
        company_id: String = "4711".into(),
        /// Its title.
        summary: String = "Printer on the second floor prints blank pages".into(),
        /// The names of the fields that changed.
        changed_fields: Vec<String> = vec!["priority".into(), "agent".into()],
        /// When.
        updated_at: DateTime<Utc> = at(0),
    }
}

event! {
    /// A ticket went to another status.
    TicketStatusChanged = "ticket.status_changed" {
        /// The ticket.
        ticket_id: String = "100482".into(),
        /// The customer.
        company_id: String = "4711".into(),
        /// The status before.
        from: String = "In Progress".into(),
        /// The status now.
        to: String = "Resolved".into(),
        /// Whether that means that the ticket is done.
        closed: bool = true,
        /// When.
        changed_at: DateTime<Utc> = at(0),
    }
}

event! {
    /// The warranty of a device ends soon.
    DeviceWarrantyExpiring = "device.warranty_expiring" {
        /// The device.
        device_id: String = "dev_220".into(),
        /// The customer.
        company_id: String = "4711".into(),
        /// Its name.
        name: String = "ACME-LT-014".into(),
        /// Its serial number; none if it is not known.
        serial_number: Option<String> = Some("5CG1234XYZ".into()),
        /// The last day of the warranty.
        expires_on: NaiveDate = day(30),
        /// Days until then; less than 0 if it is over.
        days_left: i64 = 30,
    }
}

event! {
    /// A device is as old as devices of its kind should get.
    DeviceRefreshDue = "device.refresh_due" {
        /// The device.
        device_id: String = "dev_220".into(),
        /// The customer.
        company_id: String = "4711".into(),
        /// Its name.
        name: String = "ACME-LT-014".into(),
        /// The day it was bought; none if it is not known.
        purchased_on: Option<NaiveDate> = Some(day(-1_460)),
        /// The day it should be replaced.
        due_on: NaiveDate = day(0),
        /// Why: its age, its operating system …
        reason: String = "four years old".into(),
    }
}
