//! Exchanging an account while the engine runs: keys rotate without a restart. It knows no secret; it only puts one
//! account in the place of another.

use std::sync::{Arc, PoisonError};

use super::books::Concerns;
use super::orders::ACTOR_MAX;
use super::{Accounts, Engine, check_gateways, not_configured};
use crate::error::Result;
use crate::gateway::Gateway;
use crate::journal::{Detail, EventName};
use crate::text;

impl Engine {
    /// Puts an account in the place of the one of the same name, from the next call on, and says so in the journal.
    /// Exchanges and callbacks under way end with the old account. Fails as [`Engine::replace_account`] does, and then
    /// nothing has changed.
    pub fn rotate_account(self: &Arc<Self>, account: Arc<dyn Gateway>, actor: &str) -> Result<()> {
        text::line("actor", actor, ACTOR_MAX)?;
        self.replaced(&account, &self.accounts())?;
        let name = account.facts().name.clone();
        // The row comes first: an exchange that nobody can read about would be worse than a row too many.
        self.transact(actor, move |books| {
            let detail = Detail::new().with("gateway", &name);
            books.journal(EventName::CredentialsRotated, Concerns::default(), detail).map(drop)
        })?;
        self.replace_account(account)
    }

    /// Puts an account in the place of the one of the same name, from the next call on, without a word in the journal.
    /// Fails with `gateway_not_found`, and as [`Engine::new`] does.
    pub fn replace_account(&self, account: Arc<dyn Gateway>) -> Result<()> {
        let mut current = self.accounts.write().unwrap_or_else(PoisonError::into_inner);
        *current = self.replaced(&account, &current)?;
        Ok(())
    }

    /// The accounts with one of them replaced, if they may be used together.
    fn replaced(&self, account: &Arc<dyn Gateway>, current: &Accounts) -> Result<Accounts> {
        let mut accounts = current.to_vec();
        let name = &account.facts().name;
        let known = accounts.iter_mut().find(|known| known.facts().name == *name);
        *known.ok_or_else(|| not_configured(name, current))? = Arc::clone(account);
        check_gateways(&accounts, self.mode)?;
        Ok(accounts.into())
    }
}
