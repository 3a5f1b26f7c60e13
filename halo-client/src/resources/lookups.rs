use psa_core::Key;

use super::{operations, resource};
use crate::ids::{AgentId, CategoryId, OutcomeId, PriorityId, StatusId, TicketTypeId};

resource! {
    /// A status. Halo does not tell which ones count as closed: the tenant must.
    pub struct Status {
        id: key(StatusId);
        guid: text;
        name: text;
        shortname: text;
        r#type: int;
        sequence: int;
        colour: text;
        slaaction: text;
        ticket_count: int;
        showonquickchange: flag;
    }
}

resource! {
    /// A type of ticket.
    pub struct TicketType {
        id: key(TicketTypeId);
        guid: text;
        name: text;
        r#use: text;
        sequence: int;
        default_sla: int;
        group_id: int;
        group_name: text;
        ticket_count: int;
        cancreate: flag;
        agentscanselect: flag;
        itilrequesttype: int;
        allowattachments: flag;
        fieldidlist: json;
        enduserscanselect: flag;
        anonymouscanselect: flag;
        project_type: int;
        default_agent: id(AgentId);
        default_team: text;
        default_priority: int;
        workflow_name: text;
        workflow_id: int;
        visible: flag;
    }
}

resource! {
    /// A priority of one SLA. `id` is a GUID; tickets use `priorityid`, which repeats for each SLA.
    pub struct Priority {
        id: text;
        slaid: int;
        priorityid: key(PriorityId);
        name: text;
        fixtime: num;
        fixunits: text;
        responsetime: num;
        responseunits: text;
        ishidden: flag;
        fixendofday: flag;
        responseendofday: flag;
        colour: text;
        startofday: flag;
        workdaysoverride: int;
    }
}

resource! {
    /// A category; `type_id` tells which of the four trees it is in.
    pub struct Category {
        id: key(CategoryId);
        guid: text;
        value: text;
        category_name: text;
        type_id: int;
        sla_id: int;
        priority_id: int;
    }
}

resource! {
    /// An outcome: a kind of action that a ticket's workflow offers.
    pub struct Outcome {
        id: key(OutcomeId);
        guid: text;
        outcome: text;
        buttonname: text;
        labellong: text;
        sequence: int;
        hidden: flag;
        systemid: int;
        newstatus: id(StatusId);
        hidefromuser: flag;
        defaultmanhrs: num;
        chargerate: int;
        workflow_id: int;
        workflow_step_id: int;
    }
}

impl psa_http::Identified for Priority {
    type Id = PriorityId;
    /// The number within its SLA.
    fn id(&self) -> PriorityId {
        self.priorityid
    }
}

operations!(Status: "statuses", "/Status", items "statuses", paged false, key |s| s.id.key(), list [("showall", "true")]);
operations!(TicketType: "ticket_types", "/TicketType", items "tickettypes", paged false, key |t| t.id.key(), list [("showall", "true")]);
operations!(Priority: "priorities", "/Priority", items "priorities", paged false, key |p| Key::from_parts([p.slaid.unwrap_or(0), p.priorityid.0]));
operations!(Category: "categories", "/Category", items "categories", paged false, key |c| c.id.key());
operations!(Outcome: "outcomes", "/Outcome", items "outcomes", paged false, key |o| o.id.key(), list [("showhidden", "true")]);
