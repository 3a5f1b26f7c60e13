//! The vectors that `PSA_FIXTURES` points to.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// A file of vectors; none, and said so, where there are no fixtures.
pub(crate) fn file(name: &str) -> Option<Value> {
    let Some(folder) = std::env::var_os("PSA_FIXTURES") else {
        eprintln!("skipped: PSA_FIXTURES is not set, so {name} is not read");
        return None;
    };
    let path = std::path::Path::new(&folder).join("webhooks").join(name);
    let text = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Some(serde_json::from_slice(&text).unwrap())
}

pub(crate) fn vectors(file: &Value) -> &[Value] {
    file["vectors"].as_array().unwrap()
}

pub(crate) fn body(vector: &Value) -> Vec<u8> {
    STANDARD.decode(vector["body_b64"].as_str().unwrap_or_default()).unwrap()
}

pub(crate) fn headers(vector: &Value) -> Vec<(String, String)> {
    serde_json::from_value(vector["headers"].clone()).unwrap_or_default()
}

/// Compares verdicts; what is marked `may` is only printed.
#[derive(Default)]
pub(crate) struct Verdicts {
    compared: usize,
    wrong: Vec<String>,
}

impl Verdicts {
    /// `reasons` are the words of the vectors' README for an error of ours.
    pub(crate) fn check<T, E: std::fmt::Debug>(
        &mut self,
        vector: &Value,
        got: Result<T, E>,
        reason: impl Fn(&E) -> &'static str,
    ) {
        let id = vector["id"].as_str().unwrap();
        let (class, valid) = (vector["class"].as_str().unwrap(), vector["expect"]["valid"].as_bool().unwrap());
        let said = got.as_ref().err().map(&reason);
        if class == "may" {
            eprintln!(
                "may {id} ({}): our answer is {}",
                vector["desc"].as_str().unwrap_or_default(),
                said.unwrap_or("accepted")
            );
            return;
        }
        self.compared += 1;
        if got.is_ok() != valid {
            self.wrong.push(format!("{id}: {} ; got {said:?}", vector["desc"]));
        } else if let (Some(said), Some(fitting)) = (said, vector["expect"]["error_any_of"].as_array())
            && !fitting.iter().any(|f| f.as_str() == Some(said))
        {
            eprintln!("note {id}: refused as {said}, expected one of {fitting:?}");
        }
    }

    pub(crate) fn done(self) {
        assert!(self.compared > 0);
        assert!(self.wrong.is_empty(), "{} of {}:\n{}", self.wrong.len(), self.compared, self.wrong.join("\n"));
    }
}
