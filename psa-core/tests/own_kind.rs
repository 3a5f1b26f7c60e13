//! An application's own kind, declared, read and written from outside this crate.

use async_trait::async_trait;
use bytes::Bytes;
use futures::executor::block_on;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use psa_core::*;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// How a line is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Tariff {
    Flat,
    Metered,
}

impl FieldItem for Tariff {
    const TYPE: FieldType = FieldType::Choice(&["flat", "metered"]);
}

const LINE: EntityKind = EntityKind::new("phone_line");

entity! {
    /// A telephone line of a customer.
    struct PhoneLine: LINE, key KeyShape(&["exchange", "number"]) => {
        /// The number that is dialled.
        number: String;
        /// Whose it is.
        company: Option<Reference>, parent EntityKind::COMPANY;
        /// How it is paid.
        tariff: Option<Tariff>;
        /// Where it ends.
        place: Option<Address>;
        /// What is wrong with it.
        faults: Vec<Label>;
        /// Minutes spoken.
        minutes: Option<i64>, readonly;
        /// When the exchange last touched it.
        updated_at: Option<chrono::DateTime<chrono::Utc>>, stamp;
    }
}

#[test]
fn its_schema_comes_from_its_fields() {
    let schema = <PhoneLine as Entity>::schema();
    assert_eq!((schema.kind.as_str(), schema.key), ("phone_line", KeyShape(&["exchange", "number"])));
    let told: Vec<_> =
        schema.fields.iter().map(|field| (field.path, field.nullable, field.writable, field.content)).collect();
    assert_eq!(
        told,
        [
            ("number", false, true, true),
            ("company", true, true, true),
            ("tariff", true, true, true),
            ("place", true, true, true),
            ("faults", true, true, true),
            ("minutes", true, false, true),
            ("updated_at", true, false, false),
        ]
    );
    assert_eq!(schema.field("tariff").unwrap().ty, FieldType::Choice(&["flat", "metered"]));
    assert_eq!(schema.field("faults").unwrap().ty, FieldType::List(&FieldType::Label));
    assert_eq!(
        schema.parents().map(|(field, kind)| (field.path, kind)).collect::<Vec<_>>(),
        [("company", &EntityKind::COMPANY)]
    );
}

#[test]
fn it_is_created_changed_found_and_deleted_like_any_other() {
    block_on(async {
        let connector = MemoryConnector::new().with::<PhoneLine>([]);
        let (writer, reader) = (connector.writer::<PhoneLine>()?, connector.reader::<PhoneLine>()?);
        let company = Key::from(12);
        let new = Changes::new()
            .set(PhoneLine::NUMBER, "0161 496 0000")
            .set(PhoneLine::COMPANY, &company)
            .set(PhoneLine::TARIFF, Tariff::Metered)
            .set(PhoneLine::PLACE.city(), "Leeds")
            .set(PhoneLine::FAULTS, [Label::named("noise")]);
        let made = writer.create(new).await?;
        writer.update(&made.key, Changes::new().set(PhoneLine::TARIFF, Tariff::Flat).clear(PhoneLine::FAULTS)).await?;
        let found = reader.find(Query::new(), |line| line.number.starts_with("0161")).await?.expect("the line");
        let line = found.into_value()?;
        assert_eq!((line.tariff, line.faults.len()), (Some(Tariff::Flat), 0));
        assert_eq!(line.place.and_then(|place| place.city).as_deref(), Some("Leeds"));
        assert_eq!(line.company, Some(Reference::to(12)));
        writer.delete(&made.key).await?;
        assert!(reader.all(Query::new()).await?.is_empty());
        Ok::<(), Error>(())
    })
    .unwrap();
}

#[test]
fn what_is_never_absent_can_t_be_cleared_by_a_path_in_text_either() {
    let clear = |path| Changes::<PhoneLine>::new().clear_path(path);
    assert!(clear("company").is_ok());
    for path in ["number", "minutes", "updated_at", "colour"] {
        assert_eq!(clear(path).unwrap_err().context("field"), Some(path));
    }
    let wrong = Changes::<PhoneLine>::new().set_path("tariff", "free").unwrap_err();
    assert_eq!((wrong.kind(), wrong.context("field")), (ErrorKind::InvalidRequest, Some("tariff")));
}

#[test]
fn it_survives_json_and_ignores_what_it_does_not_know() {
    let line = PhoneLine { number: "1".into(), tariff: Some(Tariff::Flat), ..PhoneLine::default() };
    let text = serde_json::to_string(&line).unwrap();
    assert_eq!(text, r#"{"number":"1","tariff":"flat"}"#);
    assert_eq!(serde_json::from_str::<PhoneLine>(&text).unwrap(), line);
    let more = json!({"number": "1", "tariff": "flat", "colour": {"r": [1, 2]}});
    assert_eq!(serde_json::from_value::<PhoneLine>(more).unwrap(), line);
    // A name with an escape in it is the same name.
    assert_eq!(serde_json::from_str::<PhoneLine>(r#"{"\u006eumber":"1","tariff":"flat"}"#).unwrap(), line);
    assert!(serde_json::from_str::<PhoneLine>(r#"{"number":7}"#).is_err());
}

#[test]
fn values_differ_by_what_they_mean() {
    let line = |fault: Label| PhoneLine { faults: vec![fault, Label::id(2)], ..PhoneLine::default() };
    let named = |name: &str| Label::new(1, Some(name.to_owned()));
    assert_eq!(line(named("Noise")).differences(&line(named("Hum"))), Vec::<&str>::new(), "an id's name takes no part");
    assert_eq!(line(Label::named("Noise")).differences(&line(Label::named("Hum"))), ["faults"]);
    let mut turned = line(Label::id(1));
    turned.faults.reverse();
    turned.updated_at = Some(chrono::DateTime::UNIX_EPOCH);
    assert_eq!(turned.differences(&line(Label::id(1))), Vec::<&str>::new(), "neither order nor stamp is content");
    turned.minutes = Some(3);
    turned.number = "9".into();
    assert_eq!(turned.differences(&line(Label::id(1))), ["number", "minutes"]);

    let note = |value, raw: &str| TicketNote {
        visibility: Some(Normalized { value, raw: raw.to_owned() }),
        ..TicketNote::default()
    };
    let public = note(Some(Visibility::Public), "0");
    assert_eq!(public.differences(&note(Some(Visibility::Public), "shown")), Vec::<&str>::new());
    assert_eq!(public.differences(&note(Some(Visibility::Internal), "0")), ["visibility"]);
    assert_eq!(note(None, "a").differences(&note(None, "b")), ["visibility"]);
}

/// Gives a record, one that can't be decoded, one that is gone, and a record.
struct Damaged;

#[async_trait]
impl Reader<PhoneLine> for Damaged {
    fn pages(&self, _: Query, _: Option<Cursor>) -> BoxStream<'static, Result<Page<PhoneLine>>> {
        let record = |id: i64, value: std::result::Result<PhoneLine, DecodeError>| {
            let raw = Bytes::from_static(b"{}");
            Item::Upsert(Record::new(Key::from(id), Version::default(), value, raw, Projection::List))
        };
        let broken = DecodeError::new("number", "expected text");
        let page = |items, cursor| Ok(Page::new(items, cursor));
        let first = vec![
            record(1, Ok(PhoneLine { number: "1".into(), ..PhoneLine::default() })),
            record(2, Err(broken)),
            Item::Removed { key: Key::from(3), evidence: Evidence::SoftDeleted },
        ];
        let last = vec![record(4, Ok(PhoneLine { number: "4".into(), ..PhoneLine::default() }))];
        stream::iter([page(first, Some(Cursor::new("2"))), page(last, None)]).boxed()
    }
    async fn get(&self, _: &Key) -> Result<Record<PhoneLine>> {
        Err(Error::unsupported("lists only"))
    }
    fn keys(&self, _: Query) -> BoxStream<'static, Result<KeyPage>> {
        stream::empty().boxed()
    }
    async fn count(&self, _: Query) -> Result<Option<u64>> {
        Ok(None)
    }
}

#[test]
fn one_damaged_record_ends_no_stream_and_is_never_taken_for_not_found() {
    block_on(async {
        let keys: Vec<_> = Damaged.records(Query::new()).map_ok(|record| record.key.to_string()).try_collect().await?;
        assert_eq!(keys, ["1", "2", "4"]);
        let values: Vec<_> =
            Damaged.values(Query::new()).map(|value| value.ok().map(|line| line.number)).collect().await;
        assert_eq!(values, [Some("1".to_owned()), None, Some("4".to_owned())]);
        assert!(Damaged.find(Query::new(), |line| line.number == "4").await?.is_some());
        let unsure = Damaged.find(Query::new(), |line| line.number == "5").await.unwrap_err();
        assert_eq!((unsure.kind(), unsure.context("key")), (ErrorKind::Decode, Some("2")));
        Ok::<(), Error>(())
    })
    .unwrap();
}

#[test]
fn a_connector_says_what_it_reads_as_another_type() {
    entity! {
        /// The same kind as another type.
        struct Other: LINE, key KeyShape::ID => {
            /// The number.
            number: Option<String>;
        }
    }
    let connector = MemoryConnector::new().with::<PhoneLine>([]);
    assert!(connector.reader::<Other>().err().unwrap().is_unsupported());
    assert!(connector.writer::<Other>().err().unwrap().is_unsupported());
    assert!(connector.reader::<Ticket>().err().unwrap().is_unsupported());
    let any: &dyn Connector = &connector;
    assert!(any.reader::<PhoneLine>().is_ok());
}
