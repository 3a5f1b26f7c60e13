//! Connecting: what goes wrong is told with its remedy, and a release of the vendor's is not an outage.

use std::time::Duration;

use connectwise_client::ConnectWise;
use psa_core::{CheckStage, Connector, EntityKind, ErrorKind, Grant, Outcome};
use psa_sandbox::connectwise::{OpenPoints, Quirks};
use psa_sandbox::{ConnectWiseSandbox, Effect, Fault, Trigger};

use crate::world::{builder, connectwise, sandbox};

#[tokio::test(start_paused = true)]
async fn an_address_works_however_it_is_pasted() {
    let sandbox = sandbox();
    for site in [
        "sandbox.connectwise.example",
        "https://sandbox.connectwise.example/",
        "https://sandbox.connectwise.example/v4_6_release",
        "https://sandbox.connectwise.example/v4_6_release/apis/3.0/",
        "HTTPS://Sandbox.ConnectWise.example/v2025_1/ConnectWise.aspx?x#y",
    ] {
        let cw = ConnectWise::builder(site)
            .company(ConnectWiseSandbox::COMPANY)
            .keys(ConnectWiseSandbox::PUBLIC_KEY, ConnectWiseSandbox::PRIVATE_KEY.to_owned())
            .client_id(ConnectWiseSandbox::CLIENT_ID)
            .transport(sandbox.transport());
        cw.build().unwrap().info().await.unwrap_or_else(|e| panic!("{site}: {e}"));
    }
    // Asked once a client, however many calls follow.
    let cw = connectwise(&sandbox);
    sandbox.log().clear();
    for _ in 0..3 {
        cw.info().await.unwrap();
    }
    assert_eq!(sandbox.log().count("connectwise.companyinfo"), 1);
}

#[tokio::test]
async fn a_setting_that_can_not_be_right_is_told_before_anything_is_sent() {
    let sandbox = sandbox();
    let field = |b: connectwise_client::ConnectWiseBuilder| {
        let error = b.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        assert!(!error.remedy().is_empty());
        error.context("field").unwrap_or_default().to_owned()
    };
    for site in ["", "ftp://cw.example", "https://user:pass@cw.example", "not a url"] {
        let b = ConnectWise::builder(site).transport(sandbox.transport()).company("c").keys("p", "s".to_owned());
        assert_eq!(field(b.client_id("x")), "site", "{site:?}");
    }
    assert_eq!(field(builder(&sandbox).company("")), "company");
    assert_eq!(field(builder(&sandbox).company("a+b")), "company");
    assert_eq!(field(builder(&sandbox).keys("", "x".to_owned())), "keys");
    assert_eq!(field(builder(&sandbox).client_id("  ")), "client_id");
    assert!(sandbox.log().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_unknown_company_is_told_in_each_of_its_forms() {
    for (null, told) in [(true, "null"), (false, "404")] {
        let quirks = Quirks { unknown_company_is_null: null, ..Quirks::default() };
        let sandbox = ConnectWiseSandbox::builder().quirks(quirks).build();
        let cw = builder(&sandbox).company("nobody").build().unwrap();
        let error = cw.info().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{told}: {error:?}");
        assert!(error.to_string().contains("nobody"), "{told}: {error}");
        let report = cw.connector().build().check().await;
        assert_eq!(report.failure().unwrap().stage, CheckStage::Address, "{told}");
    }
}

#[tokio::test(start_paused = true)]
async fn wrong_keys_and_a_missing_client_id_are_told_apart() {
    let sandbox = sandbox();
    let cw = builder(&sandbox).keys(ConnectWiseSandbox::PUBLIC_KEY, "wrong".to_owned()).build().unwrap();
    let error = cw.tickets().get(1).await.unwrap_err();
    assert!(error.is_unauthenticated() && error.remedy().contains("API member"), "{error:?}");
    assert!(!format!("{error:?}").contains("wrong\"") && !format!("{cw:?}").contains("wrong"), "{error:?} {cw:?}");
    let report = cw.connector().build().check().await;
    assert_eq!(report.failure().unwrap().stage, CheckStage::Auth);

    for (status, code) in [(401, "Unauthorized"), (400, "ConnectWiseApi"), (403, "Security")] {
        let open = OpenPoints { missing_client_id: (status, code), ..OpenPoints::default() };
        let sandbox = ConnectWiseSandbox::builder().open_points(open).build();
        let cw = builder(&sandbox).client_id("not-registered").build().unwrap();
        let error = cw.tickets().get(1).await.unwrap_err();
        assert!(error.to_string().to_lowercase().contains("clientid"), "{status}: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_release_moves_the_api_and_the_client_follows() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    cw.tickets().get(1).await.unwrap();
    sandbox.release("v2026_1");
    // Within the first minute it is asked once; later again. A walk that is under way goes on.
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!(cw.tickets().list().page_size(50).all().await.unwrap().len(), 250);
    assert_eq!(sandbox.log().count("connectwise.companyinfo"), 2);
    // A record that is not there costs a question to the login server once a minute, and is not taken for a release.
    let error = cw.tickets().get(999_999).await.unwrap_err();
    assert!(error.is_not_found(), "{error:?}");
    let before = sandbox.log().count("connectwise.companyinfo");
    for id in 0..5 {
        assert!(cw.tickets().get(900_000 + id).await.unwrap_err().is_not_found());
    }
    assert!(sandbox.log().count("connectwise.companyinfo") <= before + 1);
}

#[tokio::test(start_paused = true)]
async fn a_codebase_that_is_wrong_for_good_is_a_setting_to_correct() {
    let sandbox = sandbox();
    let url = format!("{}/v2019_1/apis/3.0", ConnectWiseSandbox::SITE);
    let error = builder(&sandbox).api_url(url).build().unwrap().tickets().get(1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config, "{error:?}");
    assert!(error.to_string().contains("Cannot route"), "plain text is read: {error}");
    // The classic one stays an alias.
    let url = format!("{}/v4_6_release/apis/3.0", ConnectWiseSandbox::SITE);
    builder(&sandbox).api_url(url).build().unwrap().tickets().get(1).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_check_names_each_right_with_its_row_in_the_security_role() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    let report = cw.connector().build().check().await;
    assert!(report.failure().is_none(), "{report:#?}");
    assert!(report.permissions.len() > 10 && report.permissions.iter().all(|p| p.grant == Grant::Granted));

    sandbox.deny(&["Invoicing"]);
    let report = cw.connector().build().check().await;
    let failure = report.failure().unwrap();
    assert_eq!(failure.stage, CheckStage::Permissions);
    assert!(failure.remedy.as_deref().unwrap_or_default().contains("Finance > Invoicing"), "{failure:?}");
    let missing: Vec<_> = report.permissions.iter().filter(|p| p.grant == Grant::Missing).collect();
    assert_eq!(missing.len(), 1, "{missing:?}");
    // Only what the configuration needs is asked for.
    let report = cw.connector().kinds([EntityKind::TICKET]).build().check().await;
    assert!(report.failure().is_none() && report.permissions.len() == 2, "{report:#?}");

    // The call itself says it too.
    let error = cw.invoices().get(1).await.unwrap_err();
    assert!(error.is_permission_denied(), "{error:?}");
    assert!(error.remedy().contains("Finance > Invoicing"), "{} / {error}", error.remedy());

    // Rows that a role hides are no error at ConnectWise: an empty list is what can be seen.
    sandbox.deny(&[]);
    sandbox.only_mine(&["Service Tickets"]);
    let report = cw.connector().kinds([EntityKind::TICKET]).build().check().await;
    let told = report.permissions.iter().any(|p| p.detail.contains("raise Inquire from My to All"));
    assert!(told, "{report:#?}");
}

#[tokio::test(start_paused = true)]
async fn another_version_is_a_warning() {
    let sandbox = sandbox();
    let cw = builder(&sandbox).version("2019.5").build().unwrap();
    let report = cw.connector().build().check().await;
    let step = report.step(CheckStage::Identity).unwrap();
    assert_eq!(step.outcome, Outcome::Warned, "{report:#?}");
    assert!(step.detail.contains("2019.5"), "{step:?}");
}

#[tokio::test(start_paused = true)]
async fn a_member_is_stood_in_for_and_the_keys_are_minted_again() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    let ann = cw.impersonate("aarcher").unwrap();
    let note = ann.tickets().notes(5).create().text("by Ann").discussion(true).send().await.unwrap();
    let by = note.info.as_ref().and_then(|i| i.updated_by.clone());
    assert_eq!(by.as_deref(), Some("aarcher"));
    ann.tickets().get(5).await.unwrap();
    assert_eq!(sandbox.log().count("connectwise.members.token"), 1);
    // They end after four hours.
    tokio::time::sleep(Duration::from_secs(5 * 3600)).await;
    ann.tickets().get(5).await.unwrap();
    assert_eq!(sandbox.log().count("connectwise.members.token"), 2);
    assert!(cw.impersonate(" ").is_err());
    let error = ann.impersonate("bbaker").unwrap_err();
    assert!(error.remedy().contains("integrator's own client"), "{error:?}");
    let nobody = cw.impersonate("nobody").unwrap().info().await.unwrap_err();
    assert!(nobody.to_string().contains("nobody"), "{nobody:?}");
    // An id does as well.
    let second = cw.impersonate("2").unwrap();
    let note = second.tickets().notes(5).create().text("by the second").internal(true).send().await.unwrap();
    let member = cw.members().get(2).await.unwrap();
    assert_eq!((note.created_by.as_ref(), note.ticket_id), (member.identifier.as_ref(), Some(5)));
    assert!(note.date_created.is_some());
}

#[tokio::test(start_paused = true)]
async fn the_first_429_and_the_first_500_are_waited_out() {
    let sandbox = sandbox();
    sandbox.add_fault(Fault::new("connectwise.tickets.list", Trigger::Nth(1), Effect::RateLimited(Some("30"))));
    sandbox.add_fault(Fault::new("connectwise.tickets.list", Trigger::Nth(2), Effect::Status(500, "")));
    let cw = connectwise(&sandbox);
    let started = tokio::time::Instant::now();
    assert_eq!(cw.tickets().list().all().await.unwrap().len(), 250);
    assert!(started.elapsed() >= Duration::from_secs(30), "Retry-After is obeyed");
}

#[tokio::test(start_paused = true)]
async fn the_login_goes_nowhere_but_to_the_api() {
    let sandbox = sandbox();
    let cw = connectwise(&sandbox);
    cw.info().await.unwrap();
    sandbox.log().clear();
    for path in ["./https://evil.example/x", "../../evil", "//evil.example/x", "https://evil.example/x"] {
        let error = cw.get_json(path).send_raw().await.unwrap_err();
        assert!(error.kind() == ErrorKind::InvalidRequest || error.is_not_found(), "{path}: {error:?}");
    }
    // And not in plain text, unless that was allowed.
    let plain = builder(&sandbox).api_url("http://sandbox.connectwise.example/v4_6_release/apis/3.0").build();
    assert_eq!(plain.unwrap_err().kind(), ErrorKind::Config);
    let named =
        builder(&sandbox).api_url("https://me:secret@sandbox.connectwise.example/v4_6_release/apis/3.0").build();
    let error = named.unwrap_err();
    assert!(error.context("field") == Some("api_url") && !format!("{error:?}").contains("secret"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_create_that_did_not_find_the_api_was_not_sent() {
    let sandbox = sandbox();
    sandbox.add_fault(Fault::new("connectwise.companyinfo", Trigger::Always, Effect::ResetAfter));
    let cw = builder(&sandbox).retry(psa_http::RetryPolicy::none()).build().unwrap();
    let error = cw.tickets().create().summary("x").company(1).send().await.unwrap_err();
    assert_eq!(error.phase(), psa_core::Phase::NotSent, "{error:?}");
}
