use psa_core::Result;
use psa_core::{Error, ErrorKind, Phase};
use psa_http::Operation;
use psa_http::Response;
use psa_http::json::Native;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::{Collection, filters, operations, resource};
use crate::envelope::one;
use crate::ids::{
    AssetId, ClientId, ContractId, InvoiceId, PurchaseOrderId, QuotationId, ReportId, SalesOrderId, TicketId,
};

resource! {
    /// A report as it is stored: its query and how it is shown.
    pub struct Report {
        id: key(ReportId);
        name: text;
        group_id: int;
        group_name: text;
        description: text;
        r#type: int;
        datasource_id: int;
        restrictaccess: flag;
        systemreportid: int;
        mainentity: text;
        canbeaccessedbyallusers: flag;
        apiquery_id: int;
        sql: text;
        reportingperiod: int;
        availablefields: text;
        selectedfields: text;
        reportingperiodstartdate: date;
        reportingperiodenddate: date;
        reportingperioddatefield: text;
        sqlid: int;
        charttitle: text;
        xaxis: text;
        yaxis: text;
        xaxiscaption: text;
        yaxiscaption: text;
        graphorderby: text;
        charttype: int;
        graphorder: int;
        count: flag;
        sum: flag;
        average: flag;
        averageaspercentage: flag;
        showgraphvalues: flag;
        client: text;
        builtinid: flag;
        seriestype1: int;
        seriestype2: int;
        seriestype3: int;
        seriestype4: int;
        seriestype5: int;
        yaxis1: text;
        yaxis2: text;
        yaxis3: text;
        yaxis4: text;
        yaxis5: text;
        stackbars: flag;
        includesummary: flag;
        timezonename: text;
        onlyshowsummaries: flag;
        usetechlink: flag;
        is_published: flag;
        published_id: text;
        sqlhasdatefilter: flag;
        usesdynamicsql: flag;
        available_columns: json;
        columns: json;
        filters: json;
        conditions: json;
        filterable_columns: json;
        filterable_columns_conditions: json;
        permissions_agent: json;
        permissions_user: json;
        schedule: json;
        local_library_id: int;
        is_onlinerepository_report: flag;
        get_reportfield_values: text;
        get_reportcondition_values: text;
        filter_lookup_values: json;
        report: json;
        previous_report: json;
        printhtml: text;
        pdf_attachment_id: int;
        xls_attachment_id: int;
        xls_attachment_link: text;
        csv_attachment_id: int;
        csv_attachment_link: text;
        json_attachment_id: int;
        json_attachment_link: text;
        pdftemplate_id: int;
        pdftemplate_name: text;
        pdftemplate: json;
        chart_base64: text;
        customise_table_html: flag;
        report_table_html: text;
        report_table_row_html: text;
        report_table_group_html: text;
        report_table_total_html: text;
        alreadyconverted: flag;
        invoice_id: id(InvoiceId);
        quote_id: id(QuotationId);
        consignment_id: int;
        contract_id: id(ContractId);
        purchase_order_id: id(PurchaseOrderId);
        sales_order_id: id(SalesOrderId);
        asset_id: id(AssetId);
        bookmarked: flag;
        colourpallette: text;
        client_id: id(ClientId);
        show_top_only: flag;
        top_count: int;
        show_trendline: flag;
        show_datavalues: flag;
        series: json;
        colours: json;
        ticket_id: id(TicketId);
        warning = "_warning": text;
        report_comparison: int;
        chart_comparison: int;
        ai_prompt: text;
        ai_threadid: text;
        ai_runid: text;
        assistant_request: json;
        publish_type: int;
        apply_query_builder_perms: flag;
        last_run_date: date;
    }
}

operations!(Report: "reports", "/Report", items "reports", paged true, key |r| r.id.key(), can [get]);

filters! { Report {
    /// Text in the name.
    search: String => "search";
} }

/// The rows that a report's query gave.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ReportRows {
    /// The columns, in the order of the query.
    pub columns: Vec<String>,
    /// Each row by the names of its columns.
    pub rows: Vec<Map<String, Value>>,
}

/// Not repeated when no answer comes: a slow query would be started again and again.
static QUERY: Operation = Operation::post("halo.reports.query", "/Report");
static RUN: Operation = Operation::get("halo.reports.run", "/Report/{id}");

impl Collection<Report> {
    /// Runs SQL against the tenant's reporting database and gives the rows. Needs `edit:reporting`.
    ///
    /// # Errors
    /// [`ErrorKind::Rejected`] with the database's message if the query can't be run.
    pub async fn query(&self, sql: &str) -> Result<ReportRows> {
        let body =
            json!([{"id": 0, "name": "", "sql": sql, "apiquery_id": 0, "_testonly": false, "_loadreportonly": true}]);
        rows(&self.halo.http().call(&QUERY).json(&body).send().await?, QUERY.name)
    }

    /// Runs a stored report and gives the rows.
    ///
    /// # Errors
    /// As [`query`](Self::query).
    pub async fn run(&self, id: impl Into<ReportId>) -> Result<ReportRows> {
        let call =
            self.halo.http().call(&RUN).path("id", id.into()).query("includedetails", true).query("loadreport", true);
        rows(&call.send().await?, RUN.name)
    }
}

/// `report.rows`, or why there are none: Halo answers a query that failed with success.
fn rows(answer: &Response, operation: &'static str) -> Result<ReportRows> {
    #[derive(Deserialize)]
    struct Answer {
        report: Option<Content>,
    }
    #[derive(Deserialize)]
    struct Content {
        rows: Option<Vec<Box<RawValue>>>,
        #[serde(default, deserialize_with = "psa_http::json::text")]
        load_error: Option<String>,
    }
    let answer: Native<Answer> = one(answer, "reports", operation)?;
    let refuse =
        |kind, message: String| Err(Error::new(kind, message).with_operation(operation).with_phase(Phase::Answered));
    match answer.into_value().report {
        Some(Content { load_error: Some(error), .. }) if !error.trim().is_empty() => refuse(ErrorKind::Rejected, error),
        Some(Content { rows: Some(rows), .. }) => {
            let unreadable = |e: serde_json::Error| Error::new(ErrorKind::Decode, "a row can't be read").with_source(e);
            let columns =
                rows.first().map(|r| serde_json::from_str::<Columns>(r.get())).transpose().map_err(unreadable)?;
            let rows = rows.iter().map(|r| serde_json::from_str(r.get())).collect::<std::result::Result<_, _>>();
            Ok(ReportRows { columns: columns.unwrap_or_default().0, rows: rows.map_err(unreadable)? })
        }
        _ => refuse(ErrorKind::Decode, "the answer holds no rows of a report".to_owned()),
    }
}

/// The names of a row's columns, in their order: a map sorts them.
#[derive(Default)]
struct Columns(Vec<String>);

impl<'de> Deserialize<'de> for Columns {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Names;
        impl<'de> serde::de::Visitor<'de> for Names {
            type Value = Columns;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a row")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> std::result::Result<Columns, A::Error> {
                let mut names = Vec::new();
                while let Some((name, _)) = map.next_entry::<String, serde::de::IgnoredAny>()? {
                    names.push(name);
                }
                Ok(Columns(names))
            }
        }
        deserializer.deserialize_map(Names)
    }
}
