//! What every emulated vendor has: its two doors, its log, its clock, its back door and its faults.

/// Writes them for a sandbox whose state has `data`, `counts`, `hooks`, `faults` and `date_ahead`, and whose module has an `Edit`.
macro_rules! doors {
    ($sandbox:ident, $vendor:literal) => {
        impl $sandbox {
            /// The in-process door: no sockets, and virtual time where the runtime's is paused.
            pub fn transport(&self) -> std::sync::Arc<dyn psa_http::Transport> {
                std::sync::Arc::new(self.clone())
            }

            /// A real HTTP server; port 0 lets the system choose.
            ///
            /// # Errors
            /// [`ErrorKind::Config`](psa_core::ErrorKind::Config) if the address can't be listened on.
            #[cfg(feature = "server")]
            pub async fn serve(&self, address: std::net::SocketAddr) -> psa_core::Result<crate::Server> {
                crate::Server::start(self.transport(), address, None).await
            }

            /// A real server with TLS.
            ///
            /// # Errors
            /// As [`serve`](Self::serve).
            #[cfg(feature = "server")]
            pub async fn serve_tls(
                &self,
                address: std::net::SocketAddr,
                identity: crate::TlsIdentity,
            ) -> psa_core::Result<crate::Server> {
                crate::Server::start(self.transport(), address, Some(identity)).await
            }

            /// What happened so far.
            pub fn log(&self) -> &crate::ActionLog {
                &self.0.log
            }

            /// The sandbox's clock.
            pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
                self.0.clock.now()
            }

            #[doc = concat!("Changes the data as somebody in ", $vendor, " would.")]
            pub fn edit<T>(&self, edit: impl FnOnce(&mut Edit<'_>) -> T) -> T {
                let now = self.0.clock.now();
                edit(&mut Edit::new(&mut self.lock().data, now))
            }

            /// Changes the data right before the `nth` (from 1, counted from now) request of `operation` is answered.
            pub fn edit_before(&self, operation: &str, nth: u64, edit: impl FnOnce(&mut Edit<'_>) + Send + 'static) {
                let mut state = self.lock();
                let so_far = state.counts.iter().find(|(o, _)| **o == operation).map_or(0, |(_, n)| *n);
                state.hooks.push((operation.to_owned(), so_far + nth, Box::new(edit)));
            }

            /// Forgets the edits that wait for a request.
            pub fn forget_edits(&self) {
                self.lock().hooks.clear();
            }

            /// Lets the clock of answers (`Date`) be ahead of the clock that stamps records, as behind some front ends; or behind it.
            pub fn set_date_ahead(&self, ahead: chrono::TimeDelta) {
                self.lock().date_ahead = ahead;
            }

            /// Adds a fault.
            pub fn add_fault(&self, fault: crate::Fault) {
                self.lock().faults.push(fault);
            }

            /// Ends all faults.
            pub fn clear_faults(&self) {
                self.lock().faults.clear();
            }
        }
    };
}
pub(crate) use doors;
