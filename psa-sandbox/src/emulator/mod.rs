//! What every emulated vendor shares, once: [`Sandbox`] with its builder, clock, faults, hooks, rate limit, log, in-process
//! transport and server. A vendor implements [`Emulated`]: what it holds, which request is which operation, what it answers.
//!
//! ```
//! use chrono::{DateTime, Utc};
//! use psa_sandbox::emulator::{Emulated, Reply, Request, Sandbox, Setup};
//! use serde_json::json;
//!
//! /// A vendor with one list and one switch.
//! #[derive(Debug)]
//! struct Notes {
//!     notes: Vec<String>,
//!     open: Limit,
//! }
//!
//! type Limit = Option<(u32, std::time::Duration)>;
//!
//! impl Emulated for Notes {
//!     const NAME: &'static str = "Notes";
//!     const COUNTS: &'static [&'static str] = &["total"];
//!     type Dataset = Vec<String>;
//!     type Quirks = ();
//!     type OpenPoints = Limit;
//!     type Options = ();
//!     type Call = bool;
//!     type Edit<'a> = &'a mut Vec<String>;
//!
//!     fn start(setup: Setup<Self>) -> Self {
//!         Self { notes: setup.dataset, open: setup.open_points }
//!     }
//!     fn seed(_: &Vec<String>) -> u64 {
//!         1
//!     }
//!     fn rate_limit(open: &mut Limit) -> &mut Limit {
//!         open
//!     }
//!     fn call(&self, request: &Request) -> bool {
//!         request.path == "/notes"
//!     }
//!     fn operation(known: &bool) -> &'static str {
//!         if *known { "notes.list" } else { "unknown" }
//!     }
//!     fn answer(&mut self, known: &bool, _: &Request) -> Reply {
//!         if *known { Reply::json(200, &json!({"total": self.notes.len(), "notes": self.notes})) } else { Reply::empty(404) }
//!     }
//!     fn too_many_requests(&self, _: Option<http::HeaderValue>) -> Reply {
//!         Reply::empty(429)
//!     }
//!     fn edit(&mut self, _: DateTime<Utc>) -> &mut Vec<String> {
//!         &mut self.notes
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! let sandbox = Sandbox::<Notes>::builder().dataset(vec!["a".to_owned()]).build();
//! sandbox.edit(|notes| notes.push("b".to_owned()));
//! let request = http::Request::get("https://notes.example/notes").body(bytes::Bytes::new()).unwrap();
//! assert_eq!(sandbox.transport().send(request).await.unwrap().status(), 200);
//! assert_eq!(sandbox.log().count("notes.list"), 1);
//! # });
//! ```

pub(crate) mod builder;
#[cfg(any(feature = "halo", feature = "connectwise"))]
pub(crate) mod changes;
mod clock;
#[cfg(any(feature = "halo", feature = "connectwise"))]
pub(crate) mod dice;
mod fault;
mod hooks;
mod log;
#[cfg(any(feature = "halo", feature = "connectwise"))]
pub(crate) mod overlay_table;
#[cfg(any(feature = "halo", feature = "connectwise"))]
pub(crate) mod quirks;
mod rate_limit;
pub(crate) mod reply;
pub(crate) mod request;
#[cfg(any(feature = "halo", feature = "connectwise"))]
pub(crate) mod resource;
#[cfg(any(feature = "halo", feature = "connectwise"))]
pub(crate) mod row;
pub(crate) mod sandbox;
#[cfg(feature = "server")]
mod server;
mod transport;
pub(crate) mod vendor;

pub use builder::SandboxBuilder;
pub use clock::default_clock;
pub use fault::{Effect, Fault, Trigger};
pub use log::{ActionLog, LogEntry};
pub use reply::Reply;
pub use request::Request;
pub use sandbox::Sandbox;
#[cfg(feature = "server")]
pub use server::{Server, TlsIdentity};
pub use vendor::{Emulated, Setup};
