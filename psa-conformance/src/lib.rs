#![doc = include_str!("../README.md")]

mod abilities;
mod checks;
mod fields;
mod harness;
mod report;
mod state;
mod suite;
mod writes;

pub use abilities::{AbilityReport, AbilitySuite, Together};
pub use fields::{FieldRow, FieldTable, Filled, Section, filled_by};
pub use harness::{Disturbance, Harness};
pub use report::{Finding, Report, Verdict};
pub use suite::Suite;
pub use writes::{Effect, OwnForm, WriteReport, WriteSuite};
