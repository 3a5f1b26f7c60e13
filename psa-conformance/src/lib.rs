#![doc = include_str!("../README.md")]

mod checks;
mod harness;
mod report;
mod suite;
mod writes;

pub use harness::{Disturbance, Harness};
pub use report::{Finding, Report, Verdict};
pub use suite::Suite;
pub use writes::{Effect, OwnForm, WriteReport, WriteSuite};
