use super::{Collection, Info, Reference, operations, resource};
use crate::ids::{
    BoardId, BoardItemId, BoardStatusId, BoardSubTypeId, BoardTypeId, PriorityId, SlaId, SourceId, TeamId,
};

resource! {
    /// A board: a queue of tickets with statuses, types and teams of its own.
    pub struct Board {
        id: key(BoardId);
        name: text;
        location: object(Reference);
        department: object(Reference);
        inactive_flag: flag;
        sign_off_template: object(Reference);
        send_to_contact_flag: flag;
        contact_template: object(Reference);
        send_to_resource_flag: flag;
        resource_template: object(Reference);
        project_flag: flag;
        show_dependencies_flag: flag;
        show_estimates_flag: flag;
        board_icon: object(Reference);
        bill_tickets_after_closed_flag: flag;
        bill_ticket_separately_flag: flag;
        bill_unapproved_time_expense_flag: flag;
        override_billing_setup_flag: flag;
        dispatch_member: object(Reference);
        service_manager_member: object(Reference);
        duty_manager_member: object(Reference);
        oncall_member: object(Reference);
        work_role: object(Reference);
        work_type: object(Reference);
        bill_time: text;
        bill_expense: text;
        bill_product: text;
        auto_close_status: object(Reference);
        auto_assign_new_tickets_flag: flag;
        auto_assign_new_ec_tickets_flag = "autoAssignNewECTicketsFlag": flag;
        auto_assign_new_portal_tickets_flag: flag;
        discussions_locked_flag: flag;
        time_entry_locked_flag: flag;
        notify_email_from: text;
        notify_email_from_name: text;
        closed_loop_discussions_flag: flag;
        closed_loop_resolution_flag: flag;
        closed_loop_internal_analysis_flag: flag;
        time_entry_discussion_flag: flag;
        time_entry_resolution_flag: flag;
        time_entry_internal_analysis_flag: flag;
        problem_sort: text;
        resolution_sort: text;
        internal_analysis_sort: text;
        email_connector_allow_reopen_closed_flag: flag;
        email_connector_reopen_status: object(Reference);
        email_connector_reopen_resources_flag: flag;
        email_connector_new_ticket_no_match_flag: flag;
        email_connector_never_reopen_by_days_flag: flag;
        email_connector_reopen_days_limit: int;
        email_connector_never_reopen_by_days_closed_flag: flag;
        email_connector_reopen_days_closed_limit: int;
        use_member_display_name_flag: flag;
        send_to_cc_flag = "sendToCCFlag": flag;
        auto_assign_ticket_owner_flag: flag;
        auto_assign_limit_flag: flag;
        auto_assign_limit_amount: int;
        closed_loop_all_flag: flag;
        percentage_calculation: text;
        all_sort: text;
        mark_first_note_issue_flag: flag;
        restrict_board_by_default_flag: flag;
        send_to_bundled_flag: flag;
        info = "_info": object(Info);
        connect_wise_id: text;
    }
}

resource! {
    /// A status of a board's tickets. The same name on two boards is two statuses.
    pub struct BoardStatus {
        id: key(BoardStatusId);
        name: text;
        board: object(Reference);
        sort_order: int;
        display_on_board: flag;
        inactive: flag;
        closed_status: flag;
        time_entry_not_allowed: flag;
        round_robin_catchall: flag;
        default_flag: flag;
        escalation_status: text;
        customer_portal_description: text;
        customer_portal_flag: flag;
        email_template: object(Reference);
        status_indicator: object(Reference);
        custom_status_indicator_name: text;
        info = "_info": object(Info);
        save_time_as_note: flag;
    }
}

resource! {
    /// A type of a board's tickets.
    pub struct BoardType {
        id: key(BoardTypeId);
        name: text;
        category: text;
        default_flag: flag;
        inactive_flag: flag;
        request_for_change_flag: flag;
        integration_xref: text;
        skill_category: object(Reference);
        skill: object(Reference);
        board: object(Reference);
        location: object(Reference);
        department: object(Reference);
        info = "_info": object(Info);
    }
}

resource! {
    /// A sub-type of a board's tickets.
    pub struct BoardSubType {
        id: key(BoardSubTypeId);
        name: text;
        inactive_flag: flag;
        type_association_ids: json;
        add_all_types_flag: flag;
        remove_all_types_flag: flag;
        board: object(Reference);
        info = "_info": object(Info);
    }
}

resource! {
    /// An item below a sub-type.
    pub struct BoardItem {
        id: key(BoardItemId);
        name: text;
        inactive_flag: flag;
        board: object(Reference);
        info = "_info": object(Info);
    }
}

resource! {
    /// A team of a board.
    pub struct BoardTeam {
        id: key(TeamId);
        name: text;
        team_leader: object(Reference);
        members: json;
        default_flag: flag;
        notify_on_ticket_delete: flag;
        default_round_robin_flag: flag;
        round_robin_flag: flag;
        board_id: int;
        location_id: int;
        business_unit_id: int;
        info = "_info": object(Info);
    }
}

resource! {
    /// A team, of whatever board.
    pub struct ServiceTeam {
        id: key(TeamId);
        name: text;
        leader: object(Reference);
        location: object(Reference);
        department: object(Reference);
        delete_notify_flag: flag;
        info = "_info": object(Info);
    }
}

resource! {
    /// A priority.
    pub struct Priority {
        id: key(PriorityId);
        name: text;
        color: text;
        sort_order: int;
        default_flag: flag;
        image_link: text;
        urgency_sort_order: text;
        level: text;
        info = "_info": object(Info);
        connect_wise_id: text;
    }
}

resource! {
    /// How a ticket came in.
    pub struct Source {
        id: key(SourceId);
        name: text;
        default_flag: flag;
        entered_by: text;
        date_entered: date;
        info = "_info": object(Info);
        connect_wise_id: text;
    }
}

resource! {
    /// A service level agreement.
    pub struct Sla {
        id: key(SlaId);
        name: text;
        based_on: text;
        custom_calendar: object(Reference);
        default_flag: flag;
        application_order: int;
        hi_impact_hi_urgency: object(Reference);
        hi_impact_med_urgency: object(Reference);
        hi_impact_low_urgency: object(Reference);
        med_impact_hi_urgency: object(Reference);
        med_impact_med_urgency: object(Reference);
        med_impact_low_urgency: object(Reference);
        low_impact_hi_urgency: object(Reference);
        low_impact_med_urgency: object(Reference);
        low_impact_low_urgency: object(Reference);
        respond_hours: num;
        respond_percent: int;
        plan_within: num;
        plan_within_percent: int;
        resolution_hours: num;
        resolution_percent: int;
        info = "_info": object(Info);
        connect_wise_id: text;
    }
}

operations!(Board: "boards", "/service/boards", write delete);
operations!(BoardStatus: "board_statuses", "/service/boards/{parent}/statuses", write delete);
operations!(BoardType: "board_types", "/service/boards/{parent}/types", write delete);
operations!(BoardSubType: "board_subtypes", "/service/boards/{parent}/subtypes", write delete);
operations!(BoardItem: "board_items", "/service/boards/{parent}/items", write delete);
operations!(BoardTeam: "board_teams", "/service/boards/{parent}/teams", write delete);
operations!(ServiceTeam: "teams", "/service/teams");
operations!(Priority: "priorities", "/service/priorities", write delete);
operations!(Source: "sources", "/service/sources", write delete);
operations!(Sla: "slas", "/service/SLAs", write delete);

impl Collection<Board> {
    /// The statuses of a board.
    pub fn statuses(&self, board: impl Into<BoardId>) -> Collection<BoardStatus> {
        self.below(board.into().0)
    }

    /// The types of a board.
    pub fn types(&self, board: impl Into<BoardId>) -> Collection<BoardType> {
        self.below(board.into().0)
    }

    /// The sub-types of a board.
    pub fn subtypes(&self, board: impl Into<BoardId>) -> Collection<BoardSubType> {
        self.below(board.into().0)
    }

    /// The items of a board.
    pub fn items(&self, board: impl Into<BoardId>) -> Collection<BoardItem> {
        self.below(board.into().0)
    }

    /// The teams of a board.
    pub fn teams(&self, board: impl Into<BoardId>) -> Collection<BoardTeam> {
        self.below(board.into().0)
    }
}
