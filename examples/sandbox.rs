//! The emulated Halo as a server, for any client: yours, or somebody else's.
//!
//! `cargo run --example sandbox -- --help`

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use psa_kit::psa_core::Error;
use psa_kit::psa_http::{ReqwestTransport, Transport};
use psa_kit::psa_sandbox::halo::{Dataset, Quirks};
use psa_kit::psa_sandbox::{Effect, Fault, HaloSandbox, TlsIdentity, Trigger};
use psa_kit::{ErrorKind, Result};

const HELP: &str = "\
The emulated Halo as a server.

  --address IP:PORT     where to listen (127.0.0.1:8080; port 0: any free one)
  --tls                 with TLS, by a certificate authority of its own
  --ca FILE             writes that authority's certificate there
  --companies N         (200)
  --tickets N           (5000; up to 10 million)
  --seed N              the same seed, the same tenant (1)
  --latency MS          how long each answer takes (0)
  --rate-limit N/S      requests in a rolling window of S seconds (300/300), or none
  --grant SCOPES        what the application may do (\"edit:tickets read:assets …\", or all); default: the setup guide's
                        table and edit:customers
  --tenant NAME         the tenant's name, checked at login if a client sends one
  --without QUIRK       switches a quirk off; may be repeated
  --fault OP=EFFECT@P   with probability P; EFFECT: 429, 500, reset, cut, html, expire (halo.tickets.*=429@0.03)
  --quirks              lists the quirks
";

fn bad(what: &str, value: &str) -> Error {
    Error::new(ErrorKind::Config, format!("{value:?} is not a {what}. Try --help"))
}

fn number<T: std::str::FromStr>(what: &str, value: &str) -> Result<T> {
    value.parse().map_err(|_| bad(what, value))
}

#[tokio::main]
async fn main() -> Result<()> {
    let (mut dataset, mut companies, mut tickets, mut seed) = (None, 200, 5_000, 1);
    let (mut tls, mut ca) = (false, None);
    let mut address: SocketAddr = ([127, 0, 0, 1], 8080).into();
    let mut quirks = Quirks::default();
    let mut sandbox = HaloSandbox::builder();
    let mut arguments = std::env::args().skip(1);
    while let Some(flag) = arguments.next() {
        if flag == "--tls" {
            tls = true;
            continue;
        }
        if flag == "--help" || flag == "-h" {
            print!("{HELP}");
            return Ok(());
        }
        if flag == "--quirks" {
            println!("{}", Quirks::NAMES.join("\n"));
            return Ok(());
        }
        let value = arguments.next().ok_or_else(|| bad("flag with its value", &flag))?;
        match flag.as_str() {
            "--address" => address = number("address", &value)?,
            "--ca" => ca = Some(value),
            "--companies" => companies = number("number of companies", &value)?,
            "--tickets" => tickets = number("number of tickets", &value)?,
            "--seed" => seed = number("seed", &value)?,
            "--latency" => sandbox = sandbox.latency(Duration::from_millis(number("number of milliseconds", &value)?)),
            "--rate-limit" if value == "none" => sandbox = sandbox.rate_limit(None),
            "--rate-limit" => {
                let (requests, seconds) = value.split_once('/').ok_or_else(|| bad("rate limit", &value))?;
                let window = Duration::from_secs(number("number of seconds", seconds)?);
                sandbox = sandbox.rate_limit(Some((number("number of requests", requests)?, window)));
            }
            "--grant" => sandbox = sandbox.granted(&value),
            "--tenant" => sandbox = sandbox.tenant(value),
            "--without" => *quirks.switch(&value).ok_or_else(|| bad("quirk (see --quirks)", &value))? = false,
            "--fault" => sandbox = sandbox.fault(fault(&value)?),
            _ => return Err(bad("flag", &flag)),
        }
        dataset = Some(Dataset::new(seed).companies(companies).tickets(tickets));
    }
    let sandbox = sandbox.dataset(dataset.unwrap_or_else(|| Dataset::new(seed))).quirks(quirks).build();
    let server = if tls {
        let identity = TlsIdentity::new()?;
        match &ca {
            Some(file) => {
                std::fs::write(file, identity.ca_pem())
                    .map_err(|e| Error::new(ErrorKind::Config, format!("{file} can't be written")).with_source(e))?;
                println!("CA            {file}");
            }
            None => println!("{}", identity.ca_pem()),
        }
        sandbox.serve_tls(address, identity).await?
    } else {
        sandbox.serve(address).await?
    };
    println!("Halo          {}", server.url());
    println!("client id     {}", HaloSandbox::CLIENT_ID);
    println!("client secret {}", HaloSandbox::SECRET);
    println!("Stop it with Ctrl-C.");
    // Webhooks that somebody registers are really sent.
    let deliver = async {
        let transport: Arc<dyn Transport> = Arc::new(ReqwestTransport::new()?);
        let mut tick = tokio::time::interval(Duration::from_millis(500));
        loop {
            tick.tick().await;
            for told in sandbox.deliver_webhooks(&transport).await {
                println!("webhook       {} events to {}: {:?}", told.events, told.url, told.status);
            }
        }
        #[allow(unreachable_code)]
        Ok::<(), Error>(())
    };
    tokio::select! {
        failed = deliver => failed?,
        _ = tokio::signal::ctrl_c() => {}
    }
    println!("\n{} requests, {} of them refused with 429", sandbox.log().len(), sandbox.log().count_status(429));
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
