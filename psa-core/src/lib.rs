#![doc = include_str!("../README.md")]

mod capabilities;
mod changes;
mod check;
mod connector;
mod custom;
mod customer;
mod error;
mod hint;
mod key;
mod kind;
mod models;
mod query;
mod record;
mod schema;
pub mod time;
mod waiting;

pub use capabilities::{Capabilities, EchoMark, EntityCapabilities, Incremental, KeyListing};
pub use changes::{AnyChanges, Changes, PathChange};
pub use check::{CheckReport, CheckStage, CheckStep, Grant, Outcome, Permission};
pub use connector::{
    Connector, Reader, Relabel, Relabelled, Sink, Source, Writer, erase_reader, erase_writer, relabelled,
};
pub use custom::CustomFieldId;
pub use customer::OwnedReference;
pub use error::{BODY_CAP, Error, ErrorKind, Phase, Result, Retry, VendorAnswer, VendorProblem};
pub use hint::{Answer, Cause, Hint, Incoming, Received, Receiver};
pub use key::{Key, KeyShape};
pub use kind::EntityKind;
pub use models::{
    Address, Agent, Agreement, Appointment, Asset, Author, Company, Contact, Custom, Email, FieldValue, Invoice, Label,
    Normalized, Opportunity, OpportunityStatus, Phone, Project, Reference, ReferenceItem, Site, Stage, StatusMap,
    StatusMeaning, Team, Ticket, TicketNote, TimeEntry, Visibility,
};
pub use query::{Lane, Query};
pub use record::{
    AnyItem, AnyPage, AnyRecord, Cursor, DecodeError, Evidence, Item, KeyPage, Page, Projection, Record, Version,
};
pub use schema::{AnyEntity, Entity, Field, FieldType, Schema};
pub use waiting::{WaitBoard, WaitGuard, WaitReason, WaitWatch, Waiting};
