use thiserror::Error;

/// Why the store could not do its work. Whatever it was, the transaction did not happen.
#[non_exhaustive]
#[derive(Error)]
pub enum StoreError {
    /// Another process writes to the file for too long.
    #[error("the database is locked by another process; stop it, or let only one sync run on one file")]
    Locked(#[source] Source),
    /// The disk is full.
    #[error(
        "the disk is full; nothing was written. Free some space and run again: it continues from the last checkpoint"
    )]
    Full(#[source] Source),
    /// The file was written by a newer version of this library.
    #[error(
        "the database's {component} schema has version {found}, this program knows {known}; use the newer program, or another file"
    )]
    Newer {
        /// Whose schema.
        component: String,
        /// In the file.
        found: u32,
        /// Known here.
        known: u32,
    },
    /// The file is not a database, or damaged.
    #[error("the file is not a database, or damaged; restore it from a backup, or start with a new file")]
    Damaged(#[source] Source),
    /// The file can't be opened, read or written.
    #[error("the database can't be opened or written; check the path, its folder and the permissions")]
    Unusable(#[source] Source),
    /// Another writer was faster: this change was based on an older state.
    #[error("another sync moved this checkpoint meanwhile; let only one run at a time")]
    Stale,
    /// The database refused a statement.
    #[error("the database refused a statement")]
    Sql(#[source] Source),
    /// The work was stopped before it was done.
    #[error("the work was stopped before it was done")]
    Stopped,
}

/// As a person wants to read it: `main` prints errors this way.
impl std::fmt::Debug for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use std::error::Error as _;
        write!(f, "{self}")?;
        let mut source = self.source();
        while let Some(cause) = source {
            write!(f, "\n  caused by: {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

/// A cause, whatever library it is from.
pub(crate) type Source = Box<dyn std::error::Error + Send + Sync>;

#[cfg(feature = "sqlite")]
impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        match error.sqlite_error_code() {
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => Self::Locked(error.into()),
            Some(Code::DiskFull) => Self::Full(error.into()),
            Some(Code::NotADatabase | Code::DatabaseCorrupt) => Self::Damaged(error.into()),
            Some(Code::CannotOpen | Code::ReadOnly | Code::PermissionDenied | Code::SystemIoFailure) => {
                Self::Unusable(error.into())
            }
            _ => Self::Sql(error.into()),
        }
    }
}
