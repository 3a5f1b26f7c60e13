use psa_core::Result;
use psa_http::Operation;
use psa_http::json::Native;

use super::{Collection, filters, operations, resource};
use crate::envelope::one;
use crate::ids::{AgentId, TeamId};

resource! {
    /// An agent: one of the MSP's people. Number 1 is the placeholder "Unassigned".
    pub struct Agent {
        id: key(AgentId);
        name: text;
        team: text;
        email: text;
        isdisabled: flag;
        initials: text;
        firstname: text;
        surname: text;
        colour: text;
        jobtitle: text;
        sms: text;
        is_agent: flag;
        is_online: flag;
        onlinestatus: int;
        lastonline: text;
        lastlogindate: date;
        teams: list(AgentTeam);
        departments: json;
        clients: json;
        role_list: text;
        linemanager: id(AgentId);
        licence_type: int;
        isapiagent: flag;
        workday_id: int;
        workday_timezone: text;
        costprice: num;
        chargerate: int;
        ad: text;
        r#use: text;
    }
}

resource! {
    /// An agent's membership of a team.
    pub struct AgentTeam {
        team_id: id(TeamId);
        team_name: text;
    }
}

resource! {
    /// A team. Tickets name it, not number it.
    pub struct Team {
        id: key(TeamId);
        guid: text;
        name: text;
        sequence: int;
        forrequests: flag;
        foropps: flag;
        forprojects: flag;
        ticket_count: int;
        department_id: int;
        department_name: text;
        inactive: flag;
        agents: json;
        last_modified: date;
    }
}

operations!(Agent: "agents", "/Agent", items "agents", paged false, key |a| a.id.key(), can [get]);
operations!(Team: "teams", "/Team", items "teams", paged false, key |t| t.id.key(), list [("showall", "true")], can [get]);

filters! { Agent {
    /// Disabled ones too.
    include_disabled: bool => "includedisabled";
    /// The placeholder "Unassigned" too.
    include_unassigned: bool => "includeunassigned";
    /// Logins for programs too.
    include_api_agents: bool => "includeapiagents";
    /// Text in the name.
    search: String => "search";
    /// Of this team, by name.
    team: String => "team";
} }

static ME: Operation = Operation::get("halo.agents.me", "/Agent/me");

impl Collection<Agent> {
    /// The agent that this login is.
    ///
    /// # Errors
    /// What the network can do. Any valid token may ask this.
    pub async fn me(&self) -> Result<Native<Agent>> {
        one(&self.halo.http().call(&ME).send().await?, "agents", ME.name)
    }
}
