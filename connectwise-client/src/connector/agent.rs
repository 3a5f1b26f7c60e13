use psa_core::{Agent, Label};

use super::Context;
use super::reader::Mapping;
use crate::resources::{Collection, Info, Member};

/// Member -> agent.
pub(crate) struct Agents;

impl Mapping for Agents {
    type Native = Member;
    type Common = Agent;

    fn collection(context: &Context) -> Collection<Member> {
        context.cw.members()
    }

    fn info(member: &Member) -> &Option<Box<Info>> {
        &member.info
    }

    fn common(m: &Member, _: &Context) -> Agent {
        let whole = [&m.first_name, &m.last_name].into_iter().filter_map(super::text).collect::<Vec<_>>().join(" ");
        let teams =
            m.teams.as_ref().and_then(|t| t.as_array()).into_iter().flatten().filter_map(serde_json::Value::as_i64);
        Agent {
            name: Some(whole).filter(|n| !n.is_empty()).or_else(|| super::text(&m.identifier)),
            first_name: super::text(&m.first_name),
            last_name: super::text(&m.last_name),
            email: [&m.primary_email, &m.office_email].into_iter().find_map(super::text),
            title: super::text(&m.title),
            teams: teams.map(|t| Label::new(t, None)).collect(),
            inactive: m.inactive_flag,
            // An API member has no licence.
            api_only: m.license_class.as_deref().map(|class| class == "A"),
            updated_at: super::updated(&m.info),
        }
    }
}
