use std::fmt;
use std::time::Duration;

use crate::Error;
use crate::rfc9421::base::Input;
use crate::rfc9421::component::Component;
use crate::rfc9421::digest::{DigestAlgorithm, check_content_digest, content_digest};
use crate::rfc9421::keys::SigningKey;
use crate::rfc9421::request::{Fields, Request};
use crate::rfc9421::structured::{self, Bare, Parameters};
use crate::rfc9421::{DIGEST, INPUT, SIGNATURE, combined, malformed};

/// Signs requests by RFC 9421.
///
/// Unless told otherwise it covers `@method`, `@target-uri` and `content-digest`, and adds that digest where it is covered and
/// not there yet.
///
/// ```
/// use webhook_signing::rfc9421::{Algorithm, MessageSigner, Request, SigningKey};
///
/// let signer = MessageSigner::new("acme-2026", SigningKey::new(Algorithm::Ed25519, &[7; 32])?).tag("webhook");
///
/// let headers = [("Content-Type", "application/json")];
/// let request = Request::new("POST", "https://example.com/hook", &headers)?;
/// let added = signer.sign(&request, b"{}", 1_700_000_000, Some("b3k2pp5k7z"))?;
/// assert_eq!(added.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["Content-Digest", "Signature-Input", "Signature"]);
/// # Ok::<(), webhook_signing::Error>(())
/// ```
pub struct MessageSigner {
    keyid: String,
    key: SigningKey,
    label: String,
    components: Vec<Component>,
    expires_after: Option<u64>,
    tag: Option<String>,
    alg: bool,
    digest: DigestAlgorithm,
}

impl fmt::Debug for MessageSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageSigner")
            .field("keyid", &self.keyid)
            .field("key", &self.key)
            .field("label", &self.label)
            .field("components", &self.components)
            .finish_non_exhaustive()
    }
}

impl MessageSigner {
    /// A signer with its key, and the id that the receiver knows it by.
    pub fn new(keyid: impl Into<String>, key: SigningKey) -> Self {
        Self {
            keyid: keyid.into(),
            key,
            label: "sig1".to_owned(),
            components: ["@method", "@target-uri", "content-digest"].map(Component::from).to_vec(),
            expires_after: None,
            tag: None,
            alg: true,
            digest: DigestAlgorithm::default(),
        }
    }

    /// The label of the signature, which keeps it apart from others of the same request. `sig1` unless told.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// What is covered, instead of `@method`, `@target-uri` and `content-digest`.
    #[must_use]
    pub fn components<C: Into<Component>>(mut self, components: impl IntoIterator<Item = C>) -> Self {
        self.components = components.into_iter().map(Into::into).collect();
        self
    }

    /// The receiver is not to take it any more after so long.
    #[must_use]
    pub fn expires_after(mut self, time: Duration) -> Self {
        self.expires_after = Some(time.as_secs());
        self
    }

    /// What the signature is for.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tag = Some(tag.into());
        self
    }

    /// Leaves out the algorithm, which a receiver knows by the key.
    #[must_use]
    pub fn without_alg(mut self) -> Self {
        self.alg = false;
        self
    }

    /// The hash of the digest that is added. SHA-256 unless told.
    #[must_use]
    pub fn digest(mut self, digest: DigestAlgorithm) -> Self {
        self.digest = digest;
        self
    }

    /// The headers to add to a request. `created` in seconds since 1970; a `nonce` is another for each signature.
    ///
    /// # Errors
    /// [`Error::ComponentMissing`] if the request does not have what is to be covered, [`Error::DigestMismatch`] if it has the
    /// digest of another body, [`Error::DuplicateHeader`] if it has a signature with this label, [`Error::InvalidTimestamp`] for
    /// a time before 1970, [`Error::MalformedHeader`] for what can't be written in one.
    pub fn sign(
        &self,
        request: &Request<'_>,
        body: &[u8],
        created: i64,
        nonce: Option<&str>,
    ) -> Result<Vec<(&'static str, String)>, Error> {
        if !structured::is_key(&self.label) {
            return Err(malformed(INPUT, "can't have this label"));
        }
        for name in [INPUT, SIGNATURE] {
            let there = combined(request.fields, name)?.unwrap_or_default();
            let there = structured::dictionary(&there).map_err(|why| malformed(name, why))?;
            if structured::last(&there, &self.label).is_some() {
                return Err(Error::DuplicateHeader(name.into()));
            }
        }
        let mut headers = Vec::new();
        if self.components.iter().any(|component| component.name.eq_ignore_ascii_case(DIGEST)) {
            match combined(request.fields, DIGEST)? {
                Some(there) => check_content_digest(&there, body)?,
                None => headers.push((DIGEST, content_digest(self.digest, body))),
            }
        }
        let components = self.components.iter().cloned().map(Component::checked).collect::<Result<_, _>>()?;
        let input = Input::new(components, self.parameters(created, nonce)?)?;
        let with_digest = With { added: &headers, fields: request.fields };
        let base = input.base(&request.with_fields(&with_digest))?;
        let signature = Bare::Bytes(self.key.sign(base.as_bytes())?);
        let label = &self.label;
        headers.push((INPUT, format!("{label}={}", input.member())));
        headers.push((SIGNATURE, format!("{label}={signature}")));
        Ok(headers)
    }

    fn parameters(&self, created: i64, nonce: Option<&str>) -> Result<Parameters, Error> {
        let expires = self.expires_after.map(|after| created.saturating_add(i64::try_from(after).unwrap_or(i64::MAX)));
        // Numbers of structured fields have at most fifteen digits.
        let fits = |time: i64| (0..1_000_000_000_000_000).contains(&time);
        if !fits(created) || !expires.is_none_or(fits) {
            return Err(Error::InvalidTimestamp);
        }
        let mut parameters = vec![("created".to_owned(), Bare::Integer(created))];
        parameters.extend(expires.map(|expires| ("expires".to_owned(), Bare::Integer(expires))));
        let texts = [
            ("keyid", Some(self.keyid.as_str())),
            ("alg", self.alg.then(|| self.key.algorithm().name())),
            ("nonce", nonce),
            ("tag", self.tag.as_deref()),
        ];
        for (key, text) in texts {
            let Some(text) = text else { continue };
            if !structured::is_string(text) {
                return Err(malformed(INPUT, "can't hold text that is not printable ASCII"));
            }
            parameters.push((key.to_owned(), Bare::String(text.to_owned())));
        }
        Ok(parameters)
    }
}

/// The headers of a request, and those that come with the signature.
struct With<'f> {
    added: &'f [(&'static str, String)],
    fields: &'f dyn Fields,
}

impl Fields for With<'_> {
    fn values<'h>(&'h self, name: &'h str) -> Box<dyn Iterator<Item = &'h [u8]> + 'h> {
        Box::new(self.fields.values(name).chain(self.added.values(name)))
    }
}
