//! What a vendor's error body says, whatever shape it has: no member of another type than expected loses the rest.

use psa_core::{VendorAnswer, VendorProblem};
use serde_json::{Map, Value};

use crate::json::readable;

/// Longer plain text is no message but a page.
const TEXT_MAX: usize = 300;

/// More problems than a person reads.
const PROBLEMS_MAX: usize = 100;

/// What an error body says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErrorBody {
    /// The code of the whole.
    pub code: Option<String>,
    /// The message of the whole.
    pub message: Option<String>,
    /// What it lists: a problem for each field.
    pub problems: Vec<VendorProblem>,
    /// Whether it is a .NET exception: the request was understood, and something in the server threw it.
    pub exception: bool,
    /// Whether it is plain text.
    pub plain: bool,
}

impl ErrorBody {
    /// Reads a body: JSON of any shape, a JSON string, or a short plain text. A page of markup says nothing.
    pub fn read(body: &[u8]) -> Self {
        let text = readable(body);
        match serde_json::from_str::<Value>(&text) {
            Ok(Value::String(message)) => Self { message: non_blank(&message), ..Self::default() },
            Ok(Value::Object(members)) => Self::of(&members),
            Ok(list @ Value::Array(_)) => Self { problems: problems(&list), ..Self::default() },
            Ok(_) => Self::default(),
            Err(_) => {
                let text = text.trim();
                let message = non_blank(text).filter(|t| t.len() < TEXT_MAX && !t.starts_with(['<', '{', '[', '"']));
                Self { plain: message.is_some(), message, ..Self::default() }
            }
        }
    }

    fn of(members: &Map<String, Value>) -> Self {
        let text = |names: &[&str]| names.iter().find_map(|name| member(members, name).and_then(scalar));
        let exception = member(members, "ClassName").and_then(scalar);
        let nested = match member(members, "error") {
            Some(Value::Object(inner)) => Self::of(inner),
            _ => Self::default(),
        };
        let mut listed: Vec<VendorProblem> = Vec::new();
        for name in ["errors", "modelState", "validationErrors"] {
            listed.extend(member(members, name).map(problems).unwrap_or_default());
        }
        let code = text(&["code", "errorCode", "error_code"]).or_else(|| exception.clone());
        let code = code.or_else(|| text(&["error", "resultCode"])).or(nested.code);
        let message = text(&["exceptionMessage", "error_description", "message", "errorMessage", "detail"]);
        let message = message.or(nested.message).or_else(|| text(&["title", "error"]));
        listed.extend(nested.problems);
        if listed.is_empty() && code.is_none() && message.is_none() {
            // `{"[0].id": ["The JSON value could not be converted …"]}`, without anything around it.
            let lists = members.iter().filter(|(_, value)| value.is_array());
            listed = lists.flat_map(|(name, value)| of_field(name, value)).collect();
        }
        listed.truncate(PROBLEMS_MAX);
        Self { code, message, problems: listed, exception: exception.is_some(), plain: false }
    }

    /// What an error keeps of it: the first problem's code and field, and the words of all of them.
    pub fn answer(self) -> VendorAnswer {
        let first = self.problems.first().cloned().unwrap_or_default();
        let words: Vec<String> = match self.problems.as_slice() {
            [only] => only.message.iter().cloned().collect(),
            several => several.iter().filter_map(words).collect(),
        };
        let words = Some(words.join("; ")).filter(|words| !words.is_empty());
        VendorAnswer {
            code: first.code.or(self.code),
            message: words.or(self.message),
            field: self.problems.iter().find_map(|problem| problem.field.clone()),
            problems: self.problems,
            ..VendorAnswer::default()
        }
    }
}

/// A problem among others, with its field.
fn words(problem: &VendorProblem) -> Option<String> {
    let message = problem.message.as_ref().or(problem.code.as_ref())?;
    Some(match &problem.field {
        Some(field) => format!("{message} ({field})"),
        None => message.clone(),
    })
}

/// A member by its name in any case.
fn member<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    members.get(name).or_else(|| members.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

fn non_blank(text: &str) -> Option<String> {
    Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Text, or a number as text.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => non_blank(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// `[{"code":…,"message":…,"field":…}]`, `["…"]`, `{"company":["…"]}` or `"…"`.
fn problems(value: &Value) -> Vec<VendorProblem> {
    match value {
        Value::Array(list) => list.iter().flat_map(problem).collect(),
        Value::Object(fields) => fields.iter().flat_map(|(name, value)| of_field(name, value)).collect(),
        other => problem(other).into_iter().collect(),
    }
}

fn problem(value: &Value) -> Option<VendorProblem> {
    let found = match value {
        Value::Object(members) => {
            let text = |names: &[&str]| names.iter().find_map(|name| member(members, name).and_then(scalar));
            VendorProblem {
                code: text(&["code", "errorCode"]),
                message: text(&["message", "errorMessage", "description", "detail", "title"]),
                field: text(&["field", "property", "propertyName", "target"]),
            }
        }
        other => VendorProblem { message: scalar(other), ..VendorProblem::default() },
    };
    (found != VendorProblem::default()).then_some(found)
}

/// What a model state says of one field: a text or several.
fn of_field(name: &str, value: &Value) -> Vec<VendorProblem> {
    let last = name.rsplit(['.', ']']).next().filter(|field| !field.is_empty()).unwrap_or(name);
    let field = non_blank(last.trim_start_matches('$'));
    let mut found = problems(value);
    for problem in &mut found {
        problem.field = field.clone().or(problem.field.take());
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(body: &str) -> VendorAnswer {
        ErrorBody::read(body.as_bytes()).answer()
    }

    #[test]
    fn the_words_and_the_field_are_found_in_every_shape() {
        for (body, message, field, code) in [
            (
                r#"{"title":"One or more validation errors occurred.","errors":{"company":["The company field is required."]}}"#,
                Some("The company field is required."),
                Some("company"),
                None,
            ),
            (
                r#"{"Code":"InvalidObject","Message":"ticket object is invalid"}"#,
                Some("ticket object is invalid"),
                None,
                Some("InvalidObject"),
            ),
            (
                r#"{"code":400,"message":{"x":1},"errors":[{"code":"MaxLengthField","message":"too long","field":"summary"}]}"#,
                Some("too long"),
                Some("summary"),
                Some("MaxLengthField"),
            ),
            (
                r#"{"code":"InvalidObject","message":"invalid","errors":[{"code":"A","message":"first","field":"url"},7.5,null,{"message":"second","field":"level"}]}"#,
                Some("first (url); 7.5; second (level)"),
                Some("url"),
                Some("A"),
            ),
            (r#"{"code":"Security","message":"no","errors":null}"#, Some("no"), None, Some("Security")),
            (r#"{"message":"no","errors":"because"}"#, Some("because"), None, None),
            (
                r#"{"Message":"The request is invalid.","ModelState":{"ticket.summary":["too long","too odd"]}}"#,
                Some("too long (summary); too odd (summary)"),
                Some("summary"),
                None,
            ),
            (
                r#"{"Message":"An error has occurred.","ExceptionMessage":"Object reference not set"}"#,
                Some("Object reference not set"),
                None,
                None,
            ),
            (r#"{"error":{"code":"Denied","message":"not you"}}"#, Some("not you"), None, Some("Denied")),
            (r#"{"$.id":["not a number"]}"#, Some("not a number"), Some("id"), None),
            (r#"["first","second"]"#, Some("first; second"), None, None),
            (r#"{"title":"Bad Request","status":400}"#, Some("Bad Request"), None, None),
            (
                "Cannot route. Codebase/company is invalid.",
                Some("Cannot route. Codebase/company is invalid."),
                None,
                None,
            ),
            ("<html>no</html>", None, None, None),
            ("{\"message\":\"cut", None, None, None),
            ("", None, None, None),
        ] {
            let answer = told(body);
            let found = (answer.message.as_deref(), answer.field.as_deref(), answer.code.as_deref());
            assert_eq!(found, (message, field, code), "{body}");
        }
        let damaged = ErrorBody::read(b"\xef\xbb\xbf{\"message\":\"caf\x92 \\ud83d\"}");
        assert_eq!(damaged.message.as_deref(), Some("caf\u{fffd} \u{fffd}"));
    }

    proptest! {
        #[test]
        fn a_member_of_any_other_type_never_loses_the_rest(odd in prop::sample::select(vec!["null", "1", "[]", "{}", "true", "[[1]]", "{\"a\":{}}"])) {
            for name in ["code", "title", "resource", "details", "innerError", "Data"] {
                let body = format!(r#"{{"{name}":{odd},"message":"kept","errors":[{{"{name}":{odd},"message":"inner","field":"f"}}]}}"#);
                let answer = told(&body);
                prop_assert_eq!(answer.message.as_deref(), Some("inner"));
                prop_assert_eq!(answer.field.as_deref(), Some("f"));
            }
        }

        #[test]
        fn foreign_bodies_never_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = ErrorBody::read(&body).answer();
        }
    }
}
