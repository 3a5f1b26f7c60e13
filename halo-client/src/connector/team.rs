use chrono::{DateTime, Utc};
use psa_core::{Label, Team as CommonTeam, fields};

use super::context::Context;
use super::name_cache::Names;
use super::reader::Mapping;
use crate::list::List;
use crate::resources::Team;

/// Team -> team.
pub(crate) struct Teams;

impl Mapping for Teams {
    type Native = Team;
    type Common = CommonTeam;

    const READS: &'static [&'static str] = &fields!(CommonTeam: NAME, DEPARTMENT, INACTIVE, TAKES_TICKETS, UPDATED_AT);

    fn list(context: &Context) -> List<Team> {
        context.halo.teams().list()
    }

    fn updated_at(team: &Team) -> Option<DateTime<Utc>> {
        team.last_modified
    }

    fn common(team: &Team, _: &Context, _: &Names) -> CommonTeam {
        CommonTeam {
            name: team.name.clone(),
            department: team.department_id.filter(|d| *d > 0).map(|d| Label::new(d, team.department_name.clone())),
            inactive: team.inactive,
            takes_tickets: team.forrequests,
            updated_at: team.last_modified,
            ..CommonTeam::default()
        }
    }
}
