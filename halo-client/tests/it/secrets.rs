//! Canaries: no secret leaves in an error, a log line, a span or a `Debug`.

use std::io::Write;
use std::sync::{Arc, Mutex};

use halo_client::{Grant, Halo};
use psa_core::Connector;
use psa_sandbox::{Effect, Fault, HaloSandbox, Trigger};

use crate::world::sandbox;

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn no_secret_leaves() {
    let captured = Captured::default();
    let writer = captured.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .finish();
    // For all threads: a subscriber of one thread misses events whose call sites another test has just looked up.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    tracing::callsite::rebuild_interest_cache();
    let mut texts = Vec::new();
    for (secret, echo) in
        [(HaloSandbox::SECRET, "bad secret sandbox-secret"), ("canary-secret", "bad secret canary-secret")]
    {
        let sandbox = sandbox();
        // The vendor repeats what it was sent.
        sandbox.add_fault(Fault::new(
            "halo.clients.list",
            Trigger::Always,
            Effect::Status(400, "bad token sandbox-token-1 sandbox-secret"),
        ));
        sandbox.add_fault(Fault::new(
            "halo.token",
            Trigger::Nth(if secret == HaloSandbox::SECRET { 2 } else { 1 }),
            Effect::Status(401, echo),
        ));
        sandbox.add_fault(Fault::new("halo.agents.me", Trigger::Nth(1), Effect::ExpireToken));
        let builder = Halo::builder(HaloSandbox::URL)
            .client_credentials(HaloSandbox::CLIENT_ID, secret.to_string())
            .transport(sandbox.transport());
        texts.push(format!("{builder:?}"));
        let halo = builder.build().unwrap();
        if let Err(error) = halo.agents().me().await {
            texts.push(format!("{error} {error:?}"));
        }
        if let Err(error) = halo.clients().list().all().await {
            texts.push(format!("{error} {error:?} {:?}", error.vendor()));
        }
        let connector = halo.connector().build();
        texts.push(format!("{:?} {halo:?} {connector:?}", connector.check().await));
    }
    texts.push(format!(
        "{:?}",
        Grant::Password { client_id: "a".into(), username: "b".into(), password: "canary-secret".to_string().into() }
    ));
    texts.push(String::from_utf8(captured.0.lock().unwrap().clone()).unwrap());
    assert!(texts.last().unwrap().contains("halo.clients.list"), "the log was captured");
    for text in texts {
        for secret in ["sandbox-secret", "canary-secret", "sandbox-token-"] {
            let at = text.find(secret);
            assert!(at.is_none(), "{secret} in: {}", &text[at.unwrap_or(0).saturating_sub(200)..]);
        }
    }
}
