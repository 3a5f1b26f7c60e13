use proptest::prelude::*;
use serde_json::{Value, json};

use crate::*;

/// A value that fits each field type, for tests over whole schemas.
fn sample(ty: &FieldType) -> Value {
    match ty {
        FieldType::Text => json!("text"),
        FieldType::Integer => json!(3),
        FieldType::Decimal => json!(1.5),
        FieldType::Bool => json!(true),
        FieldType::DateTime => json!("2024-06-20T14:45:15.974Z"),
        FieldType::Date => json!("2024-06-20"),
        FieldType::Reference => json!({"id": "12"}),
        FieldType::Label => json!({"id": "3", "name": "Open"}),
        FieldType::Map => json!({"CFcolour": "red"}),
        FieldType::Object => json!({}),
        FieldType::Choice(names) if names.contains(&"triaged") => json!(names[0]),
        FieldType::Choice(names) => json!({"value": names[0], "raw": "x"}),
        FieldType::List(inner) => match **inner {
            FieldType::Object => json!([]),
            _ => json!([sample(inner)]),
        },
    }
}

fn every_path_can_be_set_read_and_cleared<E: Entity>() {
    for field in E::schema().fields {
        let mut entity = E::default();
        let value = sample(&field.ty);
        Entity::set(&mut entity, field.path, value.clone()).unwrap();
        assert_eq!(Entity::get(&entity, field.path), Some(value), "{} {}", E::KIND, field.path);
        Entity::set(&mut entity, field.path, Value::Null).unwrap();
        assert_eq!(entity, E::default(), "{} {}", E::KIND, field.path);
    }
}

#[test]
fn every_field_of_every_model_is_reachable_by_path() {
    every_path_can_be_set_read_and_cleared::<Company>();
    every_path_can_be_set_read_and_cleared::<Site>();
    every_path_can_be_set_read_and_cleared::<Contact>();
    every_path_can_be_set_read_and_cleared::<Ticket>();
    every_path_can_be_set_read_and_cleared::<TicketNote>();
    every_path_can_be_set_read_and_cleared::<TimeEntry>();
    every_path_can_be_set_read_and_cleared::<Opportunity>();
    every_path_can_be_set_read_and_cleared::<Agent>();
    every_path_can_be_set_read_and_cleared::<Team>();
    every_path_can_be_set_read_and_cleared::<Asset>();
    every_path_can_be_set_read_and_cleared::<Invoice>();
    every_path_can_be_set_read_and_cleared::<Agreement>();
    every_path_can_be_set_read_and_cleared::<Project>();
    every_path_can_be_set_read_and_cleared::<Appointment>();
    every_path_can_be_set_read_and_cleared::<ReferenceItem>();
}

#[test]
fn a_wrong_value_is_refused_and_changes_nothing() {
    let mut ticket = Ticket { summary: Some("a".into()), ..Ticket::default() };
    let before = ticket.clone();
    let error = Entity::set(&mut ticket, "estimate_hours", json!("three")).unwrap_err();
    assert_eq!(error.context("field"), Some("estimate_hours"));
    assert!(Entity::set(&mut ticket, "summary.inner", json!(1)).is_err());
    assert_eq!(ticket, before);
}

#[test]
fn a_change_stamp_is_not_content() {
    let content = |t: &Ticket| {
        let mut out = Vec::new();
        Entity::write_content(t, &mut out);
        String::from_utf8(out).unwrap()
    };
    let mut ticket = Ticket { summary: Some("a".into()), ..Ticket::default() };
    let before = content(&ticket);
    assert_eq!(before, r#"{"summary":"a"}"#);
    ticket.updated_at = Some("2024-06-20T14:45:15Z".parse().unwrap());
    assert_eq!(content(&ticket), before);
    ticket.status = Some(Label::new(3, None));
    assert_ne!(content(&ticket), before);
    assert_eq!(content(&Ticket::default()), "{}");
}

#[test]
fn a_site_waits_for_its_company_only() {
    let site = Site { company: Some(Reference::to(12)), main_contact: Some(Reference::to(5)), ..Site::default() };
    let mut parents = Vec::new();
    Entity::visit_parents(&site, &mut |kind, key| parents.push((kind.clone(), key.clone())));
    assert_eq!(parents, [(EntityKind::COMPANY, Key::from(12))]);
}

proptest! {
    #[test]
    fn content_is_valid_json_and_reads_back(summary in ".*", hours in any::<f64>(), id in any::<i64>()) {
        prop_assume!(hours.is_finite());
        let ticket = Ticket {
            summary: Some(summary),
            estimate_hours: Some(hours),
            company: Some(Reference::to(id)),
            ..Ticket::default()
        };
        let mut out = Vec::new();
        Entity::write_content(&ticket, &mut out);
        let back: Ticket = serde_json::from_slice(&out).unwrap();
        // JSON text may round the last bit of a double; everything else is exact.
        prop_assert_eq!(back.summary, ticket.summary);
        prop_assert_eq!(back.company, ticket.company);
    }
}
