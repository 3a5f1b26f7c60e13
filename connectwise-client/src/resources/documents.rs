use super::{Info, Reference, resource};
use crate::ids::{DocumentId};

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

@@
