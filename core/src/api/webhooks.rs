//! The methods of the surface table for webhooks, and their configurations. Nothing is sent here.

// The documentation of every method stands in the table.
#![allow(missing_docs)]

use super::types::{self, Webhook, arguments};
use super::values::to_time;
use super::{Paywright, guarded};
use crate::clock::Time;
use crate::engine::{Endpoint, Network, Replay};
use crate::error::{Code, Error, Result};
use crate::id::MessageId;
use crate::journal::SYSTEM;
use crate::secret::Secret;
use crate::store::sql::webhooks::Standing;
use crate::store::sql::{Listed, Page};
use crate::webhook::Message;

/// The endpoints of a configuration.
pub(super) fn endpoints(configured: &[Webhook]) -> Result<Vec<Endpoint>> {
    configured.iter().map(endpoint).collect()
}

pub(super) fn endpoint(webhook: &Webhook) -> Result<Endpoint> {
    let secret = |s: &types::Secret| Secret::new("webhooks.secrets", s.expose());
    let secrets = webhook.secrets.iter().map(secret).collect::<Result<Vec<_>>>()?;
    let network = match webhook.allow_private {
        Some(true) => Network::Any,
        Some(false) | None => Network::Public,
    };
    Endpoint::new(webhook.name.as_deref(), &webhook.url, &secrets, &webhook.events, network)
}

impl Paywright {
    pub fn webhooks(&self, _: arguments::webhooks) -> Result<Vec<types::WebhookStatus>> {
        guarded(|| Ok(self.engine.webhooks()?.into_iter().map(|s| self.standing(s)).collect()))
    }

    pub fn webhook_messages(
        &self,
        a: arguments::webhook_messages,
    ) -> Result<types::WebhookMessagePage> {
        guarded(|| {
            let page = Page::new(a.page, a.size)?;
            let given_up = a.given_up.unwrap_or(false);
            let Listed { total, items } =
                self.engine.webhook_messages(a.name.as_deref(), given_up, page)?;
            let items = items.into_iter().map(message).collect();
            Ok(types::WebhookMessagePage { total, page: page.number, size: page.size, items })
        })
    }

    pub fn replay_webhook(&self, a: arguments::replay_webhook) -> Result<types::WebhookStatus> {
        guarded(|| {
            let replay = match (&a.message_id, a.after) {
                (None, None) => Replay::GivenUp,
                (Some(id), None) => Replay::Message(MessageId::parse(id)?),
                (None, Some(after)) => Replay::After(after),
                (Some(_), Some(_)) => {
                    return Err(Error::new(Code::ArgumentConflict)
                        .with("fields", "message_id and after")
                        .with("rule", "one message, or everything after a journal row"));
                }
            };
            let actor = a.actor.as_deref().unwrap_or(SYSTEM);
            Ok(self.standing(self.engine.replay_webhook(&a.name, replay, actor)?))
        })
    }

    fn standing(&self, standing: Standing) -> types::WebhookStatus {
        let Standing { webhook, behind, waiting, given_up } = standing;
        let rests = webhook.rest_until > self.engine.now();
        types::WebhookStatus {
            configured: self.engine.has_webhook(&webhook.name),
            name: webhook.name,
            url: webhook.url,
            position: webhook.position,
            behind,
            waiting,
            given_up,
            failures: webhook.failures,
            rests_until: rests.then(|| to_time(webhook.rest_until)),
            disabled_at: webhook.disabled_at.map(to_time),
            last_status: webhook.last_status,
            last_error: webhook.last_error,
            failed_at: webhook.failed_at.map(to_time),
        }
    }
}

fn message(message: Message) -> types::WebhookMessage {
    let time = |at: Option<Time>| at.map(to_time);
    types::WebhookMessage {
        id: message.id.to_string(),
        webhook: message.webhook,
        sequence: message.entry,
        event: message.event,
        attempts: message.attempts,
        next_attempt_at: time(message.due_at),
        last_status: message.last_status,
        last_error: message.last_error,
        created_at: to_time(message.created_at),
        updated_at: to_time(message.updated_at),
    }
}
