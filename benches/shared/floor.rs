//! The least that has to be done: plain reqwest, serde_json into the same struct, one-row upserts.

use psa_kit::psa_store::rusqlite::Connection;

use super::Vendor;

fn client() -> reqwest::Client {
    reqwest::Client::builder().tcp_nodelay(true).gzip(true).build().expect("a client")
}

async fn page(client: &reqwest::Client, url: String) -> bytes::Bytes {
    client.get(url).send().await.expect("an answer").bytes().await.expect("a body")
}

pub(crate) async fn raw<V: Vendor>(url: &str, tickets: usize) -> usize {
    let client = client();
    let mut bytes = 0;
    for number in 0..tickets.div_ceil(V::PAGE) {
        bytes += page(&client, V::page(url, number)).await.len();
    }
    bytes
}

pub(crate) async fn list<V: Vendor>(url: &str, tickets: usize) {
    let client = client();
    let mut count = 0;
    for number in 0..tickets.div_ceil(V::PAGE) {
        let body = page(&client, V::page(url, number)).await;
        count += std::hint::black_box(V::records(&body)).len();
    }
    assert_eq!(count, tickets);
}

pub(crate) async fn sync<V: Vendor>(url: &str, tickets: usize) {
    let dir = tempfile::tempdir().expect("a folder");
    let mut db = Connection::open(dir.path().join("floor.db")).expect("a database");
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
         CREATE TABLE ticket (id INTEGER PRIMARY KEY, summary TEXT, status INTEGER, raw BLOB NOT NULL)",
    )
    .expect("a table");
    let client = client();
    for number in 0..tickets.div_ceil(V::PAGE) {
        let body = page(&client, V::page(url, number)).await;
        let tx = db.transaction().expect("a transaction");
        {
            let mut upsert = tx
                .prepare_cached(
                    "INSERT INTO ticket (id, summary, status, raw) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id)
                     DO UPDATE SET summary = excluded.summary, status = excluded.status, raw = excluded.raw",
                )
                .expect("a statement");
            for row in V::rows(&body) {
                let ticket: V::Ticket = serde_json::from_str(row.get()).expect("a ticket");
                let (id, summary, status) = V::columns(&ticket);
                upsert.execute((id, summary, status, row.get().as_bytes())).expect("an upsert");
            }
        }
        tx.commit().expect("a commit");
    }
}
