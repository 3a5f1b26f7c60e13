use super::Operation;
use psa_core::Result;
use psa_http::json::Native;

use super::{Collection, CustomFieldValue, Info, Reference, operations, resource, setters};
use crate::ids::{
    CompanyId, ContactId, ForecastId, MemberId, NoteId, OpportunityId, OpportunityStageId, OpportunityStatusId,
    OpportunityTypeId, ProbabilityId,
};

resource! {
    /// A possible sale. Amounts are in its forecast.
    pub struct Opportunity {
        id: key(OpportunityId);
        name: text;
        expected_close_date: date;
        r#type: object(Reference);
        stage: object(Reference);
        status: object(Reference);
        priority: object(Reference);
        notes: text;
        probability: object(Reference);
        source: text;
        rating: object(Reference);
        campaign: object(Reference);
        primary_sales_rep: object(Reference);
        secondary_sales_rep: object(Reference);
        location_id: int;
        business_unit_id: int;
        company: object(Reference);
        contact: object(Reference);
        site: object(Reference);
        customer_po = "customerPO": text;
        pipeline_change_date: date;
        date_became_lead: date;
        closed_date: date;
        closed_by: object(Reference);
        total_sales_tax: num;
        ship_to_company: object(Reference);
        ship_to_contact: object(Reference);
        ship_to_site: object(Reference);
        bill_to_company: object(Reference);
        bill_to_contact: object(Reference);
        bill_to_site: object(Reference);
        billing_terms: object(Reference);
        tax_code: object(Reference);
        currency: object(Reference);
        company_location_id: int;
        technical_contact: object(Reference);
        info = "_info": object(Info);
        custom_fields: list(CustomFieldValue);
    }
}

resource! {
    /// A status of opportunities; it tells won from lost.
    pub struct OpportunityStatus {
        id: key(OpportunityStatusId);
        name: text;
        won_flag: flag;
        lost_flag: flag;
        closed_flag: flag;
        inactive_flag: flag;
        default_flag: flag;
        entered_by: text;
        date_entered: date;
        info = "_info": object(Info);
        connect_wise_id: text;
    }
}

resource! {
    /// A type of opportunities.
    pub struct OpportunityType {
        id: key(OpportunityTypeId);
        description: text;
        inactive_flag: flag;
        info = "_info": object(Info);
        connect_wise_id: text;
    }
}

resource! {
    /// A stage of the pipeline.
    pub struct OpportunityStage {
        id: key(OpportunityStageId);
        name: text;
        probability: object(Reference);
        color: text;
        sequence_number: int;
        info = "_info": object(Info);
        connect_wise_id: text;
    }
}

resource! {
    /// A probability, in percent.
    pub struct SalesProbability {
        id: key(ProbabilityId);
        probability: int;
        info = "_info": object(Info);
        connect_wise_id: text;
    }
}

resource! {
    /// What an opportunity may bring.
    pub struct Forecast {
        id: key(ForecastId);
        forecast_items: list(ForecastItem);
        product_revenue: object(Reference);
        service_revenue: object(Reference);
        agreement_revenue: object(Reference);
        time_revenue: object(Reference);
        expense_revenue: object(Reference);
        forecast_revenue_totals: object(Reference);
        inclusive_revenue_totals: object(Reference);
        recurring_total: num;
        won_revenue: object(Reference);
        lost_revenue: object(Reference);
        open_revenue: object(Reference);
        other_revenue1: object(Reference);
        other_revenue2: object(Reference);
        sales_tax_revenue: num;
        forecast_total_with_taxes: num;
        expected_probability: int;
        tax_code: object(Reference);
        billing_terms: object(Reference);
        currency: object(Reference);
        info = "_info": object(Info);
    }
}

resource! {
    /// A line of a forecast.
    pub struct ForecastItem {
        id: int;
        forecast_description: text;
        opportunity: object(Reference);
        quantity: num;
        status: object(Reference);
        catalog_item: object(Reference);
        product_description: text;
        product_class: text;
        revenue: num;
        cost: num;
        margin: num;
        percentage: int;
        include_flag: flag;
        quote_werks_doc_no: text;
        quote_werks_doc_name: text;
        quote_werks_quantity: int;
        forecast_type: text;
        link_flag: flag;
        recurring_revenue: num;
        recurring_cost: num;
        recurring_date_start: date;
        recurring_date_end: date;
        bill_cycle: object(Reference);
        cycle_basis: text;
        cycles: int;
        recurring_flag: flag;
        sequence_number: num;
        sub_number: int;
        taxable_flag: flag;
        info = "_info": object(Info);
    }
}

resource! {
    /// A note on an opportunity.
    pub struct OpportunityNote {
        id: key(NoteId);
        opportunity_id: int;
        r#type: object(Reference);
        text: text;
        flagged: flag;
        entered_by: text;
        mobile_guid: text;
        info = "_info": object(Info);
    }
}

operations!(Opportunity: "opportunities", "/sales/opportunities", write delete, read_only ["closedDate", "closedBy", "totalSalesTax", "dateBecameLead", "pipelineChangeDate"]);
operations!(OpportunityStatus: "opportunity_statuses", "/sales/opportunities/statuses", write delete);
operations!(OpportunityType: "opportunity_types", "/sales/opportunities/types", write delete);
operations!(OpportunityStage: "opportunity_stages", "/sales/stages", write delete);
operations!(SalesProbability: "probabilities", "/sales/probabilities", write delete);
operations!(OpportunityNote: "opportunity_notes", "/sales/opportunities/{parent}/notes", write delete, read_only ["enteredBy", "opportunityId"]);

setters! { Opportunity {
    /// The name.
    name: String => "name";
    /// The company.
    company: CompanyId => ref "company";
    /// The contact.
    contact: ContactId => ref "contact";
    /// The sales person.
    sales_rep: MemberId => ref "primarySalesRep";
    /// The type.
    kind: OpportunityTypeId => ref "type";
    /// The stage.
    stage: OpportunityStageId => ref "stage";
    /// The status.
    status: OpportunityStatusId => ref "status";
    /// The probability.
    probability: ProbabilityId => ref "probability";
    /// What it is about.
    notes: String => "notes";
} }

static FORECAST: Operation = Operation::get("connectwise.opportunities.forecast", "/sales/opportunities/{id}/forecast");

impl Collection<Opportunity> {
    /// What an opportunity may bring: amounts are here and not on the opportunity.
    ///
    /// # Errors
    /// What ConnectWise refuses and what the network can do.
    pub async fn forecast(&self, id: impl Into<OpportunityId>) -> Result<Native<Forecast>> {
        let answer = self.cw.http().call(&FORECAST).path("id", id.into()).send().await?;
        psa_http::list::record(&answer, answer.body.clone(), FORECAST.name)
    }

    /// The notes on an opportunity.
    pub fn notes(&self, id: impl Into<OpportunityId>) -> Collection<OpportunityNote> {
        self.below(id.into().0)
    }
}
