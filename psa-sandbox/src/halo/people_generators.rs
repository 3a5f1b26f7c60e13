//! How clients, sites and users are made from the seed.

use serde_json::json;

use super::dataset::Dataset;
use crate::emulator::row::{Row, row};

impl Dataset {
    pub(super) fn client(&self, id: i64) -> Row {
        let name = if id == 1 {
            "Unknown".to_owned()
        } else {
            format!(
                "{} {} {id}",
                self.pick(30, id, &["Acme", "Northwind", "Contoso", "Fabrikam", "Initech", "Globex", "Umbra", "Stark"]),
                self.pick(31, id, &["Dental", "Logistics", "Law", "Foods", "Media", "Studios"])
            )
        };
        row(json!({
            "id": id, "name": name, "toplevel_id": 12, "toplevel_name": "All Customers", "inactive": self.dice(32, id, 20) == 0 && id > 1,
            "colour": "#2bd3c6", "accountmanagertech": self.dice(33, id, 12) + 1, "notes": "", "open_ticket_count": 0,
            "customertype": self.dice(34, id, 3), "ref": format!("C{id:05}"), "is_vip": self.dice(35, id, 10) == 0,
        }))
    }

    pub(super) fn site(&self, id: i64) -> Row {
        let client = self.client_of_site(id);
        row(json!({
            "id": id, "name": if id <= self.companies { "Main" } else { "Branch" }, "client_id": client, "inactive": false, "sla_id": 1,
            "phonenumber": format!("+44 20 7946 {:04}", id % 10_000), "timezone": "", "notes": "", "isstocklocation": false,
            "maincontact_id": (client - 1) * 6 + 2, "delivery_address_line1": format!("{} High Street", id),
            "delivery_address_line2": "", "delivery_address_line3": "London", "delivery_address_line4": "",
            "delivery_address_line5": format!("N{} {}AB", id % 20 + 1, id % 9 + 1),
        }))
    }

    pub(super) fn user(&self, id: i64) -> Row {
        let client = self.client_of_user(id);
        let general = id % 6 == 1;
        let first = self.pick(40, id, &["Ada", "Alan", "Grace", "Linus", "Edsger", "Barbara", "Donald", "Margaret"]);
        let last = self.pick(41, id, &["Smith", "Jones", "Taylor", "Brown", "Wilson", "Evans", "Walker", "Hall"]);
        let (name, email) = if general {
            ("General User".to_owned(), String::new())
        } else {
            (
                format!("{first} {last}"),
                format!("{}.{}{id}@client{client}.example", first.to_lowercase(), last.to_lowercase()),
            )
        };
        row(json!({
            "id": id, "name": name, "site_id": client, "client_id": client, "firstname": if general { "General" } else { first },
            "surname": if general { "User" } else { last }, "initials": "XX", "title": "", "emailaddress": email,
            "phonenumber": format!("+44 161 496 {:04}", id % 10_000), "mobilenumber": "", "inactive": self.dice(42, id, 15) == 0 && !general,
            "colour": "#2bd3c6", "isimportantcontact": self.dice(43, id, 12) == 0, "neversendemails": false, "priority_id": 0,
            // The provider's own people are users of client 2.
            "linked_agent_id": if client == 2 && !general { id - 6 } else { 0 }, "isgeneraluser": general,
        }))
    }
}
