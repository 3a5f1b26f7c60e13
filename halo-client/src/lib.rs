#![doc = include_str!("../README.md")]

mod auth;
mod check;
mod client;
mod config;
mod connector;
mod error;
mod ids;
mod page;
mod resources;
mod scopes;

pub use auth::Grant;
pub use client::{Halo, RawCall};
pub use config::{HaloBuilder, HaloUrl};
pub use connector::{HaloConnector, HaloConnectorBuilder};
pub use ids::{
    ActionId, AgentId, CategoryId, ClientId, OutcomeId, PriorityId, SiteId, StatusId, TeamId, TicketId, TicketTypeId,
    UserId,
};
pub use page::{List, ListPage, RawRecord, Resource};
pub use psa_http::json::Native;
pub use resources::{
    Action, Actions, AddressStore, Agent, AgentTeam, Agents, Category, Client, Clients, CustomField, NativeField,
    Opportunity, Outcome, Priority, Save, Site, Sites, Status, Team, Ticket, TicketType, Tickets, User, Users,
};
pub use scopes::{Scope, ScopeRow, Scopes};
