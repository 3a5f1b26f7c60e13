//! The resources: one entry a table with its path, right, members, rules, and how its rows are made.

use std::sync::OnceLock;

use super::resource::Resource;
use super::table::Table;

mod company;
mod finance;
mod project;
mod sales;
mod service;
mod system;
mod time;

/// Every table, in the order of the resources.
pub(super) fn tables() -> &'static [&'static Table] {
    static ALL: OnceLock<Vec<&'static Table>> = OnceLock::new();
    ALL.get_or_init(|| {
        let groups = [
            company::TABLES,
            service::TABLES,
            project::TABLES,
            sales::TABLES,
            time::TABLES,
            finance::TABLES,
            system::TABLES,
        ];
        groups.into_iter().flatten().collect()
    })
}

/// The table of a resource.
pub(super) fn table(resource: Resource) -> &'static Table {
    tables()[resource as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_resource_has_its_table() {
        let resources: Vec<Resource> = tables().iter().map(|table| table.resource).collect();
        assert_eq!(resources, Resource::ALL);
    }
}
