//! The least that has to be done: plain reqwest, serde_json into the same struct, one-row upserts.

use psa_kit::halo_client::Ticket;
use psa_kit::psa_store::rusqlite::Connection;
use serde::Deserialize;
use serde_json::value::RawValue;

fn client() -> reqwest::Client {
    reqwest::Client::builder().tcp_nodelay(true).gzip(true).build().expect("a client")
}

async fn page(client: &reqwest::Client, url: &str, number: usize) -> bytes::Bytes {
    let url = format!("{url}/api/Tickets?pageinate=true&page_no={number}&page_size=100");
    client.get(url).send().await.expect("an answer").bytes().await.expect("a body")
}

pub(crate) async fn raw(url: &str, tickets: usize) -> usize {
    let client = client();
    let mut bytes = 0;
    for number in 1..=tickets.div_ceil(100) {
        bytes += page(&client, url, number).await.len();
    }
    bytes
}

pub(crate) async fn list(url: &str, tickets: usize) {
    #[derive(Deserialize)]
    struct Typed {
        tickets: Vec<Ticket>,
    }
    let client = client();
    let mut count = 0;
    for number in 1..=tickets.div_ceil(100) {
        let body = page(&client, url, number).await;
        let page: Typed = serde_json::from_slice(&body).expect("a page");
        count += std::hint::black_box(page.tickets).len();
    }
    assert_eq!(count, tickets);
}

pub(crate) async fn sync(url: &str, tickets: usize) {
    #[derive(Deserialize)]
    struct Rows<'a> {
        #[serde(borrow)]
        tickets: Vec<&'a RawValue>,
    }
    let dir = tempfile::tempdir().expect("a folder");
    let mut db = Connection::open(dir.path().join("floor.db")).expect("a database");
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
         CREATE TABLE ticket (id INTEGER PRIMARY KEY, summary TEXT, status INTEGER, raw BLOB NOT NULL)",
    )
    .expect("a table");
    let client = client();
    for number in 1..=tickets.div_ceil(100) {
        let body = page(&client, url, number).await;
        let page: Rows<'_> = serde_json::from_slice(&body).expect("a page");
        let tx = db.transaction().expect("a transaction");
        {
            let mut upsert = tx
                .prepare_cached(
                    "INSERT INTO ticket (id, summary, status, raw) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id)
                     DO UPDATE SET summary = excluded.summary, status = excluded.status, raw = excluded.raw",
                )
                .expect("a statement");
            for row in &page.tickets {
                let ticket: Ticket = serde_json::from_str(row.get()).expect("a ticket");
                upsert
                    .execute((ticket.id.0, &ticket.summary, ticket.status_id.map(|s| s.0), row.get().as_bytes()))
                    .expect("an upsert");
            }
        }
        tx.commit().expect("a commit");
    }
}
