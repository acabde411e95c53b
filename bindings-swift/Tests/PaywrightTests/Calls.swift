// Rendered from the surface table by `make render`; do not edit.

import Foundation

@testable import Paywright

extension Settlement: Readable {
    static func read(_ json: Any) throws -> Settlement {
        switch json as? String {
        case "unsettled": return .`unsettled`
        case "partial": return .`partial`
        case "settled": return .`settled`
        default: throw Inexpressible("\(json)")
        }
    }
}

extension PaymentState: Readable {
    static func read(_ json: Any) throws -> PaymentState {
        switch json as? String {
        case "init": return .`init`
        case "processing": return .`processing`
        case "authorized": return .`authorized`
        case "succeeded": return .`succeeded`
        case "failed": return .`failed`
        case "cancelled": return .`cancelled`
        case "expired": return .`expired`
        default: throw Inexpressible("\(json)")
        }
    }
}

extension RefundState: Readable {
    static func read(_ json: Any) throws -> RefundState {
        switch json as? String {
        case "pending": return .`pending`
        case "succeeded": return .`succeeded`
        case "failed": return .`failed`
        case "cancelled": return .`cancelled`
        default: throw Inexpressible("\(json)")
        }
    }
}

extension RefundSource: Readable {
    static func read(_ json: Any) throws -> RefundSource {
        switch json as? String {
        case "order": return .`order`
        case "deposit": return .`deposit`
        case "suspense": return .`suspense`
        default: throw Inexpressible("\(json)")
        }
    }
}

extension ActionKind: Readable {
    static func read(_ json: Any) throws -> ActionKind {
        switch json as? String {
        case "redirect": return .`redirect`
        case "qr_code": return .`qrCode`
        case "client_secret": return .`clientSecret`
        case "sdk_params": return .`sdkParams`
        case "instructions": return .`instructions`
        case "none": return .`none`
        default: throw Inexpressible("\(json)")
        }
    }
}

extension LineKind: Readable {
    static func read(_ json: Any) throws -> LineKind {
        switch json as? String {
        case "item": return .`item`
        case "fee": return .`fee`
        case "tax": return .`tax`
        case "discount": return .`discount`
        case "deposit": return .`deposit`
        default: throw Inexpressible("\(json)")
        }
    }
}

extension CallbackOutcome: Readable {
    static func read(_ json: Any) throws -> CallbackOutcome {
        switch json as? String {
        case "applied": return .`applied`
        case "already": return .`already`
        case "held": return .`held`
        case "ignored": return .`ignored`
        default: throw Inexpressible("\(json)")
        }
    }
}

extension ExceptionKind: Readable {
    static func read(_ json: Any) throws -> ExceptionKind {
        switch json as? String {
        case "amount_mismatch": return .`amountMismatch`
        case "currency_mismatch": return .`currencyMismatch`
        case "unapplied": return .`unapplied`
        case "overpaid": return .`overpaid`
        case "unknown_payment": return .`unknownPayment`
        case "schema": return .`schema`
        case "unwanted_hold": return .`unwantedHold`
        case "refund_failed": return .`refundFailed`
        default: throw Inexpressible("\(json)")
        }
    }
}

extension Resolution: Readable {
    static func read(_ json: Any) throws -> Resolution {
        switch json as? String {
        case "apply": return .`apply`
        case "refund": return .`refund`
        case "write_off": return .`writeOff`
        default: throw Inexpressible("\(json)")
        }
    }
}

extension Experience: Readable {
    static func read(_ json: Any) throws -> Experience {
        switch json as? String {
        case "embedded": return .`embedded`
        case "hosted": return .`hosted`
        case "qr_code": return .`qrCode`
        case "mobile_web": return .`mobileWeb`
        case "in_wallet": return .`inWallet`
        case "app": return .`app`
        default: throw Inexpressible("\(json)")
        }
    }
}

extension StepOperation: Readable {
    static func read(_ json: Any) throws -> StepOperation {
        switch json as? String {
        case "pay": return .`pay`
        case "query": return .`query`
        case "capture": return .`capture`
        case "cancel": return .`cancel`
        case "refund": return .`refund`
        case "query_refund": return .`queryRefund`
        default: throw Inexpressible("\(json)")
        }
    }
}

extension NoResponse: Readable {
    static func read(_ json: Any) throws -> NoResponse {
        switch json as? String {
        case "not_sent": return .`notSent`
        case "unknown": return .`unknown`
        default: throw Inexpressible("\(json)")
        }
    }
}

extension Capture: Readable {
    static func read(_ json: Any) throws -> Capture {
        switch json as? String {
        case "automatic": return .`automatic`
        case "manual": return .`manual`
        default: throw Inexpressible("\(json)")
        }
    }
}

extension Mode: Readable {
    static func read(_ json: Any) throws -> Mode {
        switch json as? String {
        case "development": return .`development`
        case "test": return .`test`
        case "live": return .`live`
        default: throw Inexpressible("\(json)")
        }
    }
}

extension Part: Readable {
    static func read(_ json: Any) throws -> Part {
        switch json as? String {
        case "key": return .`key`
        case "serial": return .`serial`
        case "mode": return .`mode`
        case "account": return .`account`
        case "callback": return .`callback`
        case "clock": return .`clock`
        case "network": return .`network`
        default: throw Inexpressible("\(json)")
        }
    }
}

extension NewLine: Readable {
    static func read(_ json: Any) throws -> NewLine {
        let given = try Given(json)
        return NewLine(
            description: try given.needed("description"),
            unitAmount: try given.needed("unit_amount"),
            quantity: try given.maybe("quantity"),
            kind: try given.maybe("kind")
        )
    }
}

extension Webhook: Readable {
    static func read(_ json: Any) throws -> Webhook {
        let given = try Given(json)
        return Webhook(
            url: try given.needed("url"),
            secrets: try given.list("secrets"),
            events: try given.list("events"),
            name: try given.maybe("name"),
            allowPrivate: try given.maybe("allow_private")
        )
    }
}

extension ImportRow: Readable {
    static func read(_ json: Any) throws -> ImportRow {
        let given = try Given(json)
        return ImportRow(
            id: try given.needed("id"),
            reference: try given.needed("reference"),
            amount: try given.needed("amount"),
            status: try given.needed("status"),
            transactionType: try given.maybe("transaction_type"),
            currency: try given.maybe("currency"),
            method: try given.maybe("method"),
            gateway: try given.maybe("gateway"),
            transactionId: try given.maybe("transaction_id"),
            gatewayReference: try given.maybe("gateway_reference"),
            refundOf: try given.maybe("refund_of"),
            customer: try given.maybe("customer"),
            total: try given.maybe("total"),
            deposit: try given.maybe("deposit"),
            description: try given.maybe("description"),
            createdAt: try given.maybe("created_at"),
            paidAt: try given.maybe("paid_at"),
            expiresAt: try given.maybe("expires_at")
        )
    }
}

extension Mock: Readable {
    static func read(_ json: Any) throws -> Mock {
        let given = try Given(json)
        return Mock(
            secrets: try given.list("secrets"),
            checkoutBaseUrl: try given.maybe("checkout_base_url"),
            script: try given.list("script"),
            refundScript: try given.list("refund_script"),
            methods: try given.list("methods")
        )
    }
}

extension Bank: Readable {
    static func read(_ json: Any) throws -> Bank {
        let given = try Given(json)
        return Bank(
            accountName: try given.needed("account_name"),
            accountNumber: try given.needed("account_number"),
            bankName: try given.needed("bank_name"),
            currencies: try given.list("currencies")
        )
    }
}

extension Signed: Readable {
    static func read(_ json: Any) throws -> Signed {
        let given = try Given(json)
        return Signed(
            description: try given.needed("description")
        )
    }
}

extension Gateway: Readable {
    static func read(_ json: Any) throws -> Gateway {
        let (name, fields) = try Given(json).only()
        switch name {
        case "mock": return .mock(try Mock.read(fields))
        case "bank": return .bank(try Bank.read(fields))
        case "signed": return .signed(try Signed.read(fields))
        default: throw Inexpressible(name)
        }
    }
}

/// Calls a method of the public face with arguments from JSON.
func call(_ pay: Paywright, _ method: String, _ given: Given) throws -> Any {
    switch method {
    case "create_order":
        return try pay.createOrder(
            currency: try given.needed("currency"),
            amount: try given.maybe("amount"),
            lines: try given.maybe("lines"),
            reference: try given.maybe("reference"),
            customer: try given.maybe("customer"),
            flow: try given.maybe("flow"),
            metadata: try given.maybe("metadata"),
            payableUntil: try given.maybe("payable_until"),
            startsAt: try given.maybe("starts_at"),
            endsAt: try given.maybe("ends_at"),
            extends: try given.maybe("extends"),
            description: try given.maybe("description"),
            idempotencyKey: try given.maybe("idempotency_key")
        )
    case "order":
        return try pay.order(
            orderId: try given.needed("order_id")
        )
    case "order_by_reference":
        return try pay.orderByReference(
            reference: try given.needed("reference"),
            flow: try given.maybe("flow")
        )
    case "orders":
        return try pay.orders(
            customer: try given.maybe("customer"),
            flow: try given.maybe("flow"),
            state: try given.maybe("state"),
            page: try given.maybe("page"),
            size: try given.maybe("size")
        )
    case "add_lines":
        return try pay.addLines(
            orderId: try given.needed("order_id"),
            lines: try given.list("lines")
        )
    case "transition_order":
        return try pay.transitionOrder(
            orderId: try given.needed("order_id"),
            event: try given.needed("event"),
            actor: try given.maybe("actor"),
            withhold: try given.maybe("withhold"),
            withholdReason: try given.maybe("withhold_reason")
        )
    case "cancel_order":
        return try pay.cancelOrder(
            orderId: try given.needed("order_id"),
            actor: try given.maybe("actor"),
            reason: try given.maybe("reason")
        )
    case "create_payment":
        return try pay.createPayment(
            orderId: try given.needed("order_id"),
            method: try given.maybe("method"),
            gateway: try given.maybe("gateway"),
            amount: try given.maybe("amount"),
            currency: try given.maybe("currency"),
            partial: try given.maybe("partial"),
            ttlMinutes: try given.maybe("ttl_minutes"),
            capture: try given.maybe("capture"),
            experience: try given.maybe("experience"),
            description: try given.maybe("description"),
            returnUrl: try given.maybe("return_url"),
            cancelUrl: try given.maybe("cancel_url"),
            payerId: try given.maybe("payer_id"),
            payerAddress: try given.maybe("payer_address"),
            reference: try given.maybe("reference"),
            fallback: try given.maybe("fallback"),
            send: try given.maybe("send"),
            idempotencyKey: try given.maybe("idempotency_key")
        )
    case "payment":
        return try pay.payment(
            paymentId: try given.needed("payment_id")
        )
    case "payments":
        return try pay.payments(
            orderId: try given.maybe("order_id"),
            customer: try given.maybe("customer"),
            state: try given.maybe("state"),
            page: try given.maybe("page"),
            size: try given.maybe("size")
        )
    case "capture_payment":
        return try pay.capturePayment(
            paymentId: try given.needed("payment_id"),
            amount: try given.maybe("amount"),
            actor: try given.maybe("actor")
        )
    case "cancel_payment":
        return try pay.cancelPayment(
            paymentId: try given.needed("payment_id"),
            actor: try given.maybe("actor")
        )
    case "confirm_payment":
        return try pay.confirmPayment(
            paymentId: try given.needed("payment_id"),
            actor: try given.needed("actor"),
            reason: try given.needed("reason"),
            transactionId: try given.maybe("transaction_id")
        )
    case "record_transfer":
        return try pay.recordTransfer(
            gateway: try given.needed("gateway"),
            reference: try given.needed("reference"),
            amount: try given.needed("amount"),
            currency: try given.needed("currency"),
            transactionId: try given.needed("transaction_id"),
            actor: try given.needed("actor"),
            receivedAt: try given.maybe("received_at")
        )
    case "sync_payment":
        return try pay.syncPayment(
            paymentId: try given.needed("payment_id")
        )
    case "refund":
        return try pay.refund(
            paymentId: try given.needed("payment_id"),
            amount: try given.maybe("amount"),
            currency: try given.maybe("currency"),
            reason: try given.maybe("reason"),
            actor: try given.maybe("actor"),
            send: try given.maybe("send"),
            idempotencyKey: try given.maybe("idempotency_key")
        )
    case "find_refund":
        return try pay.findRefund(
            refundId: try given.needed("refund_id")
        )
    case "refunds":
        return try pay.refunds(
            paymentId: try given.maybe("payment_id"),
            orderId: try given.maybe("order_id"),
            state: try given.maybe("state"),
            page: try given.maybe("page"),
            size: try given.maybe("size")
        )
    case "confirm_refund":
        return try pay.confirmRefund(
            refundId: try given.needed("refund_id"),
            actor: try given.needed("actor"),
            reason: try given.needed("reason"),
            transactionId: try given.maybe("transaction_id")
        )
    case "sync_refund":
        return try pay.syncRefund(
            refundId: try given.needed("refund_id")
        )
    case "begin":
        return try pay.begin(
            id: try given.needed("id"),
            operation: try given.needed("operation"),
            amount: try given.maybe("amount"),
            actor: try given.maybe("actor")
        )
    case "resume":
        return try pay.resume(
            ticket: try given.needed("ticket"),
            status: try given.maybe("status"),
            headers: try given.maybe("headers"),
            body: try given.maybe("body"),
            failure: try given.maybe("failure")
        )
    case "exception":
        return try pay.exception(
            exceptionId: try given.needed("exception_id")
        )
    case "exceptions":
        return try pay.exceptions(
            all: try given.maybe("all"),
            page: try given.maybe("page"),
            size: try given.maybe("size")
        )
    case "resolve_exception":
        return try pay.resolveException(
            exceptionId: try given.needed("exception_id"),
            resolution: try given.needed("resolution"),
            actor: try given.needed("actor"),
            reason: try given.needed("reason"),
            orderId: try given.maybe("order_id")
        )
    case "handle_callback":
        return try pay.handleCallback(
            gateway: try given.needed("gateway"),
            headers: try given.needed("headers"),
            body: try given.needed("body")
        )
    case "verify_callback":
        return try pay.verifyCallback(
            gateway: try given.needed("gateway"),
            headers: try given.needed("headers"),
            body: try given.needed("body")
        )
    case "handle_return":
        return try pay.handleReturn(
            gateway: try given.needed("gateway"),
            params: try given.needed("params")
        )
    case "logs":
        return try pay.logs(
            paymentId: try given.needed("payment_id")
        )
    case "timeline":
        return try pay.timeline(
            orderId: try given.needed("order_id")
        )
    case "transfers":
        return try pay.transfers(
            orderId: try given.needed("order_id")
        )
    case "events":
        return try pay.events(
            after: try given.maybe("after"),
            limit: try given.maybe("limit")
        )
    case "next_events":
        return try pay.nextEvents(
            consumer: try given.needed("consumer"),
            limit: try given.maybe("limit")
        )
    case "acknowledge_events":
        return try pay.acknowledgeEvents(
            consumer: try given.needed("consumer"),
            sequence: try given.needed("sequence")
        )
    case "webhooks": return try pay.webhooks()
    case "webhook_messages":
        return try pay.webhookMessages(
            name: try given.maybe("name"),
            givenUp: try given.maybe("given_up"),
            page: try given.maybe("page"),
            size: try given.maybe("size")
        )
    case "replay_webhook":
        return try pay.replayWebhook(
            name: try given.needed("name"),
            messageId: try given.maybe("message_id"),
            after: try given.maybe("after"),
            actor: try given.maybe("actor")
        )
    case "import_payments":
        return try pay.importPayments(
            rows: try given.list("rows"),
            table: try given.maybe("table"),
            flow: try given.maybe("flow"),
            gateway: try given.maybe("gateway"),
            method: try given.maybe("method"),
            currency: try given.maybe("currency"),
            ttlMinutes: try given.maybe("ttl_minutes"),
            dryRun: try given.maybe("dry_run"),
            actor: try given.maybe("actor")
        )
    case "claim_nonce":
        return try pay.claimNonce(
            scope: try given.needed("scope"),
            nonce: try given.needed("nonce"),
            timestamp: try given.needed("timestamp"),
            toleranceS: try given.maybe("tolerance_s")
        )
    case "run_due":
        return try pay.runDue(
            limit: try given.maybe("limit")
        )
    case "verify": return try pay.verify()
    case "balances": return try pay.balances()
    case "rotate_credentials":
        return try pay.rotateCredentials(
            gateway: try given.needed("gateway"),
            actor: try given.maybe("actor")
        )
    case "examine":
        return try pay.examine(
            gateway: try given.needed("gateway")
        )
    case "health": return try pay.health()
    case "metrics": return try pay.metrics()
    case "diagram":
        return try pay.diagram(
            machine: try given.needed("machine")
        )
    case "mock_callbacks":
        return try pay.mockCallbacks(
            paymentId: try given.needed("payment_id"),
            kind: try given.needed("kind"),
            refundId: try given.maybe("refund_id")
        )
    case "mock_script":
        return try pay.mockScript(
            payments: try given.maybe("payments"),
            refunds: try given.maybe("refunds")
        )
    case "mock_page":
        return try pay.mockPage(
            token: try given.needed("token"),
            language: try given.maybe("language")
        )
    case "mock_choose":
        return try pay.mockChoose(
            token: try given.needed("token"),
            choice: try given.needed("choice")
        )
    default: throw Inexpressible(method)
    }
}
