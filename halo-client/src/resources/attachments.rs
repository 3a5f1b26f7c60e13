use psa_core::Result;
use psa_core::{Error, ErrorKind};
use psa_http::Operation;
use psa_http::json::Native;

use super::{Collection, WriteRequest, filters, operations, resource};
use crate::ids::{ActionId, AgentId, AttachmentId, TicketId, TicketTypeId, UserId};

resource! {
    /// A file on a ticket or an action.
    pub struct Attachment {
        id: key(AttachmentId);
        filename: text;
        datecreated: date;
        note: text;
        filesize: int;
        r#type: int;
        unique_id: int;
        desc: text;
        isimage: flag;
        showforusers: flag;
        showonchild: flag;
        showonrelated: flag;
        third_party_id: text;
        already_posted: flag;
        faultid: int;
        att_link: text;
        child_count: int;
        parent_id: int;
        linked_version_id: int;
        allow_anon_upload: flag;
        tickettype_id: id(TicketTypeId);
        tickettype_guid: text;
        validate_guid: text;
        content_type: text;
        last_updated: date;
        ticket_id: id(TicketId);
        action_id: int;
        user_id: id(UserId);
        agent_id: id(AgentId);
        attachmentaction_id: int;
        guid: text;
        image_upload_id: int;
        file: text;
        anon_outcomeid: int;
        has_scanned: flag;
        warning = "_warning": text;
        parent_name: text;
        version_count: int;
        copy_from_id: int;
        new_external_link: json;
        import_details_id: int;
        external_links: json;
    }
}

operations!(Attachment: "attachments", "/Attachment", items "attachments", paged false, key |a| a.id.key(), can [delete]);

filters! { Attachment {
    /// Of this ticket.
    ticket: TicketId => "ticket_id";
    /// Of this action of the ticket.
    action: ActionId => "action_id";
} }

static UPLOAD: Operation = Operation::post("halo.attachments.create", "/Attachment");
static DOWNLOAD: Operation = Operation::get("halo.attachments.download", "/Attachment/{id}");

impl Collection<Attachment> {
    /// Uploads a file. It travels as one JSON document, a third larger than the file.
    ///
    /// To open a ticket with it, upload without a ticket first and pass the id to
    /// [`WriteRequest::attachment`](crate::WriteRequest::attachment).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] for a file without a name. With [`Phase::MaybeSent`](psa_core::Phase::MaybeSent) it
    /// may be there: list the ticket's attachments before you upload it again.
    pub async fn upload(&self, file: Upload<'_>) -> Result<Native<Attachment>> {
        if file.name.trim().is_empty() {
            return Err(Error::new(ErrorKind::InvalidRequest, "a file needs a name").with_context("field", "filename"));
        }
        let mut data = format!("data:{};base64,", file.content_type);
        base64::Engine::encode_string(&base64::engine::general_purpose::STANDARD, file.content, &mut data);
        let mut save = WriteRequest::<Attachment>::new(self.halo.clone(), &UPLOAD)
            .set("filename", file.name)
            .set("isimage", file.content_type.starts_with("image/"))
            .set("data_base64", data);
        if let Some(ticket) = file.ticket {
            save = save.set("ticket_id", ticket);
        }
        if let Some(action) = file.action {
            save = save.set("action_id", action);
        }
        save.send().await
    }

    /// A file's bytes, as they arrive.
    ///
    /// ```no_run
    /// # async fn save(halo: halo_client::Halo, mut file: impl std::io::Write) -> Result<(), Box<dyn std::error::Error>> {
    /// use futures::TryStreamExt;
    ///
    /// let download = halo.attachments().download(2967).await?;
    /// let (total, mut done) = (download.length(), 0);
    /// let mut chunks = download.bytes();
    /// while let Some(chunk) = chunks.try_next().await? {
    ///     file.write_all(&chunk)?;
    ///     done += chunk.len() as u64;
    ///     println!("{done} of {total:?}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] also for one the login may not see. A file that breaks off is an error of the stream.
    pub async fn download(&self, id: impl Into<AttachmentId>) -> Result<psa_http::Download> {
        let call = self.halo.http().call(&DOWNLOAD).path("id", id.into());
        call.header(http::header::ACCEPT, http::HeaderValue::from_static("*/*")).download().await?.not_a_web_page()
    }
}

/// A file to upload.
#[derive(Clone)]
pub struct Upload<'a> {
    name: &'a str,
    content_type: &'a str,
    content: &'a [u8],
    ticket: Option<TicketId>,
    action: Option<ActionId>,
}

impl std::fmt::Debug for Upload<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upload").field("name", &self.name).field("bytes", &self.content.len()).finish_non_exhaustive()
    }
}

impl<'a> Upload<'a> {
    /// A file with this name and content.
    pub fn new(name: &'a str, content_type: &'a str, content: &'a [u8]) -> Self {
        Self { name, content_type, content, ticket: None, action: None }
    }

    /// Puts it on a ticket.
    #[must_use]
    pub fn on_ticket(mut self, ticket: impl Into<TicketId>) -> Self {
        self.ticket = Some(ticket.into());
        self
    }

    /// Puts it on an action of the ticket.
    #[must_use]
    pub fn on_action(mut self, action: impl Into<ActionId>) -> Self {
        self.action = Some(action.into());
        self
    }
}
