//! An emulated vendor as a server, for any client: yours, or somebody else's.
//!
//! `cargo run --example sandbox -- --help`

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use psa_kit::psa_core::Error;
use psa_kit::psa_http::{ReqwestTransport, Transport};
use psa_kit::psa_sandbox::{
    ActionLog, ConnectWiseSandbox, Effect, Fault, HaloSandbox, Server, TlsIdentity, Trigger, connectwise, halo,
};
use psa_kit::{ErrorKind, Result};

const HELP: &str = "\
An emulated vendor as a server.

  --vendor NAME         halo (default) or connectwise
  --address IP:PORT     where to listen (127.0.0.1:8080; port 0: any free one)
  --tls                 with TLS, by a certificate authority of its own
  --ca FILE             writes that authority's certificate there
  --companies N         (200)
  --tickets N           (5000; up to 10 million)
  --seed N              the same seed, the same tenant (1)
  --latency MS          how long each answer takes (0)
  --rate-limit N/S      requests in a rolling window of S seconds (300/300; ConnectWise 1000/60), or none
  --without QUIRK       switches a quirk off; may be repeated
  --fault OP=EFFECT@P   with probability P; EFFECT: 429, 500, reset, cut, html, expire (halo.tickets.*=429@0.03)
  --quirks              lists the vendor's quirks

Halo alone:
  --grant SCOPES        what the application may do (\"edit:tickets read:assets …\", or all); default: the setup guide's
                        table and edit:customers
  --tenant NAME         the tenant's name, checked at login if a client sends one
";

fn bad(what: &str, value: &str) -> Error {
    Error::new(ErrorKind::Config, format!("{value:?} is not a {what}. Try --help"))
}

fn number<T: std::str::FromStr>(what: &str, value: &str) -> Result<T> {
    value.parse().map_err(|_| bad(what, value))
}

/// What was asked for.
struct Options {
    connectwise: bool,
    address: SocketAddr,
    tls: bool,
    ca: Option<String>,
    companies: u32,
    tickets: u32,
    seed: u64,
    latency: Duration,
    /// None: the vendor's own; some none: no limit.
    rate_limit: Option<Option<(u32, Duration)>>,
    without: Vec<String>,
    faults: Vec<Fault>,
    grant: Option<String>,
    tenant: Option<String>,
    list_quirks: bool,
}

/// None: help was asked for.
fn options() -> Result<Option<Options>> {
    let mut options = Options {
        connectwise: false,
        address: ([127, 0, 0, 1], 8080).into(),
        tls: false,
        ca: None,
        companies: 200,
        tickets: 5_000,
        seed: 1,
        latency: Duration::ZERO,
        rate_limit: None,
        without: Vec::new(),
        faults: Vec::new(),
        grant: None,
        tenant: None,
        list_quirks: false,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(flag) = arguments.next() {
        match flag.as_str() {
            "--help" | "-h" => return Ok(None),
            "--tls" => options.tls = true,
            "--quirks" => options.list_quirks = true,
            _ => {
                let value = arguments.next().ok_or_else(|| bad("flag with its value", &flag))?;
                options.set(&flag, value)?;
            }
        }
    }
    Ok(Some(options))
}

impl Options {
    fn set(&mut self, flag: &str, value: String) -> Result<()> {
        match flag {
            "--vendor" => {
                self.connectwise = match value.as_str() {
                    "halo" => false,
                    "connectwise" => true,
                    _ => return Err(bad("vendor that is emulated here", &value)),
                };
            }
            "--address" => self.address = number("address", &value)?,
            "--ca" => self.ca = Some(value),
            "--companies" => self.companies = number("number of companies", &value)?,
            "--tickets" => self.tickets = number("number of tickets", &value)?,
            "--seed" => self.seed = number("seed", &value)?,
            "--latency" => self.latency = Duration::from_millis(number("number of milliseconds", &value)?),
            "--rate-limit" if value == "none" => self.rate_limit = Some(None),
            "--rate-limit" => {
                let (requests, seconds) = value.split_once('/').ok_or_else(|| bad("rate limit", &value))?;
                let window = Duration::from_secs(number("number of seconds", seconds)?);
                self.rate_limit = Some(Some((number("number of requests", requests)?, window)));
            }
            "--grant" => self.grant = Some(value),
            "--tenant" => self.tenant = Some(value),
            "--without" => self.without.push(value),
            "--fault" => self.faults.push(fault(&value)?),
            _ => return Err(bad("flag", flag)),
        }
        Ok(())
    }

    fn halo(&self) -> Result<HaloSandbox> {
        let mut quirks = halo::Quirks::default();
        for name in &self.without {
            *quirks.switch(name).ok_or_else(|| bad("quirk (see --quirks)", name))? = false;
        }
        let dataset = halo::Dataset::new(self.seed).companies(self.companies).tickets(self.tickets);
        let mut sandbox = HaloSandbox::builder().dataset(dataset).quirks(quirks).latency(self.latency);
        if let Some(limit) = self.rate_limit {
            sandbox = sandbox.rate_limit(limit);
        }
        if let Some(scopes) = &self.grant {
            sandbox = sandbox.granted(scopes);
        }
        if let Some(tenant) = &self.tenant {
            sandbox = sandbox.tenant(tenant.clone());
        }
        Ok(self.faults.iter().cloned().fold(sandbox, |sandbox, fault| sandbox.fault(fault)).build())
    }

    fn connectwise(&self) -> Result<ConnectWiseSandbox> {
        if let Some(flag) = self.grant.as_ref().map(|_| "--grant").or(self.tenant.as_ref().map(|_| "--tenant")) {
            return Err(bad("flag of the emulated ConnectWise", flag));
        }
        let mut quirks = connectwise::Quirks::default();
        for name in &self.without {
            *quirks.switch(name).ok_or_else(|| bad("quirk (see --quirks)", name))? = false;
        }
        let dataset = connectwise::Dataset::new(self.seed).companies(self.companies).tickets(self.tickets);
        let mut sandbox = ConnectWiseSandbox::builder().dataset(dataset).quirks(quirks).latency(self.latency);
        if let Some(limit) = self.rate_limit {
            sandbox = sandbox.rate_limit(limit);
        }
        Ok(self.faults.iter().cloned().fold(sandbox, |sandbox, fault| sandbox.fault(fault)).build())
    }

    fn identity(&self) -> Result<Option<TlsIdentity>> {
        if !self.tls {
            return Ok(None);
        }
        let identity = TlsIdentity::new()?;
        match &self.ca {
            Some(file) => {
                std::fs::write(file, identity.ca_pem())
                    .map_err(|e| Error::new(ErrorKind::Config, format!("{file} can't be written")).with_source(e))?;
                println!("CA            {file}");
            }
            None => println!("{}", identity.ca_pem()),
        }
        Ok(Some(identity))
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let Some(options) = options()? else {
        print!("{HELP}");
        return Ok(());
    };
    if options.list_quirks {
        let names = if options.connectwise { connectwise::Quirks::NAMES } else { halo::Quirks::NAMES };
        println!("{}", names.join("\n"));
        return Ok(());
    }
    if options.connectwise { serve_connectwise(&options).await } else { serve_halo(&options).await }
}

async fn serve_halo(options: &Options) -> Result<()> {
    let sandbox = options.halo()?;
    let server = match options.identity()? {
        Some(identity) => sandbox.serve_tls(options.address, identity).await?,
        None => sandbox.serve(options.address).await?,
    };
    println!("Halo          {}", server.url());
    println!("client id     {}", HaloSandbox::CLIENT_ID);
    println!("client secret {}", HaloSandbox::SECRET);
    // Webhooks that somebody registers are really sent.
    let deliver = async |transport: &Arc<dyn Transport>, _: &Server| {
        for told in sandbox.deliver_webhooks(transport).await {
            say(format_args!("webhook       {} events to {}: {:?}", told.events, told.url, told.status));
        }
    };
    run(&server, sandbox.log(), deliver).await
}

async fn serve_connectwise(options: &Options) -> Result<()> {
    let sandbox = options.connectwise()?;
    let server = match options.identity()? {
        Some(identity) => sandbox.serve_tls(options.address, identity).await?,
        None => sandbox.serve(options.address).await?,
    };
    println!("ConnectWise   {}", server.url());
    println!("company       {}", ConnectWiseSandbox::COMPANY);
    println!("public key    {}", ConnectWiseSandbox::PUBLIC_KEY);
    println!("private key   {}", ConnectWiseSandbox::PRIVATE_KEY);
    println!("client id     {}", ConnectWiseSandbox::CLIENT_ID);
    let deliver = async |transport: &Arc<dyn Transport>, server: &Server| {
        for told in sandbox.deliver_callbacks(transport, &server.url()).await {
            say(format_args!("callback      {} to {}: {:?}", told.callback, told.url, told.tries));
        }
    };
    run(&server, sandbox.log(), deliver).await
}

/// A line, if anybody still reads: a script may have taken the address and closed its end.
fn say(line: std::fmt::Arguments<'_>) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Until Ctrl-C.
async fn run(server: &Server, log: &ActionLog, deliver: impl AsyncFn(&Arc<dyn Transport>, &Server)) -> Result<()> {
    println!("Stop it with Ctrl-C.");
    let transport: Arc<dyn Transport> = Arc::new(ReqwestTransport::new()?);
    let delivering = async {
        let mut tick = tokio::time::interval(Duration::from_millis(500));
        loop {
            tick.tick().await;
            deliver(&transport, server).await;
        }
    };
    tokio::select! {
        () = delivering => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    say(format_args!("\n{} requests, {} of them refused with 429", log.len(), log.count_status(429)));
    Ok(())
}

/// `halo.tickets.*=429@0.03`
fn fault(text: &str) -> Result<Fault> {
    let parts = || {
        let (operation, rest) = text.split_once('=')?;
        let (effect, chance) = rest.split_once('@')?;
        let effect = match effect {
            "429" => Effect::RateLimited(None),
            "500" => Effect::Status(500, ""),
            "reset" => Effect::ResetBefore,
            "cut" => Effect::CutBody,
            "html" => Effect::Html,
            "expire" => Effect::ExpireToken,
            _ => return None,
        };
        Some(Fault::new(operation, Trigger::Chance(chance.parse().ok()?), effect))
    };
    parts().ok_or_else(|| bad("fault", text))
}
