//! Damage in one row never costs another row, whatever is damaged and wherever.

use proptest::prelude::*;
use serde_json::{Value, json};

use self::damage::any_damage;
use super::*;

#[path = "../../tests/shared/damage.rs"]
mod damage;

fn texts(body: &[u8], found: &Salvaged) -> Vec<String> {
    found.rows.iter().map(|row| String::from_utf8_lossy(&body[row.clone()]).into_owned()).collect()
}

fn bare_rows(body: &str) -> Option<Vec<String>> {
    bare(body.as_bytes()).map(|found| texts(body.as_bytes(), &found))
}

fn tickets(body: &str) -> Option<(Vec<String>, Option<u64>)> {
    let found = envelope(body.as_bytes(), &["tickets", "results"], |name| name == "columns")?;
    Some((texts(body.as_bytes(), &found), found.count(body.as_bytes(), "record_count")))
}

#[test]
fn a_row_with_a_broken_structure_is_one_piece_and_its_neighbours_are_whole() {
    for broken in [
        r#"{"id":2,"summary":"lost quote,"status":{"id":7}}"#,
        r#"{"id":2,"status":{"id":7}"#,
        r#"{"id":2,"types":[{"id":1},{"id":2}}"#,
        r#"{"id":2,"types":[{"id":1},{"id":2}{}"#,
        r#""id":2,"status":{"id":7}}"#,
        r#"X"id":2,"status":{"id":7}}"#,
        r#"{"id":2},"status":{"id":7}}"#,
        r#"{"id":2,"a":[}"#,
        r#"{"id":2,"a":"ends in the middle"#,
    ] {
        let (first, last) = (r#"{"id":1,"status":{"id":7}}"#, r#"{"id":3,"status":{"id":7}}"#);
        let rows = bare_rows(&format!("[{first},{broken},{last}]")).unwrap();
        assert_eq!(rows, [first, broken, last], "{broken}");
        let body =
            format!(r#"{{"record_count":3,"tickets":[{first},{last},{broken}],"columns":[{{"id":9}},{{"id":8}}]}}"#);
        let (rows, count) = tickets(&body).unwrap();
        assert_eq!(
            (rows.as_slice(), count),
            ([first, last, broken].map(str::to_owned).as_slice(), Some(3)),
            "{broken}"
        );
    }
}

#[test]
fn what_is_damaged_inside_values_only_is_no_damage_to_the_structure() {
    for value in ["NaN", "-Infinity", "12.", "tru", "\"\\x\"", "\"tab\there\"", "-"] {
        let row = format!(r#"{{"id":2,"budgetHours":{value}}}"#);
        assert_eq!(bare_rows(&format!("[{row},{row}]")).unwrap(), [row.clone(), row.clone()], "{value}");
        assert!(is_object(row.as_bytes()), "{value}");
    }
}

#[test]
fn a_list_without_its_end_is_none() {
    let whole = r#"{"record_count":2,"tickets":[{"id":1,"a":[{"id":5}]},{"id":2}],"columns":[{"id":3}]}"#;
    for cut in 0..whole.len() {
        assert_eq!(tickets(&whole[..cut]), None, "{cut}");
    }
    for body in ["", "<html>[{}]</html>", "\"text\"", "{}", "null", "[", "{\"error\":\"x\"}"] {
        assert_eq!((bare_rows(body), tickets(body)), (None, None), "{body}");
    }
}

#[test]
fn the_number_of_a_damaged_row_is_its_own_and_never_a_nested_one() {
    for (row, id) in [
        (r#"{"id":7,"x":NaN}"#, Some(7)),
        (r#"{"id":"7","x":"#, Some(7)),
        (r#"{"status":{"id":3},"id":7.0,"x""#, Some(7)),
        (r#"{"status":{"id":3},"x":"y"z","id":7}"#, None),
        (r#"{"id":7"#, None),
        (r#"{"id":null,"x":1}"#, None),
        (r#"X"id":7,"x":1}"#, Some(7)),
        ("", None),
        ("[7]", None),
    ] {
        assert_eq!(number(row.as_bytes(), "id"), id, "{row}");
    }
}

#[test]
fn hostile_nesting_costs_no_more_than_a_multiple_of_the_list() {
    for unit in ["{\"a\":[", "[{\"a\":", "],\"a\":[1", ",{\"a\":{}", "{\"", "\"", "[", "}],{"] {
        let body = format!("[{}", unit.repeat(40_000));
        let _ = bare(body.as_bytes());
        let body = format!("{{\"tickets\":[{}", unit.repeat(40_000));
        let _ = envelope(body.as_bytes(), &["tickets"], |_| false);
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let text = prop::sample::select(vec![
        "Printer on fire",
        "a \"q\" b",
        "x[1], {y}",
        "{\"id\":7}",
        "",
        "äöü",
        "}",
        "],",
        "\\",
    ]);
    let leaf = prop_oneof![
        any::<u16>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            (1i64..999, inner).prop_map(|(id, inner)| json!({"id": id, "name": "n", "value": inner})),
        ]
    })
}

/// A row as vendors write them: its id first.
fn any_row(id: i64) -> impl Strategy<Value = String> {
    prop::collection::vec(
        (prop::sample::select(vec!["summary", "status", "types", "company", "_info"]), any_value()),
        2..6,
    )
    .prop_map(move |members| {
        let members: Vec<String> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{\"id\":{id},{}}}", members.join(","))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn damage_to_one_row_leaves_every_other_row_as_it_was(
        rows in (any_row(101), any_row(102), any_row(103), any_row(104)),
        at in 0usize..4, damage in any_damage(), place in any::<prop::sample::Index>(), wrapped in any::<bool>(),
        behind in prop::sample::select(vec!["}", ",\"columns\":[{\"id\":9},{\"id\":8}]}", ",\"page_no\":1}"]),
    ) {
        let rows = [rows.0, rows.1, rows.2, rows.3];
        let mut sent: Vec<Vec<u8>> = rows.iter().map(|row| row.as_bytes().to_vec()).collect();
        sent[at] = damage.done_to(rows[at].as_bytes(), place);
        let mut body = if wrapped { b"{\"record_count\":4,\"tickets\":[".to_vec() } else { b"[".to_vec() };
        body.extend(sent.join(&b","[..]));
        body.push(b']');
        if wrapped {
            body.extend_from_slice(behind.as_bytes());
        }
        let found = if wrapped { envelope(&body, &["tickets"], |name| name == "columns") } else { bare(&body) };
        let found = found.expect("the list comes to its end");
        if wrapped {
            prop_assert_eq!(found.count(&body, "record_count"), Some(4));
        }
        let got: Vec<&[u8]> = found.rows.iter().map(|row| &body[row.clone()]).collect();
        for (n, row) in rows.iter().enumerate().filter(|(n, _)| *n != at) {
            prop_assert!(got.contains(&row.as_bytes()), "row {} is lost in {}", n, String::from_utf8_lossy(&body));
        }
        if sent[at].contains(&b'"') {
            prop_assert!(got.len() >= 4, "the damaged row is not told of in {}", String::from_utf8_lossy(&body));
        }
    }

    #[test]
    fn foreign_bytes_never_panic(body in prop::collection::vec(prop::sample::select(b"[]{}\",:\\ a1\xff".to_vec()), 0..200)) {
        let _ = (bare(&body), number(&body, "id"), is_object(&body));
        if let Some(found) = envelope(&body, &["a"], |_| false) {
            prop_assert!(found.rows.iter().all(|row| row.end <= body.len()));
        }
    }
}
