use psa_core::{Team, fields};

use super::context::{self, Context};
use super::reader::Mapping;
use crate::resources::{Collection, Info, ServiceTeam};

/// Service team -> team.
pub(crate) struct Teams;

impl Mapping for Teams {
    type Native = ServiceTeam;
    type Common = Team;

    const READS: &'static [&'static str] = &fields!(Team: NAME, DEPARTMENT, TAKES_TICKETS, UPDATED_AT);

    fn collection(context: &Context) -> Collection<ServiceTeam> {
        context.cw.teams()
    }

    fn info(team: &ServiceTeam) -> &Option<Box<Info>> {
        &team.info
    }

    fn common(team: &ServiceTeam, _: &Context) -> Team {
        Team {
            name: context::non_blank(&team.name),
            department: context::label(&team.department),
            takes_tickets: Some(true),
            updated_at: context::updated(&team.info),
            ..Team::default()
        }
    }
}
