//! What a simulation asks of an emulated vendor.

use std::sync::Arc;

use psa_core::time::Clock;
use psa_core::{Connector, EntityKind, Hint};
use psa_sandbox::{ActionLog, Fault};
use psa_sync::Scope;

use crate::dice::Dice;

/// An emulated vendor, and the ways in which its data and its behaviour change.
pub(crate) trait Vendor: Sized {
    /// The name that traces begin with.
    const NAME: &'static str;

    /// Lists and single reads that faults may strike.
    const OPERATIONS: &'static [&'static str];

    /// The last moment that the data set knows.
    fn anchor(seed: u64) -> chrono::DateTime<chrono::Utc>;

    fn new(seed: u64, clock: Arc<dyn Clock>, dice: &Dice) -> Self;

    /// A connector of its own, as another process would have.
    fn connector(&self, clock: Arc<dyn Clock>, seed: u64) -> Arc<dyn Connector>;

    /// Kinds of which neither a number nor their parent's stamp tells every change.
    fn uncounted(&self) -> Vec<&'static str>;

    /// The kinds that are synced.
    fn kinds(&self) -> Vec<EntityKind>;

    /// A scope, at random.
    fn scope(&self, dice: &Dice) -> Scope;

    /// Somebody works with the vendor's own screens.
    fn edit(&self, dice: &Dice) -> String;

    /// The same, right before the nth request of an operation from now on.
    fn edit_before(&self, operation: &str, nth: u64, seed: u64);

    /// Rights change, or the clock of answers.
    fn disturb(&self, dice: &Dice) -> String;

    fn add_fault(&self, fault: Fault);

    /// No faults, all rights, one clock.
    fn quiet(&self);

    /// Notifications of records, true or not.
    fn hints(&self, dice: &Dice) -> Vec<Hint>;

    fn log(&self) -> &ActionLog;
}
