//! What the tests of several crates share, and the checks of the workspace itself.

pub mod module_graph;

use std::path::{Path, PathBuf};

/// The root folder of the workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}
