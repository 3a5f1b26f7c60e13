use psa_core::{Agent, Label, fields};

use super::context::{self, Context};
use super::reader::Mapping;
use crate::resources::{Collection, Info, Member};

/// Member -> agent.
pub(crate) struct Agents;

impl Mapping for Agents {
    type Native = Member;
    type Common = Agent;

    const READS: &'static [&'static str] =
        &fields!(Agent: NAME, FIRST_NAME, LAST_NAME, EMAIL, TITLE, TEAMS, INACTIVE, API_ONLY, UPDATED_AT);

    fn collection(context: &Context) -> Collection<Member> {
        context.cw.members()
    }

    fn info(member: &Member) -> &Option<Box<Info>> {
        &member.info
    }

    fn common(m: &Member, _: &Context) -> Agent {
        let whole =
            [&m.first_name, &m.last_name].into_iter().filter_map(context::non_blank).collect::<Vec<_>>().join(" ");
        let teams =
            m.teams.as_ref().and_then(|t| t.as_array()).into_iter().flatten().filter_map(serde_json::Value::as_i64);
        Agent {
            name: Some(whole).filter(|n| !n.is_empty()).or_else(|| context::non_blank(&m.identifier)),
            first_name: context::non_blank(&m.first_name),
            last_name: context::non_blank(&m.last_name),
            email: [&m.primary_email, &m.office_email].into_iter().find_map(context::non_blank),
            title: context::non_blank(&m.title),
            teams: teams.map(|t| Label::new(t, None)).collect(),
            inactive: m.inactive_flag,
            // An API member has no licence.
            api_only: m.license_class.as_deref().map(|class| class == "A"),
            updated_at: context::updated(&m.info),
        }
    }
}
