//! The address of a Halo server.

use psa_core::{Error, Result};
use url::Url;

/// The address of a Halo server, from whatever a person pastes.
///
/// ```
/// use halo_client::HaloUrl;
///
/// for pasted in [
///     "acme.halopsa.com",
///     "https://acme.halopsa.com/",
///     "https://acme.halopsa.com/api",
///     " https://ACME.halopsa.com/auth/token?tenant=acme ",
/// ] {
///     assert_eq!(HaloUrl::parse(pasted)?.root().as_str(), "https://acme.halopsa.com/");
/// }
/// assert!(HaloUrl::parse("not a url").is_err());
/// assert!(HaloUrl::parse("acme").unwrap_err().remedy().contains("acme.halopsa.com"));
/// # Ok::<(), psa_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HaloUrl(Url);

impl HaloUrl {
    /// Reads an address with or without scheme, `/api`, `/auth`, a trailing slash, a query.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](psa_core::ErrorKind::Config) if there is no host in it, or a password.
    pub fn parse(pasted: &str) -> Result<Self> {
        let text = pasted.trim();
        let bad = |why: &'static str| {
            Error::config("url", why)
                .with_context("remedy", "Paste the address of your Halo, like https://acme.halopsa.com")
        };
        if text.is_empty() {
            return Err(bad("the address is empty"));
        }
        let whole = text.contains("://");
        let text = if whole { text.to_owned() } else { format!("https://{text}") };
        let mut url = Url::parse(&text).map_err(|e| bad("this is not a web address").with_source(e))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad("only https addresses can be used"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad("the address holds a user name or password"));
        }
        if url.host_str().is_none_or(|h| h.is_empty()) {
            return Err(bad("the address has no host"));
        }
        // With a scheme it may be a server in the house; a bare word is a tenant's name.
        if let Some(url::Host::Domain(host)) = url.host()
            && !whole
            && !host.contains('.')
            && host != "localhost"
        {
            let why = "the address is a single word";
            let remedy = format!("Paste the whole address; did you mean {host}.halopsa.com?");
            return Err(Error::config("url", why).with_context("remedy", remedy));
        }
        url.set_query(None);
        url.set_fragment(None);
        let mut parts: Vec<&str> = url.path().split('/').filter(|p| !p.is_empty()).collect();
        while let Some(last) = parts.last() {
            let own = ["api", "auth", "token", "swagger", "apidoc", "authinfo"];
            if !own.iter().any(|o| last.eq_ignore_ascii_case(o)) {
                break;
            }
            parts.pop();
        }
        let path = if parts.is_empty() { "/".to_owned() } else { format!("/{}/", parts.join("/")) };
        url.set_path(&path);
        Ok(Self(url))
    }

    /// The server's root, with a trailing slash.
    pub fn root(&self) -> &Url {
        &self.0
    }

    pub(crate) fn join(&self, below: &str) -> Result<Url> {
        self.0.join(below).map_err(|e| Error::config("url", "the address can't be extended").with_source(e))
    }
}
