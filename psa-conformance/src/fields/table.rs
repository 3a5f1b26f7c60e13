//! Tables about fields in documentation: made by a test, and compared by it ever after.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs};

use psa_core::{Capabilities, FieldCapabilities, Schema};

/// Set this to have documents written instead of compared.
const WRITE: &str = "PSA_WRITE_TABLES";

/// What one vendor has for a field of a model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldRow {
    /// The members that fill it.
    pub members: Vec<String>,
    /// What can be done with it.
    pub able: FieldCapabilities,
}

impl FieldRow {
    fn cells(&self) -> [String; 2] {
        let members = match self.able.alone {
            false if self.able.written() => "never read".to_owned(),
            false => String::new(),
            true if self.members.is_empty() => "always the same".to_owned(),
            true => self.members.iter().map(|member| format!("`{member}`")).collect::<Vec<_>>().join(", "),
        };
        let written = match (self.able.create, self.able.update) {
            (true, true) => "yes",
            (true, false) => "on create",
            (false, true) => "on update",
            (false, false) if self.able.alone => "no",
            _ => "",
        };
        [members, written.to_owned()]
    }
}

/// The table of a model's fields: for each vendor the members that fill a field, and whether it is written. One file, of which
/// each vendor's tests keep their own columns.
#[derive(Debug)]
pub struct FieldTable {
    file: PathBuf,
    schema: &'static Schema,
}

/// The vendors, in the order of their columns.
const VENDORS: [&str; 2] = ["Halo", "ConnectWise"];

impl FieldTable {
    /// The table in this file.
    pub fn new(file: impl Into<PathBuf>, schema: &'static Schema) -> Self {
        Self { file: file.into(), schema }
    }

    /// Compares a vendor's columns with what is true, or writes them if `PSA_WRITE_TABLES` is set.
    ///
    /// # Errors
    /// What differs, and how to write it anew.
    pub fn check(&self, vendor: &str, rows: &BTreeMap<&'static str, FieldRow>) -> Result<(), String> {
        let place = VENDORS.iter().position(|v| *v == vendor).ok_or_else(|| format!("{vendor} has no column"))?;
        let old = fs::read_to_string(&self.file).unwrap_or_default();
        let cells: BTreeMap<&str, Vec<&str>> = old.lines().filter_map(cells).collect();
        let mut new = String::from("| Field |");
        for vendor in VENDORS {
            let _ = write!(new, " {vendor} | written |");
        }
        new.push_str("\n|---|");
        new.push_str(&"---|---|".repeat(VENDORS.len()));
        for field in self.schema.fields {
            let _ = write!(new, "\n| `{}` |", field.path);
            for n in 0..VENDORS.len() {
                let [members, written] = if n == place {
                    rows.get(field.path).cloned().unwrap_or_default().cells()
                } else {
                    let old =
                        |m: usize| cells.get(field.path).and_then(|c| c.get(2 * n + m)).copied().unwrap_or_default();
                    [old(0).to_owned(), old(1).to_owned()]
                };
                let _ = write!(new, " {members} | {written} |");
            }
        }
        new.push('\n');
        settle(&self.file, &old, &new)
    }
}

/// The name and the other cells of a row about a field.
fn cells(line: &str) -> Option<(&str, Vec<&str>)> {
    let mut cells = line.strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim);
    let name = cells.next()?.strip_prefix('`')?.strip_suffix('`')?;
    Some((name, cells.collect()))
}

/// A part of a document between `<!-- name -->` and `<!-- /name -->` that is made of a connector's capabilities.
#[derive(Debug)]
pub struct Section {
    file: PathBuf,
    name: &'static str,
}

impl Section {
    /// The part of this file.
    pub fn new(file: impl Into<PathBuf>, name: &'static str) -> Self {
        Self { file: file.into(), name }
    }

    /// Compares the part with the table of what each field of each kind can do, or writes it if `PSA_WRITE_TABLES` is set.
    ///
    /// # Errors
    /// The section is missing, or it differs from the declaration; the message says how to write it anew.
    pub fn check(&self, capabilities: &Capabilities) -> Result<(), String> {
        let old = fs::read_to_string(&self.file).map_err(|e| format!("{}: {e}", self.file.display()))?;
        let (begin, end) = (format!("<!-- {} -->\n", self.name), format!("<!-- /{} -->", self.name));
        let parts = old.split_once(&begin).and_then(|(head, rest)| Some((head, rest.split_once(&end)?.1)));
        let (head, tail) = parts.ok_or_else(|| format!("{} has no {begin}", self.file.display()))?;
        settle(&self.file, &old, &format!("{head}{begin}{}{end}{tail}", able(capabilities)))
    }
}

/// One row a field.
fn able(capabilities: &Capabilities) -> String {
    let mut out = String::from(
        "| Kind | Field | in lists | alone | create | update | clear | at most |\n|---|---|---|---|---|---|---|---|\n",
    );
    let mark = |yes: bool| if yes { "x" } else { "" };
    for (kind, of_kind) in &capabilities.entities {
        for (name, field) in &of_kind.fields {
            let chars = field.max_chars.map(|n| format!("{n} characters"));
            let elements = field.max_elements.map(|n| format!("{n} elements"));
            let most = chars.into_iter().chain(elements).collect::<Vec<_>>().join(", ");
            let [listed, alone, create, update, clear] =
                [field.listed, field.alone, field.create, field.update, field.clear].map(mark);
            let _ =
                writeln!(out, "| {kind} | `{name}` | {listed} | {alone} | {create} | {update} | {clear} | {most} |");
        }
    }
    out
}

fn settle(file: &PathBuf, old: &str, new: &str) -> Result<(), String> {
    if old == new {
        return Ok(());
    }
    if env::var_os(WRITE).is_some() {
        return fs::write(file, new).map_err(|e| format!("{}: {e}", file.display()));
    }
    let lines = new.lines().zip(old.lines().chain(std::iter::repeat("")));
    let differing: Vec<_> = lines.filter(|(new, old)| new != old).map(|(new, _)| new).collect();
    Err(format!(
        "{} does not say what is true any more. Set {WRITE}=1 and run this test to write it anew. It should say:\n{}",
        file.display(),
        differing.join("\n")
    ))
}
