use super::{CustomField, filters, operations, resource, setters};
use crate::ids::{ArticleId, TicketId};

resource! {
    /// An article of the knowledge base.
    pub struct Article {
        id: key(ArticleId);
        name: text;
        description: text;
        view_count: int;
        useful_count: int;
        notuseful_count: int;
        date_created: date;
        date_edited: date;
        tag_string: text;
        inactive: flag;
        r#type: int;
        next_review_date: date;
        customfields: list(CustomField);
        limit_start_date: date;
        limit_end_date: date;
        editor_type: int;
        kb_tags: text;
        confluence_url: text;
        search_score: num;
        resolution_list: text;
        link: text;
        geo_restrictions: json;
        r#use: text;
        key: int;
        table: int;
        ticket_template_id: int;
        new_external_link: json;
        resolution: text;
        creator_id: int;
        creator_name: text;
        editor_id: int;
        editor_name: text;
        xrefkbentry: int;
        xreftype: int;
        xrefdoc: int;
        ticket_id: id(TicketId);
        description_html: text;
        description_markdown: text;
        resolution_html: text;
        resolution_markdown: text;
        internalmemoagent: text;
        internalmemoagenthtml: text;
        internalmemomarkdown: text;
        tags: json;
        faqlists: json;
        fields: json;
        teams: json;
        your_vote: int;
        showforall: flag;
        attachments: json;
        importfaqs: text;
        last_review_date: date;
        reviewed_by: int;
        reviewer_name: text;
        new_version_from_id: int;
        other_versions: json;
        servicenow_id: text;
        import_attachments: json;
        related_articles: json;
        your_comment: text;
        freshdesk_id: text;
        freshdesk_folder_name: text;
        freshdesk_category_name: text;
        translations: json;
        printhtml: text;
        pdf_attachment_id: int;
        pdftemplate_id: int;
        pdftemplate_name: text;
        kbentryclientaccess: json;
        kbentrytoplevelaccess: json;
        warning = "_warning": text;
        devices: json;
        faq_write: flag;
        import_details_id: int;
        external_links: json;
        wordpress_tags: json;
        wordpress_categories: json;
        importtags: text;
        owners: json;
        search_index_sync_timestamp: date;
        search_index_sync_batches: int;
        kbpermalinks: json;
        negative_feedback_ticket = "negativeFeedbackTicket": json;
        generatetoken: flag;
        latestversion: int;
    }
}

operations!(Article: "kb_articles", "/KBArticle", items "articles", paged true, key |a| a.id.key(), can [get, create, update, delete]);

filters! { Article {
    /// Inactive ones too.
    include_inactive: bool => "includeinactive";
    /// Text in the usual places.
    search: String => "search";
} }

setters! { Article {
    /// The title.
    name: String => "name";
    /// The question or problem, as HTML.
    description_html: String => "description_html";
    /// The answer, as HTML.
    resolution_html: String => "resolution_html";
} }
