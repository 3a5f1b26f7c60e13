//! What a request is before its record is looked at: the gateway's paths, and those of the API.

use http::Method;

use super::routes::Route;

/// A request that was recognised.
#[derive(Debug)]
pub enum Called {
    /// `/login/companyinfo/{company}`.
    CompanyInfo(String),
    /// The key of a callback's signature.
    Key,
    /// A path that the gateway knows nothing of.
    Gateway,
    /// A path of the API in a codebase.
    Api(String, Option<Route>),
}

impl Called {
    pub(super) fn of(method: &Method, path: &str) -> Self {
        let parts: Vec<&str> = path.split('/').filter(|p| !p.is_empty()).collect();
        match parts.as_slice() {
            ["login", "companyinfo", company] if method == Method::GET => Self::CompanyInfo((*company).to_owned()),
            [_, "system", "callbackkey", "index.rails"] => Self::Key,
            [codebase, "apis", "3.0", rest @ ..] => Self::Api((*codebase).to_owned(), Route::find(method, rest)),
            _ => Self::Gateway,
        }
    }

    pub(super) fn operation(&self) -> &'static str {
        match self {
            Self::CompanyInfo(_) => "connectwise.companyinfo",
            Self::Key => "connectwise.callback_key",
            Self::Gateway => "unknown",
            Self::Api(_, route) => route.as_ref().map_or("unknown", Route::operation),
        }
    }
}
