#![doc = include_str!("../README.md")]

mod auth;
mod budget;
pub mod check;
mod client;
mod clock;
mod collection;
pub mod credential;
mod download;
mod error_body;
mod guard;
#[cfg(feature = "reqwest")]
mod guarded_transport;
pub mod json;
pub mod link;
pub mod list;
mod multipart;
mod operation;
mod options;
pub mod pages;
mod raw;
mod readable;
mod redact;
#[cfg(feature = "reqwest")]
mod reqwest_transport;
mod resource;
mod response;
mod retry;
mod retry_after;
pub mod salvage;
mod step;
mod task;
mod transport;
mod vendor;
pub mod walks;
mod web_page;

pub use auth::{Authenticator, Authorization, Token, TokenCache, TokenSource};
pub use budget::{Permit, RateBudget};
pub use client::{Call, HttpClient, HttpClientBuilder, Stats};
pub use clock::{SystemClock, TokioClock};
pub use collection::{Creatable, Deletable, Operations, Readable, Resource, Updatable};
pub use download::Download;
pub use error_body::ErrorBody;
pub use guard::{AddressPolicy, Cidr, CidrError, Forbidden};
#[cfg(feature = "reqwest")]
pub use guarded_transport::{
    GuardedTransport, GuardedTransportBuilder, Resolve, SystemResolver, Timings, TimingsProbe,
};
pub use list::{ListPage, RawRecord};
pub use multipart::Multipart;
pub use operation::{Idempotency, Operation};
#[doc(hidden)]
pub use options::{HttpOptions, HttpSetup};
pub use raw::RawCall;
pub use redact::Redactor;
#[cfg(feature = "reqwest")]
pub use reqwest_transport::{ReqwestTransport, ReqwestTransportBuilder};
#[doc(hidden)]
pub use resource::{AnyDate, Member, Names, Tolerant, camel, camel_len, plain};
pub use resource::{Identified, NativeField, NativeType, VendorId};
pub use response::Response;
pub use retry::RetryPolicy;
pub use retry_after::{retry_after, retry_after_unbounded};
pub use step::{Next, Request, Step};
pub use transport::{Body, Transport, TransportError, TransportErrorKind, read_capped};
pub use vendor::{StatusErrors, Vendor, kind_of_status};
#[doc(hidden)]
pub use {chrono, psa_core, serde, serde_json};
