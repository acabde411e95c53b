# Rendered from the surface table; to change it, change the table and run `render`.
"""The engine for event loops: every method awaitable, with the same arguments and the same answers.

The loop never waits for a database or a gateway, and nothing here decides anything about payments.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from ._bridge import WORKERS, Bridge
from ._native import Paywright

if TYPE_CHECKING:
    from os import PathLike

    from ._host_store import HostStore
    from ._native import (
        Alipay,
        Balance,
        Bank,
        CallbackResult,
        Delivery,
        Done,
        DueReport,
        Event,
        Examination,
        ExceptionEntry,
        ExceptionPage,
        Health,
        ImportReport,
        ImportRow,
        ManualClock,
        Mock,
        MockChoice,
        MockPage,
        NewLine,
        Order,
        OrderPage,
        PayPal,
        Payment,
        PaymentPage,
        Proof,
        Refund,
        RefundPage,
        Signed,
        Step,
        Stripe,
        Transfer,
        TransferResult,
        VerifyReport,
        Webhook,
        WebhookMessage,
        WebhookMessagePage,
        WebhookStatus,
        WechatPay,
    )
    from .gateways import Gateway
    from .types import (
        AmountLike,
        BodyLike,
        Capture,
        Experience,
        HeadersLike,
        ImportRowFields,
        Mode,
        NewLineFields,
        NoResponse,
        PaymentState,
        RefundState,
        Resolution,
        StepOperation,
        WebhookFields,
    )

__all__ = ["AsyncPaywright"]


class AsyncPaywright(Bridge):
    """An engine whose methods are awaited. What is not from the table of methods is explained at `Bridge`."""

    @classmethod
    async def open(
        cls,
        database: str | PathLike[str] | HostStore,
        *,
        gateways: Iterable[Mock | Bank | Stripe | WechatPay | Alipay | PayPal | Signed | Gateway] = (),
        mode: Mode = "development",
        flows: Iterable[str | Mapping[str, object]] = (),
        webhooks: Iterable[Webhook | WebhookFields] = (),
        clock: ManualClock | None = None,
        seed: int | None = None,
        strict_permissions: bool = False,
        allow_network_file_system: bool = False,
        busy_timeout_ms: int | None = None,
        workers: int = WORKERS,
    ) -> AsyncPaywright:
        """As `Paywright.open`, away from the loop."""
        opener = partial(
            Paywright.open,
            database,
            gateways=gateways,
            mode=mode,
            flows=flows,
            webhooks=webhooks,
            clock=clock,
            seed=seed,
            strict_permissions=strict_permissions,
            allow_network_file_system=allow_network_file_system,
            busy_timeout_ms=busy_timeout_ms,
        )
        return await cls._begun(opener, workers)

    @classmethod
    async def from_env(
        cls,
        *,
        gateways: Iterable[Mock | Bank | Stripe | WechatPay | Alipay | PayPal | Signed | Gateway] = (),
        mode: Mode = "development",
        flows: Iterable[str | Mapping[str, object]] = (),
        webhooks: Iterable[Webhook | WebhookFields] = (),
        clock: ManualClock | None = None,
        seed: int | None = None,
        strict_permissions: bool = False,
        allow_network_file_system: bool = False,
        busy_timeout_ms: int | None = None,
        workers: int = WORKERS,
    ) -> AsyncPaywright:
        """As `Paywright.from_env`, away from the loop."""
        opener = partial(
            Paywright.from_env,
            gateways=gateways,
            mode=mode,
            flows=flows,
            webhooks=webhooks,
            clock=clock,
            seed=seed,
            strict_permissions=strict_permissions,
            allow_network_file_system=allow_network_file_system,
            busy_timeout_ms=busy_timeout_ms,
        )
        return await cls._begun(opener, workers)

    async def create_order(
        self,
        *,
        currency: str,
        amount: AmountLike | None = None,
        lines: Iterable[NewLine | NewLineFields] | None = None,
        reference: str | None = None,
        customer: str | None = None,
        flow: str | None = None,
        metadata: Mapping[str, str] | None = None,
        payable_until: datetime | None = None,
        starts_at: datetime | None = None,
        ends_at: datetime | None = None,
        extends: str | None = None,
        description: str | None = None,
        idempotency_key: str | None = None,
    ) -> Order:
        """Creates an order of an amount or of lines. `extends` names the order whose term the
        new one extends once it is paid. Errors: `amount_…`, `currency`, `overflow`,
        `id_format`, `reference_taken`, `flow_not_found`, `pan`, `sensitive_field`,
        `too_large`, `idempotency`.
        """
        return await self.call(
            Paywright.create_order,
            currency=currency,
            amount=amount,
            lines=lines,
            reference=reference,
            customer=customer,
            flow=flow,
            metadata=metadata,
            payable_until=payable_until,
            starts_at=starts_at,
            ends_at=ends_at,
            extends=extends,
            description=description,
            idempotency_key=idempotency_key,
        )

    async def order(
        self,
        order_id: str,
    ) -> Order:
        """One order. Errors: `order_not_found`, `id_format`."""
        return await self.call(Paywright.order, order_id)

    async def order_by_reference(
        self,
        reference: str,
        *,
        flow: str | None = None,
    ) -> Order:
        """One order by the host's own id; flow `retail` unless said. Errors:
        `order_not_found`.
        """
        return await self.call(Paywright.order_by_reference, reference, flow=flow)

    async def orders(
        self,
        *,
        customer: str | None = None,
        flow: str | None = None,
        state: str | None = None,
        page: int | None = None,
        size: int | None = None,
    ) -> OrderPage:
        """A page of orders, newest first. Errors: `argument_range`."""
        return await self.call(
            Paywright.orders,
            customer=customer,
            flow=flow,
            state=state,
            page=page,
            size=size,
        )

    async def add_lines(
        self,
        order_id: str,
        *,
        lines: Iterable[NewLine | NewLineFields],
    ) -> Order:
        """Adds lines to an order that takes payments; what is due grows. Errors:
        `order_not_payable`.
        """
        return await self.call(Paywright.add_lines, order_id, lines=lines)

    async def transition_order(
        self,
        order_id: str,
        event: str,
        *,
        actor: str | None = None,
        withhold: AmountLike | None = None,
        withhold_reason: str | None = None,
    ) -> Order:
        """Fires an event of the order's flow. `withhold` keeps a part of the deposit that the
        event would return. Errors: `transition`, `transition_reserved`, `withhold_exceeds`.
        """
        return await self.call(
            Paywright.transition_order,
            order_id,
            event,
            actor=actor,
            withhold=withhold,
            withhold_reason=withhold_reason,
        )

    async def cancel_order(
        self,
        order_id: str,
        *,
        actor: str | None = None,
        reason: str | None = None,
    ) -> Order:
        """Gives an order up and refunds what its flow says. Errors: `transition`, `paid`,
        `outcome_unknown`.
        """
        return await self.call(Paywright.cancel_order, order_id, actor=actor, reason=reason)

    async def create_payment(
        self,
        order_id: str,
        *,
        method: str | None = None,
        gateway: str | None = None,
        amount: AmountLike | None = None,
        currency: str | None = None,
        partial: bool | None = None,
        ttl_minutes: int | None = None,
        capture: Capture | None = None,
        experience: Experience | None = None,
        description: str | None = None,
        return_url: str | None = None,
        cancel_url: str | None = None,
        payer_id: str | None = None,
        payer_address: str | None = None,
        reference: str | None = None,
        fallback: Iterable[str] | None = None,
        send: bool | None = None,
        idempotency_key: str | None = None,
    ) -> Payment:
        """Creates a payment of what is due, or returns the active one that is the same.
        `experience` says how the payer meets the gateway, `payer_id` who the payer is to it
        (a wallet's user id), `payer_address` the payer's network address where the gateway
        asks for it. `fallback` names accounts to try in this order where it is certain that
        those before hold nothing. Without `send` only the intent is written; `begin` goes
        on from there. Errors, in this order: `order_not_found`, `method_unsupported`,
        `order_not_payable`, `order_settled`, `order_expired`, `amount_mismatch`,
        `active_payment_exists`; then the gateway's: `declined`, `gateway_…`,
        `outcome_unknown`.
        """
        return await self.call(
            Paywright.create_payment,
            order_id,
            method=method,
            gateway=gateway,
            amount=amount,
            currency=currency,
            partial=partial,
            ttl_minutes=ttl_minutes,
            capture=capture,
            experience=experience,
            description=description,
            return_url=return_url,
            cancel_url=cancel_url,
            payer_id=payer_id,
            payer_address=payer_address,
            reference=reference,
            fallback=fallback,
            send=send,
            idempotency_key=idempotency_key,
        )

    async def payment(
        self,
        payment_id: str,
    ) -> Payment:
        """One payment. Errors: `payment_not_found`, `id_format`."""
        return await self.call(Paywright.payment, payment_id)

    async def payments(
        self,
        *,
        order_id: str | None = None,
        customer: str | None = None,
        state: PaymentState | None = None,
        page: int | None = None,
        size: int | None = None,
    ) -> PaymentPage:
        """A page of payments, newest first. Errors: `argument_range`, `value_unknown`."""
        return await self.call(
            Paywright.payments,
            order_id=order_id,
            customer=customer,
            state=state,
            page=page,
            size=size,
        )

    async def capture_payment(
        self,
        payment_id: str,
        *,
        amount: AmountLike | None = None,
        actor: str | None = None,
    ) -> Payment:
        """Collects held money: all of it unless said; the journal keeps who had it done.
        Errors: `transition`, `amount_mismatch`, `gateway_rejected`, `outcome_unknown` (it
        will be asked).
        """
        return await self.call(Paywright.capture_payment, payment_id, amount=amount, actor=actor)

    async def cancel_payment(
        self,
        payment_id: str,
        *,
        actor: str | None = None,
    ) -> Payment:
        """Closes a payment at its gateway; the journal keeps who had it done. Errors: `paid`,
        `outcome_unknown`.
        """
        return await self.call(Paywright.cancel_payment, payment_id, actor=actor)

    async def confirm_payment(
        self,
        payment_id: str,
        *,
        actor: str,
        reason: str,
        transaction_id: str | None = None,
    ) -> Payment:
        """A person confirms that money came, on evidence. Errors: `manual_evidence`,
        `gateway_cannot`.
        """
        return await self.call(
            Paywright.confirm_payment,
            payment_id,
            actor=actor,
            reason=reason,
            transaction_id=transaction_id,
        )

    async def record_transfer(
        self,
        gateway: str,
        *,
        reference: str,
        amount: AmountLike,
        currency: str,
        transaction_id: str,
        actor: str,
        received_at: datetime | None = None,
    ) -> TransferResult:
        """A person or an import of statements reports a transfer that arrived. The payment
        whose reference stands in the text, however it was typed, gets the money; what does
        not fit waits as an exception. The same `transaction_id` again changes nothing.
        Errors: `manual_evidence`, `gateway_cannot`, `amount_…`, `bound_elsewhere`,
        `idempotency`.
        """
        return await self.call(
            Paywright.record_transfer,
            gateway,
            reference=reference,
            amount=amount,
            currency=currency,
            transaction_id=transaction_id,
            actor=actor,
            received_at=received_at,
        )

    async def sync_payment(
        self,
        payment_id: str,
    ) -> Payment:
        """Asks the gateway about a payment. Errors: `payment_not_found`, `gateway_cannot`."""
        return await self.call(Paywright.sync_payment, payment_id)

    async def refund(
        self,
        payment_id: str,
        *,
        amount: AmountLike | None = None,
        currency: str | None = None,
        reason: str | None = None,
        actor: str | None = None,
        send: bool | None = None,
        idempotency_key: str | None = None,
    ) -> Refund:
        """Pays money back: all that is left unless said. Without `send` only the intent is
        written. Errors: `payment_not_refundable`, `refund_exceeds`, `currency_mismatch`,
        `idempotency`.
        """
        return await self.call(
            Paywright.refund,
            payment_id,
            amount=amount,
            currency=currency,
            reason=reason,
            actor=actor,
            send=send,
            idempotency_key=idempotency_key,
        )

    async def find_refund(
        self,
        refund_id: str,
    ) -> Refund:
        """One refund. Errors: `refund_not_found`, `id_format`."""
        return await self.call(Paywright.find_refund, refund_id)

    async def refunds(
        self,
        *,
        payment_id: str | None = None,
        order_id: str | None = None,
        state: RefundState | None = None,
        page: int | None = None,
        size: int | None = None,
    ) -> RefundPage:
        """A page of refunds, newest first. Errors: `argument_range`, `value_unknown`."""
        return await self.call(
            Paywright.refunds,
            payment_id=payment_id,
            order_id=order_id,
            state=state,
            page=page,
            size=size,
        )

    async def confirm_refund(
        self,
        refund_id: str,
        *,
        actor: str,
        reason: str,
        transaction_id: str | None = None,
    ) -> Refund:
        """A person confirms that a refund reached the payer. Errors: `manual_evidence`,
        `gateway_cannot`.
        """
        return await self.call(
            Paywright.confirm_refund,
            refund_id,
            actor=actor,
            reason=reason,
            transaction_id=transaction_id,
        )

    async def sync_refund(
        self,
        refund_id: str,
    ) -> Refund:
        """Asks the gateway about a refund. Errors: `refund_not_found`, `gateway_cannot`."""
        return await self.call(Paywright.sync_refund, refund_id)

    async def begin(
        self,
        id: str,
        operation: StepOperation,
        *,
        amount: AmountLike | None = None,
        actor: str | None = None,
    ) -> Step:
        """Begins an operation on a payment or refund for a host that sends requests itself:
        the answer is a request with a ticket, or the result. `actor` is who captures or
        cancels. Errors: those of the operation, `id_format`.
        """
        return await self.call(Paywright.begin, id, operation, amount=amount, actor=actor)

    async def resume(
        self,
        ticket: str,
        *,
        status: int | None = None,
        headers: HeadersLike | None = None,
        body: BodyLike | None = None,
        failure: NoResponse | None = None,
    ) -> Step:
        """Goes on with what came back for a step's request: status, headers and body, or why
        there is none. Errors: those of the operation, `text_format` (the ticket),
        `argument_missing`.
        """
        return await self.call(
            Paywright.resume,
            ticket,
            status=status,
            headers=headers,
            body=body,
            failure=failure,
        )

    async def exception(
        self,
        exception_id: str,
    ) -> ExceptionEntry:
        """One exception. Errors: `exception_not_found`."""
        return await self.call(Paywright.exception, exception_id)

    async def exceptions(
        self,
        *,
        all: bool | None = None,
        page: int | None = None,
        size: int | None = None,
    ) -> ExceptionPage:
        """A page of exceptions, oldest first; only the open ones unless `all`."""
        return await self.call(Paywright.exceptions, all=all, page=page, size=size)

    async def resolve_exception(
        self,
        exception_id: str,
        *,
        resolution: Resolution,
        actor: str,
        reason: str,
        order_id: str | None = None,
    ) -> ExceptionEntry:
        """A person decides what becomes of an exception. Errors: `manual_evidence`,
        `exception_resolved`, `resolution_impossible`.
        """
        return await self.call(
            Paywright.resolve_exception,
            exception_id,
            resolution=resolution,
            actor=actor,
            reason=reason,
            order_id=order_id,
        )

    async def handle_callback(
        self,
        gateway: str,
        *,
        headers: HeadersLike,
        body: BodyLike,
    ) -> CallbackResult:
        """Takes a gateway's callback: raw headers and raw body, exactly as they arrived. A
        refusal is an error whose `reply` is the answer for the remote side. Errors:
        `auth_…`, `malformed`, `too_large`, `bound_elsewhere`.
        """
        return await self.answer(Paywright.handle_callback, gateway, headers=headers, body=body)

    async def verify_callback(
        self,
        gateway: str,
        *,
        headers: HeadersLike,
        body: BodyLike,
    ) -> Proof:
        """Proves a callback genuine and changes nothing. Errors: as `handle_callback`."""
        return await self.answer(Paywright.verify_callback, gateway, headers=headers, body=body)

    async def handle_return(
        self,
        gateway: str,
        *,
        params: Mapping[str, str],
    ) -> Payment:
        """The payer came back: asks the gateway about the payment that the address names. What
        the address says about its outcome is never believed. Errors: `payment_not_found`.
        """
        return await self.call(Paywright.handle_return, gateway, params=params)

    async def logs(
        self,
        payment_id: str,
    ) -> list[Event]:
        """What happened to a payment and its refunds, oldest first."""
        return await self.call(Paywright.logs, payment_id)

    async def timeline(
        self,
        order_id: str,
    ) -> list[Event]:
        """What happened to an order, its payments and refunds, oldest first."""
        return await self.call(Paywright.timeline, order_id)

    async def transfers(
        self,
        order_id: str,
    ) -> list[Transfer]:
        """The ledger's rows of an order, oldest first."""
        return await self.call(Paywright.transfers, order_id)

    async def events(
        self,
        *,
        after: int | None = None,
        limit: int | None = None,
    ) -> list[Event]:
        """The events after a sequence number, in order; 100 unless said."""
        return await self.call(Paywright.events, after=after, limit=limit)

    async def next_events(
        self,
        consumer: str,
        *,
        limit: int | None = None,
    ) -> list[Event]:
        """What a named consumer has not acknowledged; asking again gives the same events
        again.
        """
        return await self.call(Paywright.next_events, consumer, limit=limit)

    async def acknowledge_events(
        self,
        consumer: str,
        sequence: int,
    ) -> Done:
        """A named consumer has dealt with everything up to a sequence number."""
        return await self.call(Paywright.acknowledge_events, consumer, sequence)

    async def webhooks(
        self,
    ) -> list[WebhookStatus]:
        """How the webhooks stand, by name: those of this engine and others that the database
        knows.
        """
        return await self.call(Paywright.webhooks)

    async def webhook_messages(
        self,
        *,
        name: str | None = None,
        given_up: bool | None = None,
        page: int | None = None,
        size: int | None = None,
    ) -> WebhookMessagePage:
        """A page of the messages that webhooks did not take yet. Errors: `argument_range`."""
        return await self.call(
            Paywright.webhook_messages,
            name=name,
            given_up=given_up,
            page=page,
            size=size,
        )

    async def replay_webhook(
        self,
        name: str,
        *,
        message_id: str | None = None,
        after: int | None = None,
        actor: str | None = None,
    ) -> WebhookStatus:
        """Has messages sent to a webhook again, under their own ids, by the next `run_due`:
        one, everything after a journal row, or all that was given up. It also ends a rest
        and enables a webhook that was gone. Errors: `webhook_not_found`,
        `message_not_found`, `argument_range`, `argument_conflict`.
        """
        return await self.call(
            Paywright.replay_webhook,
            name,
            message_id=message_id,
            after=after,
            actor=actor,
        )

    async def import_payments(
        self,
        rows: Iterable[ImportRow | ImportRowFields],
        *,
        table: str | None = None,
        flow: str | None = None,
        gateway: str | None = None,
        method: str | None = None,
        currency: str | None = None,
        ttl_minutes: int | None = None,
        dry_run: bool | None = None,
        actor: str | None = None,
    ) -> ImportReport:
        """Takes over rows of a payments table that another system kept: orders, payments,
        refunds and their transfers, as if they had happened here. A row that is given again
        changes nothing; a row that cannot be taken over is told in the report, and nothing
        of it is written. `table` names the old table (`payments` unless said), `flow` the
        lifecycle of orders that are created, `ttl_minutes` says how long the old system
        left a payment open where a row does not. Give all rows of an order in one call.
        Errors: `too_large` (more than 100000 rows), `flow_not_found`, `gateway_not_found`,
        `currency`, `id_format`, `argument_range`.
        """
        return await self.call(
            Paywright.import_payments,
            rows,
            table=table,
            flow=flow,
            gateway=gateway,
            method=method,
            currency=currency,
            ttl_minutes=ttl_minutes,
            dry_run=dry_run,
            actor=actor,
        )

    async def claim_nonce(
        self,
        scope: str,
        nonce: str,
        timestamp: int,
        *,
        tolerance_s: int | None = None,
    ) -> Done:
        """Takes the number of a signed request, once: `nonce` was not taken before in `scope`
        (such as a client's name), and `timestamp`, in Unix seconds, is at most
        `tolerance_s` from now (300 unless said, at most 3600). Check the signature first.
        Of two who take the same number at once, one is refused. Errors: `auth_stale`,
        `replay`, `id_format`, `argument_range`.
        """
        return await self.call(
            Paywright.claim_nonce,
            scope,
            nonce,
            timestamp,
            tolerance_s=tolerance_s,
        )

    async def run_due(
        self,
        *,
        limit: int | None = None,
    ) -> DueReport:
        """Does what time has made necessary: expiry, open outcomes, timers, seals, webhooks.
        Call it from cron or a timer.
        """
        return await self.call(Paywright.run_due, limit=limit)

    async def verify(
        self,
    ) -> VerifyReport:
        """Audits the books: every sum, every invariant, every seal."""
        return await self.call(Paywright.verify)

    async def balances(
        self,
    ) -> list[Balance]:
        """What stands in every account that is not even."""
        return await self.call(Paywright.balances)

    async def rotate_credentials(
        self,
        gateway: Mock | Bank | Stripe | WechatPay | Alipay | PayPal | Signed,
        *,
        actor: str | None = None,
    ) -> Done:
        """Exchanges the credentials of an account from the next call on, without a restart;
        calls under way end with the old ones. The configuration is the whole account as
        given at opening, of the same name and kind; the mock has none to exchange. Errors:
        `gateway_not_found`, `config_invalid`, `config_missing`, `secret_empty`, `key_type`.
        """
        return await self.call(Paywright.rotate_credentials, gateway, actor=actor)

    async def examine(
        self,
        gateway: str,
    ) -> Examination:
        """Looks whether an account can work: what can be said offline, then one harmless
        question to the gateway. Trouble on the way is a finding; nothing is written.
        Errors: `gateway_not_found`.
        """
        return await self.call(Paywright.examine, gateway)

    async def health(
        self,
    ) -> Health:
        """How the engine is."""
        return await self.call(Paywright.health)

    async def metrics(
        self,
    ) -> str:
        """Counts for a monitor, as Prometheus text."""
        return await self.call(Paywright.metrics)

    async def diagram(
        self,
        machine: str,
    ) -> str:
        """A lifecycle as a Mermaid diagram: a flow's name, `payment` or `refund`. Errors:
        `flow_not_found`.
        """
        return await self.call(Paywright.diagram, machine)

    async def mock_callbacks(
        self,
        payment_id: str,
        kind: str,
        *,
        refund_id: str | None = None,
    ) -> list[Delivery]:
        """The mock gateway signs callbacks of a kind, such as `success` or `wrong_amount`, for
        a payment. Errors: `value_unknown`, `gateway_not_found`.
        """
        return await self.call(Paywright.mock_callbacks, payment_id, kind, refund_id=refund_id)

    async def mock_script(
        self,
        *,
        payments: Iterable[str] | None = None,
        refunds: Iterable[str] | None = None,
    ) -> Done:
        """What the mock gateway shall do with the next payments and refunds. Errors:
        `value_unknown`.
        """
        return await self.call(Paywright.mock_script, payments=payments, refunds=refunds)

    async def mock_page(
        self,
        token: str,
        *,
        language: str | None = None,
    ) -> MockPage:
        """The mock gateway's checkout page, in `en` or `zh`."""
        return await self.call(Paywright.mock_page, token, language=language)

    async def mock_choose(
        self,
        token: str,
        choice: str,
    ) -> MockChoice:
        """A click on the mock gateway's checkout page. Errors: `value_unknown`, `malformed`."""
        return await self.call(Paywright.mock_choose, token, choice)

    def all_orders(
        self,
        *,
        customer: str | None = None,
        flow: str | None = None,
        state: str | None = None,
        size: int | None = None,
    ) -> AsyncIterator[Order]:
        """What `orders` lists, one after the other, read page by page. What changes while it
        is read may come twice or be left out: collect first what you are going to change.
        """
        return self._every(partial(
            self.orders,
            customer=customer,
            flow=flow,
            state=state,
            size=size,
        ))

    def all_payments(
        self,
        *,
        order_id: str | None = None,
        customer: str | None = None,
        state: PaymentState | None = None,
        size: int | None = None,
    ) -> AsyncIterator[Payment]:
        """What `payments` lists, one after the other, read page by page. What changes while it
        is read may come twice or be left out: collect first what you are going to change.
        """
        return self._every(partial(
            self.payments,
            order_id=order_id,
            customer=customer,
            state=state,
            size=size,
        ))

    def all_refunds(
        self,
        *,
        payment_id: str | None = None,
        order_id: str | None = None,
        state: RefundState | None = None,
        size: int | None = None,
    ) -> AsyncIterator[Refund]:
        """What `refunds` lists, one after the other, read page by page. What changes while it
        is read may come twice or be left out: collect first what you are going to change.
        """
        return self._every(partial(
            self.refunds,
            payment_id=payment_id,
            order_id=order_id,
            state=state,
            size=size,
        ))

    def all_exceptions(
        self,
        *,
        all: bool | None = None,
        size: int | None = None,
    ) -> AsyncIterator[ExceptionEntry]:
        """What `exceptions` lists, one after the other, read page by page. What changes while
        it is read may come twice or be left out: collect first what you are going to
        change.
        """
        return self._every(partial(self.exceptions, all=all, size=size))

    def all_webhook_messages(
        self,
        *,
        name: str | None = None,
        given_up: bool | None = None,
        size: int | None = None,
    ) -> AsyncIterator[WebhookMessage]:
        """What `webhook_messages` lists, one after the other, read page by page. What changes
        while it is read may come twice or be left out: collect first what you are going to
        change.
        """
        return self._every(partial(self.webhook_messages, name=name, given_up=given_up, size=size))

