//! Files on records.

use std::borrow::Cow;

use psa_core::Result;
use psa_http::Multipart;
use psa_http::json::Native;

use super::{Collection, Info, Operation, Reference, operations, resource};
use crate::ids::{CompanyId, DocumentId, OpportunityId, TicketId};

resource! {
    /// A file on a record, or a link.
    pub struct Document {
        id: key(DocumentId);
        title: text;
        file_name: text;
        server_file_name: text;
        owner: text;
        link_flag: flag;
        image_flag: flag;
        public_flag: flag;
        html_template_flag: flag;
        read_only_flag: flag;
        size: int;
        url_flag: flag;
        created_on_date: text;
        document_type: object(Reference);
        guid: text;
        info = "_info": object(Info);
        guid_secondary: text;
    }
}

operations!(Document: "documents", "/system/documents", delete);

static UPLOAD: Operation = Operation::post("connectwise.documents.create", "/system/documents");
static DOWNLOAD: Operation = Operation::get("connectwise.documents.download", "/system/documents/{id}/download");

/// The record that a file is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentRecord {
    record_type: Cow<'static, str>,
    id: i64,
}

impl DocumentRecord {
    /// A record of any of ConnectWise's `recordType`s, for those that have no conversion from their id.
    pub fn new(record_type: impl Into<Cow<'static, str>>, id: i64) -> Self {
        Self { record_type: record_type.into(), id }
    }
}

impl From<TicketId> for DocumentRecord {
    fn from(id: TicketId) -> Self {
        Self::new("Ticket", id.0)
    }
}

impl From<CompanyId> for DocumentRecord {
    fn from(id: CompanyId) -> Self {
        Self::new("Company", id.0)
    }
}

impl From<OpportunityId> for DocumentRecord {
    fn from(id: OpportunityId) -> Self {
        Self::new("Opportunity", id.0)
    }
}

/// A file to upload.
#[derive(Clone)]
pub struct Upload<'a> {
    record: DocumentRecord,
    title: &'a str,
    file_name: &'a str,
    content_type: &'a str,
    content: &'a [u8],
    private: bool,
}

impl std::fmt::Debug for Upload<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upload")
            .field("file_name", &self.file_name)
            .field("bytes", &self.content.len())
            .finish_non_exhaustive()
    }
}

impl<'a> Upload<'a> {
    /// A file for a record: a ticket's, company's or opportunity's id, or any [`DocumentRecord`].
    pub fn new(
        record: impl Into<DocumentRecord>,
        file_name: &'a str,
        content_type: &'a str,
        content: &'a [u8],
    ) -> Self {
        let title = file_name;
        Self { record: record.into(), title, file_name, content_type, content, private: false }
    }

    /// The title, if it is not the file's name.
    #[must_use]
    pub fn title(mut self, title: &'a str) -> Self {
        self.title = title;
        self
    }

    /// Whether the customer may not see it.
    #[must_use]
    pub fn private(mut self, private: bool) -> Self {
        self.private = private;
        self
    }

    fn form(&self) -> Multipart<'a> {
        Multipart::new()
            .field("recordType", &self.record.record_type)
            .field("recordId", self.record.id)
            .field("title", self.title)
            .field("privateFlag", self.private)
            .file("file", self.file_name, self.content_type, self.content)
    }
}

impl Collection<Document> {
    /// The files on a record: a ticket's, company's or opportunity's id, or any [`DocumentRecord`]. ConnectWise lists none without.
    pub fn of_record(&self, record: impl Into<DocumentRecord>) -> crate::list::List<Document> {
        let record = record.into();
        self.list().query("recordType", record.record_type).query("recordId", record.id)
    }

    /// Uploads a file. Quotes and control characters in its name are percent-encoded on the way, as browsers do; the
    /// title is sent as it is.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`](psa_core::ErrorKind::InvalidRequest) for a file without a name, or a content type
    /// that is none. With [`Phase::MaybeSent`](psa_core::Phase::MaybeSent) it may be there: look at
    /// [`of_record`](Self::of_record) before you upload it again.
    pub async fn upload(&self, file: Upload<'_>) -> Result<Native<Document>> {
        let (content_type, body) = file.form().build().map_err(|e| e.with_operation(UPLOAD.name))?;
        let answer = self.cw.http().call(&UPLOAD).body(content_type, body).send().await?;
        psa_http::list::record(&answer, answer.body.clone(), UPLOAD.name)
            .map_err(|e| e.with_phase(psa_core::Phase::MaybeSent))
    }

    /// A file's bytes, as they arrive.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](psa_core::ErrorKind::NotFound) also for one the login may not see. A file that breaks
    /// off is an error of the stream.
    pub async fn download(&self, id: impl Into<DocumentId>) -> Result<psa_http::Download> {
        let call = self.cw.http().call(&DOWNLOAD).path("id", id.into());
        call.header(http::header::ACCEPT, http::HeaderValue::from_static("*/*")).download().await?.not_a_web_page()
    }
}
