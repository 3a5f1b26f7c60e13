use super::{Info, resource};
use crate::ids::{CallbackId};

resource! {
    /// A callback: which events ConnectWise sends where. Those of other integrations are in the same list.
    pub struct Callback {
        id: key(CallbackId);
        description: text;
        url: text;
        object_id: int;
        r#type: text;
        level: text;
        member_id: int;
        payload_version: text;
        inactive_flag: flag;
        is_soap_callback_flag: flag;
        is_self_suppressed_flag: flag;
        connect_wise_id = "connectWiseID": text;
        info = "_info": object(Info);
    }
}

@@
