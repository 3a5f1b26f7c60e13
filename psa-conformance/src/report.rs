use std::fmt;

use psa_core::EntityKind;

/// How a check ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// As it must be.
    Passed,
    /// Not as it must be: what was seen.
    Failed(String),
    /// Does not apply: why.
    Skipped(&'static str),
}

/// One check of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The kind.
    pub kind: EntityKind,
    /// The check's name.
    pub check: &'static str,
    /// How it ended.
    pub verdict: Verdict,
}

/// All checks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// In the order in which they ran.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether nothing failed, and something passed.
    pub fn passed(&self) -> bool {
        let failed = self.findings.iter().any(|f| matches!(f.verdict, Verdict::Failed(_)));
        !failed && self.findings.iter().any(|f| f.verdict == Verdict::Passed)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            let (mark, why) = match &finding.verdict {
                Verdict::Passed => ("pass", ""),
                Verdict::Failed(why) => ("FAIL", why.as_str()),
                Verdict::Skipped(why) => ("skip", *why),
            };
            writeln!(f, "{mark}  {:<14} {:<38} {why}", finding.kind, finding.check)?;
        }
        Ok(())
    }
}
