//! A company with its contacts from one vendor to the other, through the common traits.
//!
//! `cargo run --example copy_company -- halo connectwise 3` (those are the defaults) reads company 3 of the first vendor and
//! creates it at the second. Both are sandboxes, unless the quickstart's variables name real tenants: then this writes.

mod common;

use futures::{TryStreamExt, future};
use psa_kit::psa_core::Address;
use psa_kit::{Changes, Company, Connector, ConnectorExt, Contact, Error, Key, Query, ReaderExt, Result};

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let from = common::any(&arguments.next().unwrap_or_else(|| "halo".to_owned()))?;
    let to = common::any(&arguments.next().unwrap_or_else(|| "connectwise".to_owned()))?;
    let id = arguments.next().unwrap_or_else(|| "3".to_owned());
    let id = Key::from(id.trim().parse::<i64>().map_err(|_| Error::config("company", "this is no company's id"))?);

    let company = from.connector.reader::<Company>()?.get(&id).await?.into_value()?;
    let name = company.name.clone().unwrap_or_default();
    let contacts = contacts(&*from.connector, &id).await?;
    println!("read      {name} and {} contacts from {}", contacts.len(), from.title);

    let made = to.connector.writer::<Company>()?.create(of_company(&company, to.connector.vendor())).await?;
    println!("created   company {} at {}", made.key, to.title);
    let writer = to.connector.writer::<Contact>()?;
    for contact in contacts {
        let name = contact.name.clone().unwrap_or_default();
        let made = writer.create(of_contact(&contact, &made.key)).await?;
        let (key, stored) = (made.key.clone(), made.into_value()?);
        println!("created   contact {key}: {name} <{}>", stored.emails.first().map_or("-", |e| e.address.as_str()));
    }
    Ok(())
}

/// The contacts of a company.
async fn contacts(connector: &dyn Connector, company: &Key) -> Result<Vec<Contact>> {
    // One that can't be read is an error here: half a copy helps nobody.
    let contacts = connector.reader::<Contact>()?.values(Query::new());
    let is_wanted = |contact: &Contact| {
        future::ready(contact.company.as_ref().is_some_and(|c| c.id == *company) && contact.inactive != Some(true))
    };
    contacts.try_filter(is_wanted).try_collect().await
}

/// What the other vendor takes of a company.
fn of_company(company: &Company, vendor: &str) -> Changes<Company> {
    let name = company.name.clone().unwrap_or_default();
    let mut changes = Changes::new().set(Company::NAME, &name);
    if let Some(website) = &company.website {
        changes = changes.set(Company::WEBSITE, website);
    }
    if vendor == "connectwise" {
        // It wants a code that nobody has, and a line of an address.
        let code: String = name.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
        let unknown = || Address { lines: vec!["-".to_owned()], ..Address::default() };
        let address = company.address.clone().unwrap_or_else(unknown);
        changes = changes.set(Company::CODE, code).set(Company::ADDRESS, address);
    }
    changes
}

fn of_contact(contact: &Contact, company: &Key) -> Changes<Contact> {
    let mut changes = Changes::new().set(Contact::COMPANY, company);
    let name = contact.name.clone().unwrap_or_default();
    let (first, last) = name.split_once(' ').unwrap_or((name.as_str(), ""));
    let first = contact.first_name.clone().unwrap_or_else(|| first.to_owned());
    let last = contact.last_name.clone().unwrap_or_else(|| last.to_owned());
    changes = changes.set(Contact::NAME, name).set(Contact::FIRST_NAME, first);
    if !last.is_empty() {
        changes = changes.set(Contact::LAST_NAME, last);
    }
    if !contact.emails.is_empty() {
        changes = changes.set(Contact::EMAILS, &contact.emails);
    }
    if !contact.phones.is_empty() {
        changes = changes.set(Contact::PHONES, &contact.phones);
    }
    changes
}
