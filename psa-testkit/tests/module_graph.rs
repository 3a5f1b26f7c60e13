//! The files of every crate import each other without circles.

use std::fs;

use psa_testkit::module_graph::ModuleGraph;
use psa_testkit::workspace;

#[test]
fn files_import_each_other_without_circles() {
    let mut found = String::new();
    let mut crates = 0;
    for entry in fs::read_dir(workspace()).unwrap() {
        let folder = entry.unwrap().path();
        let root = folder.join("src/lib.rs");
        if !folder.join("Cargo.toml").exists() || !root.exists() {
            continue;
        }
        crates += 1;
        for (index, circle) in ModuleGraph::read(&root).unwrap().circles().iter().enumerate() {
            found += &format!("{}, circle {}:\n{circle}", folder.display(), index + 1);
        }
    }
    assert!(crates >= 11, "the crates of the workspace were not found in {}", workspace().display());
    assert!(found.is_empty(), "files that name each other; move what both need below them:\n{found}");
}
