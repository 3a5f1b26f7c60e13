//! Whose hosts may be asked for a callback's key: the vendor's cloud in all regions, and nothing that looks like it.

use connectwise_client::KeyOrigins;
use proptest::prelude::*;

/// Every host of the vendor's cloud.
pub(crate) fn cloud_hosts() -> Vec<String> {
    let regions = ["na", "eu", "au", "aus", "za"].into_iter();
    let names =
        regions.flat_map(|region| [region.to_owned(), format!("sandbox-{region}")]).chain(["staging".to_owned()]);
    let hosts = names.map(|name| format!("{name}.myconnectwise.net")).chain(["staging.connectwisedev.com".to_owned()]);
    hosts.flat_map(|host| [format!("api-{host}"), host]).collect()
}

/// Where a callback says that its key is, at this host.
pub(crate) fn key_url_at(host: &str) -> String {
    format!("https://{host}/v2025_1//system/callbackkey/index.rails?companyName=acme&id=k1")
}

#[test]
fn a_host_that_only_looks_like_the_vendors_is_not_asked() {
    for host in cloud_hosts() {
        for other in [
            format!("{host}.evil.example"),
            format!("{host}.net"),
            format!("x{host}"),
            format!("x.{host}"),
            format!("x-{host}"),
            format!("api-api-{host}"),
            format!("sandbox-sandbox-{host}"),
            format!("{host}."),
            format!("{host}:8443"),
            format!("{host}:80"),
            format!("{host}@evil.example"),
            format!("evil.example@{host}"),
            format!("me:pw@{host}"),
            format!("{host}%2eevil.example"),
            format!("{host}\u{3002}evil.example"),
            format!("{host}\\.evil.example"),
            format!("{host}#.evil.example"),
            format!("{host}?.evil.example"),
            format!("evil.example/{host}"),
            host.replacen('o', "\u{43e}", 1),
            host.replacen('n', "n\u{301}", 1),
            host.replacen('.', "-", 1),
            host.replacen('.', "..", 1),
            host.replace("connectwise", "connectwlse"),
            host.replace(".net", ".com").replace("connectwisedev.com", "connectwisedev.net"),
            host.replace("myconnectwise.net", "connectwise.net").replace("connectwisedev.com", "evil.example"),
        ] {
            let error = KeyOrigins::cloud().check(&key_url_at(&other)).unwrap_err();
            assert_eq!(error.context("reason"), Some("untrusted_key_url"), "{other}: {error:?}");
        }
    }
    for name in ["", "us", "api", "sandbox", "sandbox-", "api-", "www", "login", "ca", "staging-na", "sandbox-staging"]
    {
        assert!(KeyOrigins::cloud().check(&key_url_at(&format!("{name}.myconnectwise.net"))).is_err(), "{name}");
    }
    for name in ["na", "api-na", "sandbox-na", "www", "sandbox-staging"] {
        assert!(KeyOrigins::cloud().check(&key_url_at(&format!("{name}.connectwisedev.com"))).is_err(), "{name}");
    }
}

proptest! {
    #[test]
    fn no_change_of_a_host_leads_to_another_one(
        host in prop::sample::select(cloud_hosts()), at in any::<prop::sample::Index>(), cut in 0..4_usize,
        new in "[a-z0-9.@:/\\\\?#%\\-_ \u{ad}\u{43e}\u{3002}\u{ff0e}\u{ff41}]{0,6}",
    ) {
        let at = at.index(host.len() + 1);
        let changed = format!("{}{new}{}", &host[..at], &host[(at + cut).min(host.len())..]);
        if let Ok(url) = KeyOrigins::cloud().check(&key_url_at(&changed)) {
            let asked = url.host_str().unwrap_or_default();
            prop_assert!(cloud_hosts().iter().any(|host| host == asked), "{} leads to {}", changed, url);
            prop_assert!(url.scheme() == "https" && url.port().is_none() && url.fragment().is_none(), "{}", url);
            prop_assert!(url.username().is_empty() && url.password().is_none(), "{}", url);
            prop_assert!(url.path().ends_with("/system/callbackkey/index.rails"), "{}", url);
        }
    }
}
