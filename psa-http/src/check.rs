//! The parts of a connection test that are the same for every vendor.

use chrono::TimeDelta;
use psa_core::{CheckReport, CheckStage, Error, ErrorKind, Outcome, Phase};
use url::Url;

use crate::{HttpClient, Response};

/// A clock that is off by more makes windows and tokens go wrong.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(2);

/// The connection is there: whether it is encrypted is in the address.
pub fn tls(report: &mut CheckReport, root: &Url) {
    if root.scheme() == "https" {
        report.pass(CheckStage::Tls, "the certificate is trusted");
    } else {
        let remedy = "Plain HTTP is for a sandbox on this machine only.";
        report.push(CheckStage::Tls, Outcome::Warned, "the connection is not encrypted", Some(remedy.into()));
    }
}

/// A failed handshake is a matter of TLS, whatever was tried; an answer shows that TLS is good, whatever it says.
pub fn fail(report: &mut CheckReport, stage: CheckStage, root: &Url, error: &Error) {
    let stage = if error.kind() == ErrorKind::Tls { CheckStage::Tls } else { stage };
    if stage == CheckStage::Tls && report.step(CheckStage::Address).is_none() {
        report.pass(CheckStage::Address, format!("{root} answers"));
    }
    if stage == CheckStage::Auth && error.phase() == Phase::Answered && report.step(CheckStage::Tls).is_none() {
        tls(report, root);
    }
    report.push(stage, Outcome::Failed, error.to_string(), Some(error.remedy().to_owned()));
}

/// Compares this machine's clock with the `Date` of an answer of `vendor`'s.
pub fn clock(report: &mut CheckReport, http: &HttpClient, answer: Option<&Response>, vendor: &str) {
    let ours = http.clock().now();
    match answer.and_then(Response::vendor_time).map(|theirs| ours - theirs) {
        Some(off) if off.abs() > CLOCK_TOLERANCE => {
            let (seconds, side) =
                (off.num_seconds().abs(), if off > TimeDelta::zero() { "ahead of" } else { "behind" });
            report.push(
                CheckStage::Clock,
                Outcome::Warned,
                format!("this machine's clock is {seconds} s {side} {vendor}'s"),
                Some(format!("Synchronise this machine's clock (NTP). Sync windows follow {vendor}'s clock, so nothing is lost meanwhile.")),
            );
        }
        Some(_) => report.pass(CheckStage::Clock, "the clocks agree"),
        None => report.push(CheckStage::Clock, Outcome::Warned, format!("{vendor}'s answers carry no date"), None),
    }
}

/// Stages that were not reached are said to be skipped, and steps come in the order of their stages.
pub fn complete(report: &mut CheckReport, stages: &[CheckStage]) {
    for stage in stages {
        if report.step(*stage).is_none() {
            report.push(*stage, Outcome::Skipped, "not tested: an earlier stage failed", None);
        }
    }
    report.steps.sort_by_key(|s| s.stage);
}

/// The stages that every connection test has.
pub const STAGES: [CheckStage; 6] = [
    CheckStage::Address,
    CheckStage::Tls,
    CheckStage::Auth,
    CheckStage::Clock,
    CheckStage::Identity,
    CheckStage::Permissions,
];
