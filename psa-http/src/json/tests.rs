use super::*;
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Row {
    #[serde(deserialize_with = "int")]
    site_id: Option<i64>,
    #[serde(deserialize_with = "num")]
    estimate: Option<f64>,
    #[serde(deserialize_with = "flag")]
    inactive: Option<bool>,
    #[serde(deserialize_with = "text")]
    name: Option<String>,
    #[serde(deserialize_with = "date")]
    at: Option<DateTime<Utc>>,
}

fn row(json: &str) -> Row {
    decode(json.as_bytes()).unwrap_or_else(|e| panic!("{json}: {e}"))
}

#[test]
fn numbers_come_in_three_forms() {
    for form in ["18", "18.0", "\"18\"", "\"18.0\""] {
        assert_eq!(row(&format!(r#"{{"site_id":{form}}}"#)).site_id, Some(18), "{form}");
    }
    for form in ["null", "\"\""] {
        assert_eq!(row(&format!(r#"{{"site_id":{form}}}"#)).site_id, None, "{form}");
    }
    assert_eq!(row(r#"{"estimate":-0.0}"#).estimate.map(f64::is_sign_negative), Some(false));
}

#[test]
fn dates_come_with_and_without_zone_and_with_any_fraction() {
    for (text, expected) in [
        ("2024-06-20T14:45:15.9746271Z", Some("2024-06-20T14:45:15.974627100Z")),
        ("2022-09-26T16:15:38.897", Some("2022-09-26T16:15:38.897Z")),
        ("2022-09-26T16:15:38.7", Some("2022-09-26T16:15:38.7Z")),
        ("2019-04-23T15:33:00", Some("2019-04-23T15:33:00Z")),
        ("2024-06-20T16:45:15+02:00", Some("2024-06-20T14:45:15Z")),
        ("2024-06-20", Some("2024-06-20T00:00:00Z")),
        ("0001-01-01T00:00:00", None),
        ("1899-12-30T00:00:00Z", None),
        ("1900-01-01T00:00:00", None),
        ("", None),
    ] {
        let expected = expected.map(|e| e.parse::<DateTime<Utc>>().unwrap());
        assert_eq!(row(&format!(r#"{{"at":"{text}"}}"#)).at, expected, "{text}");
    }
}

#[test]
fn a_wrong_type_names_the_path_and_not_the_value() {
    let error = decode::<Vec<Row>>(br#"[{"name":"ok"},{"site_id":"s3cret-value"}]"#).unwrap_err();
    assert_eq!(error.path, "[1].site_id");
    assert!(!error.to_string().contains("s3cret"), "{error}");
    let error = decode::<Row>(br#"{"inactive":["s3cret-value"]}"#).unwrap_err();
    assert_eq!(error.path, "inactive");
    assert!(!error.to_string().contains("s3cret"), "{error}");
    let error = decode::<Row>(br#"{"site_id":1.5}"#).unwrap_err();
    assert!(error.to_string().contains("whole number"), "{error}");
}

#[test]
fn a_damaged_text_is_read_and_its_bytes_are_kept() {
    for (raw, name) in [
        (&b"{\"name\":\"caf\x92\",\"new\":1}"[..], "caf\u{fffd}"),
        (b"{\"name\":\"Printer on fire \\ud83d\",\"new\":1}", "Printer on fire \u{fffd}"),
        (b"{\"name\":\"two\nlines\",\"new\":1}", "two\nlines"),
        (b"\xef\xbb\xbf{\"name\":\"marked\",\"new\":1}", "marked"),
    ] {
        let row = native::<Row>(Bytes::from_static(raw)).unwrap();
        assert_eq!((row.name.as_deref(), row.raw().as_ref()), (Some(name), raw));
        assert_eq!(row.member("new"), Some(serde_json::json!(1)));
    }
}

#[test]
fn what_is_no_finite_number_is_an_error_with_its_path_and_never_a_number() {
    for value in
        ["NaN", "Infinity", "-Infinity", "\"NaN\"", "\"Infinity\"", "\"-inf\"", "\"1e400\"", "1e400", "12.", "-"]
    {
        let json = format!(r#"{{"name":"a","estimate":{value}}}"#);
        assert_eq!(decode::<Row>(json.as_bytes()).unwrap_err().path, "estimate", "{value}");
    }
    assert_eq!(row(r#"{"estimate":"1.5"}"#).estimate, Some(1.5));
}

#[test]
fn nul_characters_go_and_unknown_members_stay() {
    let raw = Bytes::from_static(b"{\"name\":\"a\\u0000b\",\"new_in_2027\":{\"x\":[1]}}");
    let row = native::<Row>(raw.clone()).unwrap();
    assert_eq!(row.name.as_deref(), Some("ab"));
    assert_eq!(row.member("new_in_2027"), Some(serde_json::json!({"x": [1]})));
    assert_eq!(row.raw, raw);
}

proptest! {
    #[test]
    fn foreign_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[ -~]{0,40}") {
        let _ = decode::<Row>(&bytes);
        let _ = parse_date(&text);
        let json = serde_json::json!({"at": &text, "site_id": &text, "estimate": &text, "inactive": &text});
        let _ = decode::<Row>(json.to_string().as_bytes());
    }
}

#[test]
fn a_date_of_long_ago_is_read_where_the_vendor_has_such() {
    let year = |text: &str| parse_any_date(text).unwrap().map(|at| at.format("%Y").to_string());
    assert_eq!(year("1975-05-01T00:00:00Z").as_deref(), Some("1975"));
    assert_eq!(year("1899-12-30").as_deref(), Some("1899"));
    assert_eq!(year("0001-01-01T00:00:00Z"), None);
    // Where a year up to 1980 is how nothing is written, it stays nothing.
    assert_eq!(parse_date("1975-05-01T00:00:00Z"), Ok(None));
}
