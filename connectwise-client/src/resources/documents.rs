use super::Operation;
use base64::Engine as _;
use psa_core::{Error, ErrorKind, Result};
use psa_http::json::Native;

use super::{Collection, Info, Reference, operations, resource};
use crate::ids::DocumentId;

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

/// A file to upload.
#[derive(Clone)]
pub struct Upload<'a> {
    record_type: &'a str,
    record: i64,
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
    /// A file for a record: its type (`Ticket`, `Company`, `Opportunity` …) and id.
    pub fn new(
        record_type: &'a str,
        record: impl Into<i64>,
        file_name: &'a str,
        content_type: &'a str,
        content: &'a [u8],
    ) -> Self {
        let title = file_name;
        Self { record_type, record: record.into(), title, file_name, content_type, content, private: false }
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

    /// The form, with a boundary that is in none of its parts.
    fn form(&self) -> Result<(String, Vec<u8>)> {
        if [self.file_name, self.title, self.record_type, self.content_type]
            .iter()
            .any(|t| t.contains(['"', '\r', '\n']))
        {
            return Err(Error::new(ErrorKind::InvalidRequest, "a name must not hold quotes or line breaks")
                .with_context("field", "file_name"));
        }
        if self.file_name.trim().is_empty() {
            return Err(Error::new(ErrorKind::InvalidRequest, "a file needs a name").with_context("field", "file_name"));
        }
        let mut n = 0u32;
        let boundary = loop {
            let boundary =
                format!("psa-kit-{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(format!("boundary {n}")));
            if !self.content.windows(boundary.len()).any(|w| w == boundary.as_bytes()) {
                break boundary;
            }
            n += 1;
        };
        let mut body = Vec::with_capacity(self.content.len() + 1024);
        let record = self.record.to_string();
        let private = self.private.to_string();
        for (name, value) in
            [("recordType", self.record_type), ("recordId", &record), ("title", self.title), ("privateFlag", &private)]
        {
            let part = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
            self.file_name, self.content_type
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(self.content);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        Ok((format!("multipart/form-data; boundary={boundary}"), body))
    }
}

impl Collection<Document> {
    /// The files on a record: its type (`Ticket`, `Company`, `Opportunity` …) and id. Without them ConnectWise refuses.
    pub fn of_record(&self, record_type: &str, record: impl Into<i64>) -> crate::page::List<Document> {
        self.list().query("recordType", record_type).query("recordId", record.into())
    }

    /// Uploads a file.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] for a name that can't be sent. With [`Phase::MaybeSent`](psa_core::Phase::MaybeSent) it
    /// may be there: look at [`of_record`](Self::of_record) before you upload it again.
    pub async fn upload(&self, file: Upload<'_>) -> Result<Native<Document>> {
        let (content_type, body) = file.form()?;
        let content_type = http::HeaderValue::try_from(content_type)
            .map_err(|e| Error::new(ErrorKind::InvalidRequest, "this is no content type").with_source(e))?;
        let answer = self.cw.http().call(&UPLOAD).body(content_type, body).send().await?;
        psa_http::list::record(&answer, answer.body.clone(), UPLOAD.name)
            .map_err(|e| e.with_phase(psa_core::Phase::MaybeSent))
    }

    /// A file's bytes, as they arrive.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] also for one the login may not see. A file that breaks off is an error of the stream.
    pub async fn download(&self, id: impl Into<DocumentId>) -> Result<psa_http::Download> {
        let call = self.cw.http().call(&DOWNLOAD).path("id", id.into());
        call.header(http::header::ACCEPT, http::HeaderValue::from_static("*/*")).download().await?.not_a_web_page()
    }
}
