//! Connecting: what goes wrong is told with its remedy.

use std::sync::Arc;
use std::time::Duration;

use halo_client::{Grant, Halo, Scope, Scopes};
use psa_core::time::Clock;
use psa_core::{CheckStage, Connector, ErrorKind, Grant as Right, Outcome};
use psa_http::TokioClock;
use psa_sandbox::halo::{OpenPoints, UngrantedScope};
use psa_sandbox::{Effect, Fault, HaloSandbox, Trigger};

use crate::world::{builder, dataset, halo, sandbox};

fn bare(url: &str, sandbox: &HaloSandbox) -> halo_client::HaloBuilder {
    Halo::builder(url)
        .client_credentials(HaloSandbox::CLIENT_ID, HaloSandbox::SECRET.to_string())
        .transport(sandbox.transport())
}

#[tokio::test(start_paused = true)]
async fn an_address_works_however_it_is_pasted() {
    let sandbox = sandbox();
    for url in [
        "sandbox.halopsa.example",
        "https://sandbox.halopsa.example/",
        "https://sandbox.halopsa.example/api",
        "https://sandbox.halopsa.example/api/",
        "https://sandbox.halopsa.example/auth",
        "HTTPS://Sandbox.HaloPSA.example/auth/token?tenant=x#y",
    ] {
        bare(url, &sandbox).build().unwrap().agents().me().await.unwrap_or_else(|e| panic!("{url}: {e}"));
    }
}

#[tokio::test]
async fn an_address_that_can_not_be_right_says_what_to_paste() {
    let sandbox = sandbox();
    for url in ["", "   ", "ftp://halo.example", "https://", "https://user:pass@halo.example", "not a url"] {
        let error = bare(url, &sandbox).build().unwrap_err();
        assert_eq!((error.kind(), error.context("field")), (ErrorKind::Config, Some("url")), "{url:?}");
        assert!(error.remedy().contains("acme.halopsa.com"), "{url:?}: {}", error.remedy());
        assert!(!format!("{error:?}").contains("pass@"), "{error:?}");
    }
    let error = bare("acme", &sandbox).build().unwrap_err();
    assert!(error.remedy().contains("acme.halopsa.com"), "{}", error.remedy());
    bare("https://halo/api", &sandbox).build().expect("a server in the house");
    let error = bare("http://halo.example", &sandbox).build().unwrap_err();
    assert!(error.to_string().contains("only https"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_secret_is_told_from_a_wrong_tenant() {
    let sandbox = HaloSandbox::builder().dataset(dataset()).tenant("acme").build();
    let login = |secret: &str, tenant: &str| {
        let halo = Halo::builder(HaloSandbox::URL).client_credentials(HaloSandbox::CLIENT_ID, secret.to_string());
        halo.tenant(tenant).transport(sandbox.transport()).build().unwrap()
    };
    let error = login("wrong", "acme").agents().me().await.unwrap_err();
    assert!(error.is_unauthenticated() && error.to_string().contains("client id and secret"), "{error}");
    let error = login(HaloSandbox::SECRET, "emca").agents().me().await.unwrap_err();
    assert!(error.is_unauthenticated() && error.to_string().contains("wrong tenant (emca)"), "{error}");
    login(HaloSandbox::SECRET, "acme").agents().me().await.unwrap();
    // Not given: the tenant that the server tells is used.
    login(HaloSandbox::SECRET, "").agents().me().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn every_service_grant_logs_in() {
    let sandbox = sandbox();
    let id = HaloSandbox::CLIENT_ID.to_string();
    let grants = [
        Grant::Password {
            client_id: id.clone(),
            username: "agent".into(),
            password: HaloSandbox::SECRET.to_string().into(),
        },
        Grant::RefreshToken {
            client_id: id.clone(),
            secret: None,
            refresh_token: "sandbox-refresh-0".to_string().into(),
        },
        Grant::AuthorizationCode {
            client_id: id,
            code: "sandbox-code".to_string().into(),
            redirect_uri: "https://portal.example/back".into(),
            verifier: "verifier".to_string().into(),
        },
    ];
    for grant in grants {
        let halo = Halo::builder(HaloSandbox::URL).grant(grant).transport(sandbox.transport()).build().unwrap();
        halo.agents().me().await.unwrap();
        // A code works once: the refresh token that came with it is used from then on.
        sandbox.revoke_tokens();
        halo.agents().me().await.unwrap();
    }
}

#[tokio::test]
async fn empty_credentials_and_scopes_are_refused_before_anything_is_sent() {
    let sandbox = sandbox();
    let start = || Halo::builder(HaloSandbox::URL).transport(sandbox.transport());
    assert_eq!(start().build().unwrap_err().context("field"), Some("grant"));
    assert_eq!(
        start().client_credentials("", "x".to_string()).build().unwrap_err().context("field"),
        Some("client_id")
    );
    assert_eq!(start().client_credentials("x", " ".to_string()).build().unwrap_err().context("field"), Some("secret"));
    let none = builder(&sandbox).scopes(Scopes::custom([])).build().unwrap_err();
    assert_eq!(none.context("field"), Some("scopes"));
    assert!(sandbox.log().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_unknown_scope_is_named() {
    let sandbox = sandbox();
    let halo = builder(&sandbox).scopes(Scopes::custom([Scope::new("read:actions")])).build().unwrap();
    let error = halo.tickets().list().all().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Config && error.to_string().contains("read:actions"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_web_page_instead_of_json_says_so() {
    for (operation, text) in
        [("halo.tickets.list", "a web page came where a list was due"), ("halo.token", "sent no token but text/html")]
    {
        let sandbox = sandbox();
        sandbox.add_fault(Fault::new(operation, Trigger::Always, Effect::Html));
        let error = halo(&sandbox).tickets().list().all().await.unwrap_err();
        assert!(error.kind() == ErrorKind::Decode && error.to_string().contains(text), "{error}");
    }
    // Where discovery meets a web page, the usual place is tried.
    let sandbox = sandbox();
    sandbox.add_fault(Fault::new("halo.authinfo", Trigger::Always, Effect::Html));
    halo(&sandbox).agents().me().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_connection_test_passes_row_by_row() {
    let sandbox = HaloSandbox::builder().dataset(dataset()).granted(&Scopes::setup_guide().to_string()).build();
    let report = halo(&sandbox).connector().build().check().await;
    assert!(report.steps.iter().all(|s| s.outcome == Outcome::Passed), "{report:#?}");
    assert_eq!(report.permissions.len(), 52);
    let row = |name: &str| report.permissions.iter().find(|p| p.name == name).unwrap().grant;
    assert_eq!(row("read:tickets"), Right::Granted);
    assert_eq!(row("edit:crm"), Right::Granted);
    assert_eq!(row("read:invoices"), Right::Absent);
}

#[tokio::test(start_paused = true)]
async fn each_missing_right_of_the_guide_is_named() {
    let guide = Scopes::setup_guide();
    for taken in guide.iter() {
        let rest: Vec<_> = guide.iter().filter(|s| *s != taken).map(|s| s.as_str()).collect();
        let sandbox = HaloSandbox::builder().dataset(dataset()).granted(&rest.join(" ")).build();
        let report = halo(&sandbox).connector().build().check().await;
        let row = report.permissions.iter().find(|p| p.name == taken.as_str()).unwrap();
        // Whoever may edit may read.
        let implied = rest.iter().any(|s| Scope::new((*s).to_owned()).includes(taken));
        assert_eq!(row.grant, if implied { Right::Granted } else { Right::Missing }, "{taken}");
        assert_eq!(report.usable(), implied, "{taken}");
    }
}

// Sockets never run in virtual time.
#[tokio::test]
async fn a_right_more_than_needed_and_a_persons_login_are_warned_about() {
    let sandbox = HaloSandbox::builder()
        .dataset(dataset())
        .granted(&format!("{} edit:customers all:teams", Scopes::setup_guide()))
        .api_agent(false)
        .build();
    let asked = Scopes::setup_guide();
    let report = builder(&sandbox).scopes(asked).build().unwrap().connector().build().check().await;
    // It was not asked for, so the token does not hold it and it can't show.
    assert!(report.permissions.iter().all(|p| p.grant != Right::Excess));
    assert_eq!(report.step(CheckStage::Identity).unwrap().outcome, Outcome::Warned);
    assert!(report.usable());
    // A server that hands out all that the application has, whatever was asked.
    let generous = wiremock::MockServer::start().await;
    let mount = |m: wiremock::Mock| m.mount(&generous);
    use wiremock::matchers::{method, path};
    use wiremock::{Mock, ResponseTemplate};
    mount(Mock::given(method("GET")).and(path("/api/authinfo")).respond_with(ResponseTemplate::new(404))).await;
    let token = serde_json::json!({"access_token": "t", "expires_in": 3600, "scope": "all"});
    mount(
        Mock::given(method("POST"))
            .and(path("/auth/token"))
            .respond_with(ResponseTemplate::new(200).set_body_json(token)),
    )
    .await;
    let me = serde_json::json!({"id": 13, "name": "API", "isapiagent": true});
    mount(
        Mock::given(method("GET"))
            .and(path("/api/Agent/me"))
            .respond_with(ResponseTemplate::new(200).set_body_json(me)),
    )
    .await;
    mount(Mock::given(method("GET")).respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!([]))))
        .await;
    let halo = Halo::builder(&generous.uri())
        .client_credentials("id", "secret".to_string())
        .transport(Arc::new(psa_http::ReqwestTransport::new().unwrap()))
        .allow_http(true)
        .build()
        .unwrap();
    let report = halo.connector().build().check().await;
    let excess = report.permissions.iter().filter(|p| p.grant == Right::Excess).count();
    assert!(excess > 30, "{report:#?}");
    assert_eq!(report.step(CheckStage::Address).unwrap().outcome, Outcome::Warned, "no authinfo");
    assert_eq!(report.step(CheckStage::Tls).unwrap().outcome, Outcome::Warned, "plain HTTP");
}

#[tokio::test(start_paused = true)]
async fn the_test_stops_at_the_stage_that_fails() {
    let sandbox = sandbox();
    sandbox.add_fault(Fault::new("halo.authinfo", Trigger::Always, Effect::ResetBefore));
    let report = halo(&sandbox).connector().build().check().await;
    assert_eq!(report.failure().unwrap().stage, CheckStage::Address);
    assert_eq!(report.step(CheckStage::Permissions).unwrap().outcome, Outcome::Skipped);
    let wrong = Halo::builder(HaloSandbox::URL).client_credentials("x", "y".to_string()).transport(sandbox.transport());
    sandbox.clear_faults();
    let report = wrong.build().unwrap().connector().build().check().await;
    assert_eq!(report.failure().unwrap().stage, CheckStage::Auth);
    assert!(report.failure().unwrap().remedy.as_ref().unwrap().contains("Copy both again"));
}

#[tokio::test(start_paused = true)]
async fn a_clock_an_hour_off_is_found() {
    let sandbox = sandbox();
    let ours = TokioClock::starting_at(sandbox.now() + Duration::from_secs(3600));
    let clock: Arc<dyn Clock> = Arc::new(ours);
    let report = builder(&sandbox).clock(clock).build().unwrap().connector().build().check().await;
    let step = report.step(CheckStage::Clock).unwrap();
    assert_eq!(step.outcome, Outcome::Warned);
    assert!(step.detail.contains("ahead of Halo's"), "{}", step.detail);
}

#[tokio::test(start_paused = true)]
async fn an_agent_without_rights_is_told_apart_from_a_missing_scope() {
    let open = OpenPoints { ungranted_scope: UngrantedScope::Refused, rate_limit: None, ..OpenPoints::default() };
    let refused = HaloSandbox::builder().dataset(dataset()).open_points(open).granted("read:tickets").build();
    let error = halo(&refused).tickets().list().all().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Config && error.remedy().contains("permissions"), "{error:?}");
    let narrow = HaloSandbox::builder().dataset(dataset()).granted("read:sales").build();
    let error = halo(&narrow).tickets().list().all().await.unwrap_err();
    assert!(error.is_permission_denied() && error.remedy().contains("agent's role"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn the_check_asks_for_a_browser_and_names_the_whitelist() {
    let sandbox = sandbox();
    let halo = builder(&sandbox).cors_origin("app.msportal.ai").build().unwrap();
    let connector = halo.connector().build();
    let refused = connector.check().await;
    let step = refused.step(CheckStage::Cors).unwrap();
    assert_eq!(step.outcome, Outcome::Warned);
    assert!(step.remedy.as_deref().unwrap().contains("app.msportal.ai"), "{step:?}");
    assert!(refused.usable(), "servers are not concerned");
    sandbox.set_cors_origins(&["https://app.msportal.ai"]);
    assert_eq!(connector.check().await.step(CheckStage::Cors).unwrap().outcome, Outcome::Passed);
    // Nobody asked: nothing is tested.
    assert!(crate::world::halo(&sandbox).connector().build().check().await.step(CheckStage::Cors).is_none());
}

#[tokio::test(start_paused = true)]
async fn the_check_tells_what_the_guide_itself_forbids() {
    let sandbox = sandbox();
    let scopes = Scopes::setup_guide().with(Scope::new("read:assets")).with(Scope::new("read:invoices"));
    let report = builder(&sandbox).scopes(scopes).build().unwrap().connector().build().check().await;
    assert!(!report.usable());
    for right in ["read:assets", "read:invoices"] {
        let row = report.permissions.iter().find(|p| p.name == right).unwrap();
        assert_eq!(row.grant, Right::Missing);
        assert!(row.detail.contains("the setup guide's table has it off") && row.detail.contains(right), "{row:?}");
    }
}
