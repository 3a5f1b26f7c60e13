#![doc = include_str!("../README.md")]

mod capabilities;
mod changes;
mod check;
mod connector;
mod custom;
mod customer;
mod entity;
mod error;
mod ext;
mod hint;
mod key;
mod kind;
mod memory;
mod models;
mod path;
mod query;
mod record;
mod schema;
pub mod time;
mod waiting;

pub use capabilities::{Capabilities, EchoMark, EntityCapabilities, FieldCapabilities, Incremental, KeyListing};
pub use changes::{AnyChanges, Changes, PathChange};
pub use check::{CheckReport, CheckStage, CheckStep, Grant, Outcome, Permission};
pub use connector::{
    Connector, Reader, Relabel, Relabelled, Sink, Source, Writer, erase_reader, erase_writer, relabelled,
};
pub use custom::CustomFieldId;
pub use customer::OwnedReference;
pub use error::{BODY_CAP, Error, ErrorKind, Phase, Result, Retry, VendorAnswer, VendorProblem};
pub use ext::{ConnectorExt, ReaderExt};
pub use hint::{Answer, Cause, Hint, Incoming, Received, Receiver};
pub use key::{Key, KeyShape};
pub use kind::EntityKind;
pub use memory::MemoryConnector;
pub use models::{
    Address, Agent, Agreement, Appointment, Asset, Author, Company, Contact, Custom, Email, FieldItem, FieldValue,
    IntoField, Invoice, Label, Normalized, Nullable, Opportunity, OpportunityStatus, Phone, Project, Reference,
    ReferenceItem, Site, Stage, StatusMap, StatusMeaning, Team, Ticket, TicketNote, TimeEntry, Visibility,
};
pub use path::{Mapped, Path, ReadOnly, Writable};
pub use query::{Lane, Query};
pub use record::{
    AnyItem, AnyPage, AnyRecord, Cursor, DecodeError, Evidence, Item, KeyPage, Page, Projection, Record, Version,
};
pub use schema::{AnyEntity, Entity, Field, FieldType, Schema};
pub use waiting::{WaitBoard, WaitGuard, WaitReason, WaitWatch, Waiting};

#[doc(hidden)]
pub use entity::private as __private;
