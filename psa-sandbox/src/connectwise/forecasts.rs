//! Forecasts of opportunities.

use serde_json::json;

use super::refusals::not_found;
use super::resource::Resource;
use super::state::Data;
use super::tables::table;
use crate::emulator::reply::Reply;

/// The forecast of an opportunity.
pub(super) fn forecast(data: &Data, id: i64) -> Result<Reply, Reply> {
    let opportunities = table(Resource::Opportunities);
    data.get(opportunities, id).ok_or_else(|| not_found(opportunities, id))?;
    let revenue = 100.0 * (1 + id % 30) as f64;
    Ok(Reply::json(
        200,
        &json!({"id": id, "forecastItems": [{"id": id * 10 + 1, "forecastDescription": "Hardware", "opportunity": {"id": id}, "quantity": 1.0, "revenue": revenue, "cost": revenue * 0.7, "includeFlag": true, "forecastType": "Product"}],
        "productRevenue": {"id": id, "revenue": revenue, "cost": revenue * 0.7}, "recurringTotal": 0.0, "forecastTotalWithTaxes": revenue * 1.2, "expectedProbability": 50}),
    ))
}
