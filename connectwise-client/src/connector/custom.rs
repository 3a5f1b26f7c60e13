//! The tenant's own fields by their captions, for writing.

use std::collections::HashMap;

use psa_core::{Error, ErrorKind, Result};
use tokio::sync::OnceCell;

use crate::client::ConnectWise;

/// The ids of definitions by caption. A caption can be on several screens: then it has several ids.
#[derive(Debug, Default)]
pub(crate) struct CustomFields(OnceCell<HashMap<String, Vec<i64>>>);

impl CustomFields {
    /// The one field with this caption.
    pub(crate) async fn id(&self, cw: &ConnectWise, caption: &str) -> Result<i64> {
        let by_caption = self
            .0
            .get_or_try_init(|| async {
                let mut by_caption: HashMap<String, Vec<i64>> = HashMap::new();
                for field in cw.user_defined_fields().list().all().await? {
                    if let Some(caption) = &field.caption {
                        by_caption.entry(caption.clone()).or_default().push(field.id.0);
                    }
                }
                Ok::<_, Error>(by_caption)
            })
            .await?;
        match by_caption.get(caption).map(Vec::as_slice) {
            Some([only]) => Ok(*only),
            Some(_) => {
                Err(Error::new(ErrorKind::InvalidRequest, "several screens have a custom field of this caption")
                    .with_context("field", caption)
                    .with_context("remedy", "Use the native client: custom_field(id, value)."))
            }
            None => Err(Error::new(ErrorKind::InvalidRequest, "the tenant has no such custom field")
                .with_context("field", caption)),
        }
    }
}
