//! Asks the cluster why something is as it is.

use crate::check;

use super::super::event::Event;
use super::Driver;

impl Driver {
    /// About an object; about the present step when none is named.
    pub(super) async fn why(&self, target: &str) -> Option<Event> {
        let context = self.context();
        let explanation = match self.session.step() {
            Some(step) if target.is_empty() => check::why_step(step, &context).await,
            _ => check::why(target, &context).await,
        };
        Some(Event::Explained(explanation))
    }
}
