//! Webhooks as operators see them: which endpoints the database knows, how they stand, what is sent to them again. It
//! sends nothing.

use std::sync::Arc;

use super::Engine;
use super::books::{Books, Concerns};
use super::orders::ACTOR_MAX;
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::id::MessageId;
use crate::journal::{Detail, EventName, SYSTEM};
use crate::store::sql::webhooks::Standing;
use crate::store::sql::{Listed, Page, webhooks};
use crate::text;
use crate::webhook::{Message, Webhook};

/// What is sent to an endpoint again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replay {
    /// All that was given up.
    GivenUp,
    /// One message that waits or was given up.
    Message(MessageId),
    /// Everything after a journal row.
    After(i64),
}

impl Engine {
    /// Makes the configured endpoints known to the database.
    pub(super) fn register_webhooks(self: &Arc<Self>) -> Result<()> {
        let mut known = Vec::new();
        for endpoint in &self.webhooks {
            let mut salt = [0; 16];
            self.randomness.fill(&mut salt)?;
            known.push((endpoint.name().to_owned(), endpoint.url().to_owned(), salt));
        }
        if known.is_empty() {
            return Ok(());
        }
        self.transact(SYSTEM, move |books| {
            known.iter().try_for_each(|(name, url, salt)| {
                webhooks::register(books.connection, (name, url), *salt, books.now)
            })
        })
    }

    /// Whether an endpoint of this name is configured here.
    pub fn has_webhook(&self, name: &str) -> bool {
        self.endpoint(name).is_some()
    }

    /// All endpoints that the database knows, with what waits for them.
    pub fn webhooks(&self) -> Result<Vec<Standing>> {
        self.read(webhooks::standings)
    }

    /// A page of the messages that were not taken yet.
    pub fn webhook_messages(
        &self,
        webhook: Option<&str>,
        given_up_only: bool,
        page: Page,
    ) -> Result<Listed<Message>> {
        self.read(|connection| webhooks::list(connection, webhook, given_up_only, page))
    }

    /// Has messages sent again by the next run, under their own ids. The endpoint counts as well again.
    /// Fails with `webhook_not_found`, `message_not_found` and `argument_range`.
    pub fn replay_webhook(
        self: &Arc<Self>,
        name: &str,
        replay: Replay,
        actor: &str,
    ) -> Result<Standing> {
        text::line("actor", actor, ACTOR_MAX)?;
        let name = name.to_owned();
        self.transact(actor, move |books| books.replay_webhook(&name, replay))
    }

    /// What an operator should know about webhooks.
    pub fn webhook_warnings(&self) -> Result<Vec<String>> {
        if self.webhooks.is_empty() {
            return Ok(Vec::new());
        }
        let mut warnings = Vec::new();
        for standing in self.webhooks()? {
            let Webhook { name, disabled_at, .. } = &standing.webhook;
            if !self.has_webhook(name) {
                continue;
            }
            if let Some(since) = disabled_at {
                warnings.push(format!("webhook {name} is disabled: it was gone at {since}"));
            }
            if standing.given_up > 0 {
                let count = standing.given_up;
                warnings.push(format!("webhook {name} did not take {count} messages"));
            }
        }
        Ok(warnings)
    }
}

impl Books<'_> {
    fn replay_webhook(&mut self, name: &str, replay: Replay) -> Result<Standing> {
        let mut webhook = self.webhook(name)?;
        let ours = webhook.busy_until;
        let detail = Detail::new().with("webhook", name);
        let detail = match replay {
            Replay::GivenUp => {
                let count = webhooks::restart_given_up(self.connection, webhook.key, self.now)?;
                detail.with("messages", &count.to_string())
            }
            Replay::Message(id) => {
                if !webhooks::restart(self.connection, webhook.key, id, self.now)? {
                    return Err(Error::new(Code::MessageNotFound)
                        .with("message", id)
                        .with("webhook", name));
                }
                detail.with("message", &id.to_string())
            }
            Replay::After(entry) => {
                if !(0..=webhook.position).contains(&entry) {
                    return Err(Error::new(Code::ArgumentRange)
                        .with("field", "after")
                        .with("given", entry)
                        .with("rule", format_args!("0 to {}", webhook.position)));
                }
                webhooks::forget_after(self.connection, webhook.key, entry)?;
                webhook.position = entry;
                detail.with("after", &entry.to_string())
            }
        };
        // A turn under way ends here: what it has sent is no longer its to record.
        webhook.busy_until = Time::from_millis(0);
        webhook.rest_until = Time::from_millis(0);
        webhook.failures = 0;
        webhook.disabled_at = None;
        webhooks::update(self.connection, &webhook, ours)?;
        self.journal(EventName::WebhookReplayed, Concerns::default(), detail)?;
        let standings = webhooks::standings(self.connection)?;
        let found = standings.into_iter().find(|standing| standing.webhook.name == name);
        found.ok_or_else(|| Error::bug("a webhook that was found is gone"))
    }

    fn webhook(&mut self, name: &str) -> Result<Webhook> {
        if let Some(webhook) = webhooks::find(self.connection, name)? {
            return Ok(webhook);
        }
        let known = webhooks::standings(self.connection)?;
        let known = known.into_iter().map(|standing| standing.webhook.name).collect::<Vec<_>>();
        Err(Error::new(Code::WebhookNotFound)
            .with("webhook", text::shown(name))
            .with("known", known.join(", ")))
    }
}
