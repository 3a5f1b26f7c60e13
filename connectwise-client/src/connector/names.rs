//! The names behind the ids of the tenant's lists: rows have them beside the ids, as they were when the row was read.

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt, TryStreamExt};
use psa_core::{Error, Label, Lane, Result};

use crate::client::ConnectWise;
use crate::list::List;
use crate::resources::*;

/// Boards whose lists are read at once.
const BOARDS: usize = 4;

/// A list of the tenant's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum NameList {
    Boards,
    /// Statuses, types, subtypes and items of every board. Their ids are the tenant's, not the board's.
    BoardStatuses,
    BoardTypes,
    BoardSubTypes,
    BoardItems,
    Teams,
    Priorities,
    Sources,
    Slas,
    WorkTypes,
    WorkRoles,
    CompanyStatuses,
    AgreementTypes,
    ConfigurationTypes,
    ConfigurationStatuses,
    ProjectStatuses,
    ScheduleTypes,
    ScheduleStatuses,
    OpportunityStages,
    OpportunityStatuses,
    OpportunityTypes,
}

/// Names by list and id, in a fixed order.
#[derive(Debug, Default, Hash)]
pub(crate) struct Names(BTreeMap<NameList, BTreeMap<i64, String>>);

/// A collection's names by id; `$member` is the one that the vendor shows.
macro_rules! names {
    ($collection:expr, $lane:expr, $member:ident) => {
        named($collection.list(), $lane, |row| row.$member.clone()).await?
    };
}

impl Names {
    /// The lists as they are now. One that the login may not read is left out: its labels keep the names that rows have.
    pub(crate) async fn read(cw: &ConnectWise, lists: &[NameList], lane: Lane) -> Result<Self> {
        let per_board = [NameList::BoardStatuses, NameList::BoardTypes, NameList::BoardSubTypes, NameList::BoardItems];
        let boards =
            if lists.iter().any(|l| per_board.contains(l)) { names!(cw.boards(), lane, name) } else { BTreeMap::new() };
        let mut names = Self::default();
        for list in lists {
            let found = match list {
                NameList::BoardStatuses | NameList::BoardTypes | NameList::BoardSubTypes | NameList::BoardItems => {
                    of_boards(cw, *list, boards.keys().copied(), lane).await?
                }
                NameList::Boards if !boards.is_empty() => boards.clone(),
                NameList::Boards => names!(cw.boards(), lane, name),
                NameList::Teams => names!(cw.teams(), lane, name),
                NameList::Priorities => names!(cw.priorities(), lane, name),
                NameList::Sources => names!(cw.sources(), lane, name),
                NameList::Slas => names!(cw.slas(), lane, name),
                NameList::WorkTypes => names!(cw.work_types(), lane, name),
                NameList::WorkRoles => names!(cw.work_roles(), lane, name),
                NameList::CompanyStatuses => names!(cw.company_statuses(), lane, name),
                NameList::AgreementTypes => names!(cw.agreement_types(), lane, name),
                NameList::ConfigurationTypes => names!(cw.configuration_types(), lane, name),
                NameList::ConfigurationStatuses => names!(cw.configuration_statuses(), lane, description),
                NameList::ProjectStatuses => names!(cw.project_statuses(), lane, name),
                NameList::ScheduleTypes => names!(cw.schedule_types(), lane, name),
                NameList::ScheduleStatuses => names!(cw.schedule_statuses(), lane, name),
                NameList::OpportunityStages => names!(cw.opportunity_stages(), lane, name),
                NameList::OpportunityStatuses => names!(cw.opportunity_statuses(), lane, name),
                NameList::OpportunityTypes => names!(cw.opportunity_types(), lane, description),
            };
            names.0.insert(*list, found);
        }
        Ok(names)
    }

    /// The same names have the same fingerprint, in every process.
    pub(crate) fn fingerprint(&self) -> String {
        format!("{:016x}", psa_http::pages::fingerprint([self]))
    }

    /// Gives a label the name that a list has for its id. True: it has another one now.
    pub(crate) fn rename(&self, list: NameList, label: &mut Option<Label>) -> bool {
        Label::rename(label, |id| self.0.get(&list)?.get(&id.parse().ok()?).map(String::as_str))
    }
}

/// A list's names by id.
async fn named<T: ConnectWiseResource>(
    list: List<T>,
    lane: Lane,
    name: fn(&T) -> Option<String>,
) -> Result<BTreeMap<i64, String>> {
    match list.lane(lane).records().try_collect::<Vec<psa_http::RawRecord<T>>>().await {
        Ok(rows) => {
            let names = rows.iter().filter_map(|row| {
                let row = row.value.as_ref().ok()?;
                Some((row.id().into(), name(row)?))
            });
            Ok(names.collect())
        }
        Err(error) if error.is_permission_denied() || error.is_not_found() => {
            tracing::warn!(%error, "names can't be read; labels keep those of their rows");
            Ok(BTreeMap::new())
        }
        Err(error) => Err(error),
    }
}

/// One of the lists below each board.
async fn of_boards(
    cw: &ConnectWise,
    list: NameList,
    boards: impl Iterator<Item = i64>,
    lane: Lane,
) -> Result<BTreeMap<i64, String>> {
    let of_board = |board: i64| async move {
        let boards = cw.boards();
        match list {
            NameList::BoardTypes => Ok::<_, Error>(names!(boards.types(board), lane, name)),
            NameList::BoardSubTypes => Ok(names!(boards.subtypes(board), lane, name)),
            NameList::BoardItems => Ok(names!(boards.items(board), lane, name)),
            _ => Ok(names!(boards.statuses(board), lane, name)),
        }
    };
    let found: Vec<BTreeMap<i64, String>> =
        stream::iter(boards.map(of_board).collect::<Vec<_>>()).buffered(BOARDS).try_collect::<Vec<_>>().await?;
    Ok(found.into_iter().flatten().collect())
}
