use psa_core::{Agent as CommonAgent, Label, fields};

use super::context::{self, Context};
use super::name_cache::Names;
use super::reader::Mapping;
use crate::ids;
use crate::list::List;
use crate::resources::Agent;

/// Agent -> agent.
pub(crate) struct Agents;

impl Mapping for Agents {
    type Native = Agent;
    type Common = CommonAgent;

    const READS: &'static [&'static str] =
        &fields!(CommonAgent: NAME, FIRST_NAME, LAST_NAME, EMAIL, TITLE, TEAMS, INACTIVE, API_ONLY);

    /// Everyone, the disabled and the logins for programs too; not the placeholder "Unassigned".
    fn list(context: &Context) -> List<Agent> {
        context.halo.agents().list().include_disabled(true).include_api_agents(true)
    }

    fn common(agent: &Agent, _: &Context, _: &Names) -> CommonAgent {
        CommonAgent {
            name: agent.name.clone(),
            first_name: context::non_blank(&agent.firstname),
            last_name: context::non_blank(&agent.surname),
            email: context::non_blank(&agent.email),
            title: context::non_blank(&agent.jobtitle),
            teams: agent
                .teams
                .iter()
                .filter_map(|t| Some(Label::new(ids::some(t.team_id)?, t.team_name.clone())))
                .collect(),
            inactive: agent.isdisabled,
            api_only: agent.isapiagent,
            ..CommonAgent::default()
        }
    }
}
