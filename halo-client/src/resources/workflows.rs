use super::{filters, operations, resource};
use crate::ids::WorkflowId;

resource! {
    /// A workflow: the steps that a ticket or an opportunity goes through.
    pub struct Workflow {
        id: key(WorkflowId);
        guid: text;
        intent: text;
        name: text;
        note: text;
        notinuse: flag;
        flow_chart_json: text;
        steps: list(WorkflowStep);
        always_allow_actions: json;
        active: flag;
        stages: list(WorkflowStage);
        in_use: flag;
        access_control: json;
        access_control_level: int;
        targets: json;
        workflow_history: json;
        warning = "_warning": text;
    }
}

resource! {
    /// A step of a workflow. A ticket's `workflow_step` is its `step_id`.
    pub struct WorkflowStep {
        fdid: int;
        step_id: int;
        flow_id: id(WorkflowId);
        chatprofile_id: text;
        name: text;
        isstart: flag;
        isend: flag;
        islaststep: flag;
        old_diagram_x: int;
        old_diagram_y: int;
        new_flow_id: int;
        stage_number: int;
        pipeline_stage_id: int;
        pipeline_stage_name: text;
        actions: json;
        overrideprobabiliywhenatthisstep: flag;
        probabilityoverridevalue: num;
        steptype: int;
        message: text;
        message2: text;
        message3: text;
        auto_action: int;
        auto_action_type: int;
        auto_action_type_guid: text;
        input_field_id: int;
        newticket_type: int;
        newticket_tickettype_id: int;
        newticket_template_id: int;
        step_conditions: json;
        chat_teams: json;
        rules: json;
        chat_image_type: int;
        note: text;
        newticket_service_id: int;
        content: text;
        ai_model: text;
        virtual_agent_id: text;
        start_new_chat_flow_id: text;
        iteration_type: int;
        iteration_batch_size: int;
        use_batch_response: flag;
        newticket_sendlink: flag;
        output_variables: json;
        runbook_variable_mappings: json;
        chat_input_suggestions: json;
        chat_step_questions: json;
        translations: json;
    }
}

resource! {
    /// A stage: steps that belong together.
    pub struct WorkflowStage {
        id: int;
        flow_id: id(WorkflowId);
        sequence: int;
        name: text;
        edit_outcome: int;
        outcome_step: int;
        translations: json;
    }
}

operations!(Workflow: "workflows", "/Workflow", items "workflows", paged false, key |w| w.id.key(), can [get]);

filters! { Workflow {
    /// Those that are switched off too.
    include_inactive: bool => "includeinactive";
} }
