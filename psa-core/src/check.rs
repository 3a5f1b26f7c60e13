//! The connection test: staged, each step with a remedy.

use std::fmt;

use serde::Serialize;

/// What is tested, in this order. A failed stage ends the test.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckStage {
    /// The address: does a vendor's server answer there?
    Address,
    /// Is the connection encrypted and the certificate trusted?
    Tls,
    /// Does the credential work?
    Auth,
    /// Do the clocks agree?
    Clock,
    /// Is the login what the setup guide recommends?
    Identity,
    /// Does the credential have the rights that the configuration needs, and no others?
    Permissions,
    /// May a browser call from the caller's page? Only tested if asked for.
    Cors,
}

/// How a step ended.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Good.
    Passed,
    /// It works, and something should be looked at.
    Warned,
    /// It does not work.
    Failed,
    /// Not tested, because an earlier stage failed or it does not apply.
    Skipped,
}

/// One step.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckStep {
    /// The stage.
    pub stage: CheckStage,
    /// How it ended.
    pub outcome: Outcome,
    /// What was found.
    pub detail: String,
    /// What to do, unless it passed.
    pub remedy: Option<String>,
}

/// How one right stands against what the configuration wants.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// Wanted and there.
    Granted,
    /// Wanted and not there.
    Missing,
    /// There though not wanted: take it away, least privilege is safer.
    Excess,
    /// Not wanted and not there.
    Absent,
    /// It could not be found out.
    Unknown,
}

/// One row of the permission table.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Permission {
    /// The vendor's name for the right.
    pub name: String,
    /// Whether the configuration wants it.
    pub wanted: bool,
    /// How it stands.
    pub grant: Grant,
    /// How that was found out, or what to do.
    pub detail: String,
}

impl Permission {
    /// A row of the table.
    pub fn new(name: impl Into<String>, wanted: bool, grant: Grant, detail: impl Into<String>) -> Self {
        Self { name: name.into(), wanted, grant, detail: detail.into() }
    }
}

/// The whole test. Its `Display` is for a person: the steps with what to do, and the permission table.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CheckReport {
    /// The steps, in order.
    pub steps: Vec<CheckStep>,
    /// The permission table, row by row, in the vendor's order.
    pub permissions: Vec<Permission>,
}

impl CheckReport {
    /// Adds a step that passed.
    pub fn pass(&mut self, stage: CheckStage, detail: impl Into<String>) {
        self.push(stage, Outcome::Passed, detail, None);
    }

    /// Adds a step.
    pub fn push(&mut self, stage: CheckStage, outcome: Outcome, detail: impl Into<String>, remedy: Option<String>) {
        self.steps.push(CheckStep { stage, outcome, detail: detail.into(), remedy });
    }

    /// The first step that failed.
    pub fn failure(&self) -> Option<&CheckStep> {
        self.steps.iter().find(|s| s.outcome == Outcome::Failed)
    }

    /// Whether the connection can be used: nothing failed.
    pub fn usable(&self) -> bool {
        self.failure().is_none()
    }

    /// The step of a stage, if it was reached.
    pub fn step(&self, stage: CheckStage) -> Option<&CheckStep> {
        self.steps.iter().find(|s| s.stage == stage)
    }
}

impl fmt::Display for CheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            let mark = match step.outcome {
                Outcome::Passed => "ok  ",
                Outcome::Warned => "warn",
                Outcome::Failed => "FAIL",
                Outcome::Skipped => "    ",
            };
            writeln!(f, "{mark}  {:<12} {}", format!("{:?}", step.stage), step.detail)?;
            if let Some(remedy) = &step.remedy {
                writeln!(f, "      {:<12} -> {remedy}", "")?;
            }
        }
        if !self.permissions.is_empty() {
            let width = self.permissions.iter().map(|p| p.name.chars().count()).max().unwrap_or_default();
            writeln!(f, "\n{:<width$}  {:<7} {:<8} how it was found out", "permission", "wanted", "state")?;
            for row in &self.permissions {
                let state = match row.grant {
                    Grant::Granted => "granted",
                    Grant::Missing => "MISSING",
                    Grant::Excess => "EXCESS",
                    Grant::Absent => "-",
                    Grant::Unknown => "unknown",
                };
                let wanted = if row.wanted { "yes" } else { "no" };
                writeln!(f, "{:<width$}  {wanted:<7} {state:<8} {}", row.name, row.detail)?;
            }
        }
        write!(f, "\nThe connection {}.", if self.usable() { "can be used" } else { "can NOT be used yet" })
    }
}
