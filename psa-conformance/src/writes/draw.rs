//! Writes drawn at random from what a connector says that it can write and from what the vendor holds.

use psa_core::{AnyChanges, EntityCapabilities, EntityKind, Field, FieldCapabilities, FieldType, Key};
use serde_json::{Value, json};

use crate::state::State;

/// What is done.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Write {
    Create(AnyChanges),
    Update(Key, AnyChanges),
    Delete(EntityKind, Key),
}

/// Numbers that are the same for the same seed.
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `below`.
    fn below(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % below.max(1) as u64).unwrap_or_default()
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }
}

/// An id that no record has.
const NOBODY: &str = "987654";

/// The next write of this kind; none if there is nothing of it to go by.
pub(crate) fn write(
    dice: &mut Dice,
    kind: &EntityKind,
    capabilities: &EntityCapabilities,
    state: &State,
) -> Option<Write> {
    let keys: Vec<&Key> = state.of_kind(kind).map(|(key, _)| key).collect();
    match dice.below(10) {
        0 if capabilities.delete && keys.len() > 3 => Some(Write::Delete(kind.clone(), (*dice.one(&keys)?).clone())),
        1 | 2 if capabilities.create => {
            // As another record of the kind, so that what the vendor wants is there.
            let (_, model) = state.of_kind(kind).nth(dice.below(keys.len()))?;
            let mut changes = some(dice, kind, capabilities, state, 2)?;
            for (field, value) in &model.fields {
                if capabilities.field(field).is_some_and(|f| f.written())
                    && !changes.names_field(field)
                    && *field != "code"
                {
                    changes.common.insert((*field).to_owned(), value.clone());
                }
            }
            Some(Write::Create(changes))
        }
        _ if capabilities.update => {
            let key = match dice.below(12) {
                0 => mixed(dice, &keys)?,
                1 => Key::from_parts(capabilities.key.0.iter().map(|_| NOBODY)),
                2 => {
                    // A key of another kind that looks the same.
                    let others: Vec<&Key> =
                        state.rows.keys().filter(|(of, _)| of != kind).map(|(_, key)| key).collect();
                    (*dice.one(&others)?).clone()
                }
                _ => (*dice.one(&keys)?).clone(),
            };
            let mut changes = some(dice, kind, capabilities, state, 3)?;
            if dice.below(10) == 0 {
                let name = ["id", "ID", "/id"][dice.below(3)];
                changes.native.insert(name.to_owned(), json!(dice.below(9) + 1));
            }
            Some(Write::Update(key, changes))
        }
        _ => None,
    }
}

/// A key whose parts are of two records.
fn mixed(dice: &mut Dice, keys: &[&Key]) -> Option<Key> {
    let (first, second) = (dice.one(keys)?, dice.one(keys)?);
    let parts: Vec<_> = first.parts().collect();
    let last = second.parts().last()?;
    let head = &parts[..parts.len().saturating_sub(1)];
    Some(Key::from_parts(head.iter().map(|part| part.to_string()).chain([last.to_string()])))
}

/// Changes of up to `most` fields.
fn some(
    dice: &mut Dice,
    kind: &EntityKind,
    capabilities: &EntityCapabilities,
    state: &State,
    most: usize,
) -> Option<AnyChanges> {
    let schema = state.schemas.get(kind)?;
    let mut changes = AnyChanges::new(kind.clone());
    for _ in 0..=dice.below(most) {
        let path = *dice.one(&capabilities.fields_that(FieldCapabilities::written))?;
        if let Some(field) = schema.field(path)
            && let Some(value) = value(dice, field, kind, state)
        {
            changes.common.insert(path.to_owned(), value);
        }
    }
    (!changes.common.is_empty()).then_some(changes)
}

/// A value for a field: one of those that the vendor holds, one that nobody has, or none.
fn value(dice: &mut Dice, field: &Field, kind: &EntityKind, state: &State) -> Option<Value> {
    let seen: Vec<&Value> = state.of_kind(kind).filter_map(|(_, row)| row.fields.get(field.path)).collect();
    if dice.below(8) == 0 && field.ty != FieldType::Map {
        return Some(Value::Null);
    }
    Some(match &field.ty {
        FieldType::Text => match dice.below(3) {
            // Text that looks like a date is text.
            0 => json!("2026-03-29T02:30:00.123+02:00"),
            _ => json!(format!("Words {}", dice.below(1_000_000))),
        },
        FieldType::Integer => json!(dice.below(9) + 1),
        FieldType::Decimal => json!([0.25, 1.5, 12.0][dice.below(3)]),
        FieldType::Bool => json!(dice.below(2) == 0),
        FieldType::DateTime => {
            let day = dice.below(28) + 1;
            json!(format!("2026-10-{day:02}T12:00:00Z"))
        }
        FieldType::Date => json!(format!("2026-10-{:02}", dice.below(28) + 1)),
        FieldType::Reference => match dice.below(6) {
            0 => {
                let id = dice.one(&seen)?.get("id")?.as_str()?;
                let head = id.rsplit_once('/').map(|(head, _)| format!("{head}/")).unwrap_or_default();
                json!({"id": format!("{head}{NOBODY}")})
            }
            _ => (*dice.one(&seen)?).clone(),
        },
        FieldType::Label => match (dice.below(6), dice.one(&seen)?) {
            (0, label) if label.get("id").is_some() => json!({"id": NOBODY}),
            (_, label) => (*label).clone(),
        },
        FieldType::Choice(names) => json!({"value": dice.one(names)?, "raw": ""}),
        FieldType::Map => {
            let map = dice.one(&seen)?.as_object()?;
            let names: Vec<&String> = map.keys().collect();
            let name = *dice.one(&names)?;
            let value = match (dice.below(3), &map[name]) {
                (0, _) => Value::Null,
                (_, Value::Bool(flag)) => json!(!flag),
                (_, Value::Number(_)) => json!(dice.below(50)),
                // Text stays text.
                (1, _) => json!("2026-03-29T02:30:00.123+02:00"),
                (_, _) => json!(format!("own {}", dice.below(1_000))),
            };
            Value::Object([(name.clone(), value)].into_iter().collect())
        }
        // Lists of structures have vendors' forms of their own.
        _ => (*dice.one(&seen)?).clone(),
    })
}
