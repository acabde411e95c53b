// Rendered from the surface table by `make render`; do not edit.

import Foundation

@testable import Paywright

extension Settlement: Sample {
    static var sample: Settlement { .`unsettled` }
}

extension PaymentState: Sample {
    static var sample: PaymentState { .`init` }
}

extension RefundState: Sample {
    static var sample: RefundState { .`pending` }
}

extension RefundSource: Sample {
    static var sample: RefundSource { .`order` }
}

extension ActionKind: Sample {
    static var sample: ActionKind { .`redirect` }
}

extension LineKind: Sample {
    static var sample: LineKind { .`item` }
}

extension CallbackOutcome: Sample {
    static var sample: CallbackOutcome { .`applied` }
}

extension ExceptionKind: Sample {
    static var sample: ExceptionKind { .`amountMismatch` }
}

extension Resolution: Sample {
    static var sample: Resolution { .`apply` }
}

extension Experience: Sample {
    static var sample: Experience { .`embedded` }
}

extension StepOperation: Sample {
    static var sample: StepOperation { .`pay` }
}

extension NoResponse: Sample {
    static var sample: NoResponse { .`notSent` }
}

extension Capture: Sample {
    static var sample: Capture { .`automatic` }
}

extension Mode: Sample {
    static var sample: Mode { .`development` }
}

extension Part: Sample {
    static var sample: Part { .`key` }
}

extension NewLine: Sample {
    static var sample: NewLine {
        NewLine(
            description: .sample,
            unitAmount: .sample,
            quantity: .sample,
            kind: .sample
        )
    }
}

extension ImportRow: Sample {
    static var sample: ImportRow {
        ImportRow(
            id: .sample,
            reference: .sample,
            amount: .sample,
            status: .sample,
            transactionType: .sample,
            currency: .sample,
            method: .sample,
            gateway: .sample,
            transactionId: .sample,
            gatewayReference: .sample,
            refundOf: .sample,
            customer: .sample,
            total: .sample,
            deposit: .sample,
            description: .sample,
            createdAt: .sample,
            paidAt: .sample,
            expiresAt: .sample
        )
    }
}

extension Line: Sample {
    static var sample: Line {
        Line(
            kind: .sample,
            description: .sample,
            quantity: .sample,
            unitAmount: .sample,
            amount: .sample
        )
    }
}

extension Order: Sample {
    static var sample: Order {
        Order(
            id: .sample,
            reference: .sample,
            customer: .sample,
            flow: .sample,
            state: .sample,
            currency: .sample,
            lines: [.sample, .sample],
            total: .sample,
            paid: .sample,
            refunded: .sample,
            due: .sample,
            depositHeld: .sample,
            settlement: .sample,
            canPay: .sample,
            possible: [.sample, .sample],
            metadata: .sample,
            extends: .sample,
            payableUntil: .sample,
            startsAt: .sample,
            endsAt: .sample,
            createdAt: .sample,
            updatedAt: .sample,
            version: .sample
        )
    }
}

extension Action: Sample {
    static var sample: Action {
        Action(
            kind: .sample,
            url: .sample,
            qrText: .sample,
            clientSecret: .sample,
            parameters: .sample
        )
    }
}

extension Payment: Sample {
    static var sample: Payment {
        Payment(
            id: .sample,
            orderId: .sample,
            customer: .sample,
            gateway: .sample,
            method: .sample,
            reference: .sample,
            state: .sample,
            amount: .sample,
            captured: .sample,
            refunded: .sample,
            refundPending: .sample,
            currency: .sample,
            action: .sample,
            possible: [.sample, .sample],
            transactionId: .sample,
            failureCode: .sample,
            failureMessage: .sample,
            late: .sample,
            manual: .sample,
            reused: .sample,
            expiresAt: .sample,
            paidAt: .sample,
            createdAt: .sample,
            updatedAt: .sample,
            version: .sample
        )
    }
}

extension Refund: Sample {
    static var sample: Refund {
        Refund(
            id: .sample,
            paymentId: .sample,
            orderId: .sample,
            exceptionId: .sample,
            gateway: .sample,
            source: .sample,
            state: .sample,
            amount: .sample,
            currency: .sample,
            reason: .sample,
            transactionId: .sample,
            failureCode: .sample,
            failureMessage: .sample,
            createdAt: .sample,
            updatedAt: .sample,
            version: .sample
        )
    }
}

extension ExceptionEntry: Sample {
    static var sample: ExceptionEntry {
        ExceptionEntry(
            id: .sample,
            kind: .sample,
            gateway: .sample,
            orderId: .sample,
            paymentId: .sample,
            refundId: .sample,
            amount: .sample,
            currency: .sample,
            transactionId: .sample,
            explanation: .sample,
            body: .sample,
            suggestion: .sample,
            resolution: .sample,
            actor: .sample,
            reason: .sample,
            createdAt: .sample,
            resolvedAt: .sample
        )
    }
}

extension Event: Sample {
    static var sample: Event {
        Event(
            sequence: .sample,
            at: .sample,
            event: .sample,
            actor: .sample,
            source: .sample,
            orderId: .sample,
            paymentId: .sample,
            refundId: .sample,
            exceptionId: .sample,
            detail: .sample
        )
    }
}

extension Reply: Sample {
    static var sample: Reply {
        Reply(
            status: .sample,
            headers: .sample,
            body: .sample
        )
    }
}

extension CallbackResult: Sample {
    static var sample: CallbackResult {
        CallbackResult(
            outcome: .sample,
            duplicate: .sample,
            payment: .sample,
            order: .sample,
            refund: .sample,
            exception: .sample,
            reply: .sample
        )
    }
}

extension TransferResult: Sample {
    static var sample: TransferResult {
        TransferResult(
            outcome: .sample,
            payment: .sample,
            order: .sample,
            exception: .sample
        )
    }
}

extension Proof: Sample {
    static var sample: Proof {
        Proof(
            id: .sample,
            says: .sample,
            payment: .sample,
            transactionId: .sample
        )
    }
}

extension SignedCallback: Sample {
    static var sample: SignedCallback {
        SignedCallback(
            digest: .sample,
            nonce: .sample
        )
    }
}

extension OrderPage: Sample {
    static var sample: OrderPage {
        OrderPage(
            total: .sample,
            page: .sample,
            size: .sample,
            items: [.sample, .sample]
        )
    }
}

extension PaymentPage: Sample {
    static var sample: PaymentPage {
        PaymentPage(
            total: .sample,
            page: .sample,
            size: .sample,
            items: [.sample, .sample]
        )
    }
}

extension RefundPage: Sample {
    static var sample: RefundPage {
        RefundPage(
            total: .sample,
            page: .sample,
            size: .sample,
            items: [.sample, .sample]
        )
    }
}

extension ExceptionPage: Sample {
    static var sample: ExceptionPage {
        ExceptionPage(
            total: .sample,
            page: .sample,
            size: .sample,
            items: [.sample, .sample]
        )
    }
}

extension Transfer: Sample {
    static var sample: Transfer {
        Transfer(
            sequence: .sample,
            entry: .sample,
            kind: .sample,
            debit: .sample,
            credit: .sample,
            amount: .sample,
            currency: .sample
        )
    }
}

extension Balance: Sample {
    static var sample: Balance {
        Balance(
            account: .sample,
            currency: .sample,
            debit: .sample,
            credit: .sample,
            balance: .sample
        )
    }
}

extension Violation: Sample {
    static var sample: Violation {
        Violation(
            invariant: .sample,
            subject: .sample,
            what: .sample
        )
    }
}

extension VerifyReport: Sample {
    static var sample: VerifyReport {
        VerifyReport(
            ok: .sample,
            orders: .sample,
            payments: .sample,
            refunds: .sample,
            transfers: .sample,
            entries: .sample,
            violations: [.sample, .sample]
        )
    }
}

extension DueReport: Sample {
    static var sample: DueReport {
        DueReport(
            payments: .sample,
            refunds: .sample,
            orders: .sample,
            failures: [.sample, .sample],
            sealed: .sample,
            webhooks: .sample,
            webhooksFailed: .sample
        )
    }
}

extension WebhookStatus: Sample {
    static var sample: WebhookStatus {
        WebhookStatus(
            name: .sample,
            url: .sample,
            configured: .sample,
            position: .sample,
            behind: .sample,
            waiting: .sample,
            givenUp: .sample,
            failures: .sample,
            restsUntil: .sample,
            disabledAt: .sample,
            lastStatus: .sample,
            lastError: .sample,
            failedAt: .sample
        )
    }
}

extension WebhookMessage: Sample {
    static var sample: WebhookMessage {
        WebhookMessage(
            id: .sample,
            webhook: .sample,
            sequence: .sample,
            event: .sample,
            attempts: .sample,
            nextAttemptAt: .sample,
            lastStatus: .sample,
            lastError: .sample,
            createdAt: .sample,
            updatedAt: .sample
        )
    }
}

extension WebhookMessagePage: Sample {
    static var sample: WebhookMessagePage {
        WebhookMessagePage(
            total: .sample,
            page: .sample,
            size: .sample,
            items: [.sample, .sample]
        )
    }
}

extension Health: Sample {
    static var sample: Health {
        Health(
            ok: .sample,
            mode: .sample,
            gateways: [.sample, .sample],
            methods: [.sample, .sample],
            warnings: [.sample, .sample]
        )
    }
}

extension Finding: Sample {
    static var sample: Finding {
        Finding(
            part: .sample,
            ok: .sample,
            what: .sample,
            remedy: .sample
        )
    }
}

extension Examination: Sample {
    static var sample: Examination {
        Examination(
            ok: .sample,
            findings: [.sample, .sample]
        )
    }
}

extension ImportProblem: Sample {
    static var sample: ImportProblem {
        ImportProblem(
            row: .sample,
            id: .sample,
            code: .sample,
            message: .sample,
            messageZh: .sample
        )
    }
}

extension ImportReport: Sample {
    static var sample: ImportReport {
        ImportReport(
            dryRun: .sample,
            rows: .sample,
            orders: .sample,
            payments: .sample,
            refunds: .sample,
            skipped: .sample,
            sums: [.sample, .sample],
            problems: [.sample, .sample]
        )
    }
}

extension ImportSum: Sample {
    static var sample: ImportSum {
        ImportSum(
            currency: .sample,
            collected: .sample,
            refunded: .sample
        )
    }
}

extension Delivery: Sample {
    static var sample: Delivery {
        Delivery(
            headers: .sample,
            body: .sample
        )
    }
}

extension MockPage: Sample {
    static var sample: MockPage {
        MockPage(
            status: .sample,
            headers: .sample,
            html: .sample
        )
    }
}

extension MockChoice: Sample {
    static var sample: MockChoice {
        MockChoice(
            deliveries: [.sample, .sample],
            returnUrl: .sample
        )
    }
}

extension Done: Sample {
    static var sample: Done {
        Done(
            ok: .sample
        )
    }
}

/// Every word of every choice, with what it stands for.
let everyWord: [(any Codable & Hashable, String)] = [
    (Settlement.`unsettled`, "unsettled"),
    (Settlement.`partial`, "partial"),
    (Settlement.`settled`, "settled"),
    (PaymentState.`init`, "init"),
    (PaymentState.`processing`, "processing"),
    (PaymentState.`authorized`, "authorized"),
    (PaymentState.`succeeded`, "succeeded"),
    (PaymentState.`failed`, "failed"),
    (PaymentState.`cancelled`, "cancelled"),
    (PaymentState.`expired`, "expired"),
    (RefundState.`pending`, "pending"),
    (RefundState.`succeeded`, "succeeded"),
    (RefundState.`failed`, "failed"),
    (RefundState.`cancelled`, "cancelled"),
    (RefundSource.`order`, "order"),
    (RefundSource.`deposit`, "deposit"),
    (RefundSource.`suspense`, "suspense"),
    (ActionKind.`redirect`, "redirect"),
    (ActionKind.`qrCode`, "qr_code"),
    (ActionKind.`clientSecret`, "client_secret"),
    (ActionKind.`sdkParams`, "sdk_params"),
    (ActionKind.`instructions`, "instructions"),
    (ActionKind.`none`, "none"),
    (LineKind.`item`, "item"),
    (LineKind.`fee`, "fee"),
    (LineKind.`tax`, "tax"),
    (LineKind.`discount`, "discount"),
    (LineKind.`deposit`, "deposit"),
    (CallbackOutcome.`applied`, "applied"),
    (CallbackOutcome.`already`, "already"),
    (CallbackOutcome.`held`, "held"),
    (CallbackOutcome.`ignored`, "ignored"),
    (ExceptionKind.`amountMismatch`, "amount_mismatch"),
    (ExceptionKind.`currencyMismatch`, "currency_mismatch"),
    (ExceptionKind.`unapplied`, "unapplied"),
    (ExceptionKind.`overpaid`, "overpaid"),
    (ExceptionKind.`unknownPayment`, "unknown_payment"),
    (ExceptionKind.`schema`, "schema"),
    (ExceptionKind.`unwantedHold`, "unwanted_hold"),
    (ExceptionKind.`refundFailed`, "refund_failed"),
    (Resolution.`apply`, "apply"),
    (Resolution.`refund`, "refund"),
    (Resolution.`writeOff`, "write_off"),
    (Experience.`embedded`, "embedded"),
    (Experience.`hosted`, "hosted"),
    (Experience.`qrCode`, "qr_code"),
    (Experience.`mobileWeb`, "mobile_web"),
    (Experience.`inWallet`, "in_wallet"),
    (Experience.`app`, "app"),
    (StepOperation.`pay`, "pay"),
    (StepOperation.`query`, "query"),
    (StepOperation.`capture`, "capture"),
    (StepOperation.`cancel`, "cancel"),
    (StepOperation.`refund`, "refund"),
    (StepOperation.`queryRefund`, "query_refund"),
    (NoResponse.`notSent`, "not_sent"),
    (NoResponse.`unknown`, "unknown"),
    (Capture.`automatic`, "automatic"),
    (Capture.`manual`, "manual"),
    (Mode.`development`, "development"),
    (Mode.`test`, "test"),
    (Mode.`live`, "live"),
    (Part.`key`, "key"),
    (Part.`serial`, "serial"),
    (Part.`mode`, "mode"),
    (Part.`account`, "account"),
    (Part.`callback`, "callback"),
    (Part.`clock`, "clock"),
    (Part.`network`, "network"),
]

/// Every record and input that is written as JSON, with the names of its members.
let everyRecord: [(any Sample.Type, [String])] = [
    (NewLine.self, ["description", "unit_amount", "quantity", "kind"]),
    (ImportRow.self, ["id", "reference", "amount", "status", "transaction_type", "currency", "method", "gateway", "transaction_id", "gateway_reference", "refund_of", "customer", "total", "deposit", "description", "created_at", "paid_at", "expires_at"]),
    (Line.self, ["kind", "description", "quantity", "unit_amount", "amount"]),
    (Order.self, ["id", "reference", "customer", "flow", "state", "currency", "lines", "total", "paid", "refunded", "due", "deposit_held", "settlement", "can_pay", "possible", "metadata", "extends", "payable_until", "starts_at", "ends_at", "created_at", "updated_at", "version"]),
    (Action.self, ["kind", "url", "qr_text", "client_secret", "parameters"]),
    (Payment.self, ["id", "order_id", "customer", "gateway", "method", "reference", "state", "amount", "captured", "refunded", "refund_pending", "currency", "action", "possible", "transaction_id", "failure_code", "failure_message", "late", "manual", "reused", "expires_at", "paid_at", "created_at", "updated_at", "version"]),
    (Refund.self, ["id", "payment_id", "order_id", "exception_id", "gateway", "source", "state", "amount", "currency", "reason", "transaction_id", "failure_code", "failure_message", "created_at", "updated_at", "version"]),
    (ExceptionEntry.self, ["id", "kind", "gateway", "order_id", "payment_id", "refund_id", "amount", "currency", "transaction_id", "explanation", "body", "suggestion", "resolution", "actor", "reason", "created_at", "resolved_at"]),
    (Event.self, ["sequence", "at", "event", "actor", "source", "order_id", "payment_id", "refund_id", "exception_id", "detail"]),
    (Reply.self, ["status", "headers", "body"]),
    (CallbackResult.self, ["outcome", "duplicate", "payment", "order", "refund", "exception", "reply"]),
    (TransferResult.self, ["outcome", "payment", "order", "exception"]),
    (Proof.self, ["id", "says", "payment", "transaction_id"]),
    (SignedCallback.self, ["digest", "nonce"]),
    (OrderPage.self, ["total", "page", "size", "items"]),
    (PaymentPage.self, ["total", "page", "size", "items"]),
    (RefundPage.self, ["total", "page", "size", "items"]),
    (ExceptionPage.self, ["total", "page", "size", "items"]),
    (Transfer.self, ["sequence", "entry", "kind", "debit", "credit", "amount", "currency"]),
    (Balance.self, ["account", "currency", "debit", "credit", "balance"]),
    (Violation.self, ["invariant", "subject", "what"]),
    (VerifyReport.self, ["ok", "orders", "payments", "refunds", "transfers", "entries", "violations"]),
    (DueReport.self, ["payments", "refunds", "orders", "failures", "sealed", "webhooks", "webhooks_failed"]),
    (WebhookStatus.self, ["name", "url", "configured", "position", "behind", "waiting", "given_up", "failures", "rests_until", "disabled_at", "last_status", "last_error", "failed_at"]),
    (WebhookMessage.self, ["id", "webhook", "sequence", "event", "attempts", "next_attempt_at", "last_status", "last_error", "created_at", "updated_at"]),
    (WebhookMessagePage.self, ["total", "page", "size", "items"]),
    (Health.self, ["ok", "mode", "gateways", "methods", "warnings"]),
    (Finding.self, ["part", "ok", "what", "remedy"]),
    (Examination.self, ["ok", "findings"]),
    (ImportProblem.self, ["row", "id", "code", "message", "message_zh"]),
    (ImportReport.self, ["dry_run", "rows", "orders", "payments", "refunds", "skipped", "sums", "problems"]),
    (ImportSum.self, ["currency", "collected", "refunded"]),
    (Delivery.self, ["headers", "body"]),
    (MockPage.self, ["status", "headers", "html"]),
    (MockChoice.self, ["deliveries", "return_url"]),
    (Done.self, ["ok"]),
]

/// Every value type of the package may go to another thread, and be a key.
func everyTypeIsAValue() {
    requireValue(Settlement.self)
    requireValue(PaymentState.self)
    requireValue(RefundState.self)
    requireValue(RefundSource.self)
    requireValue(ActionKind.self)
    requireValue(LineKind.self)
    requireValue(CallbackOutcome.self)
    requireValue(ExceptionKind.self)
    requireValue(Resolution.self)
    requireValue(Experience.self)
    requireValue(StepOperation.self)
    requireValue(NoResponse.self)
    requireValue(Capture.self)
    requireValue(Mode.self)
    requireValue(Part.self)
    requireValue(NewLine.self)
    requireValue(Webhook.self)
    requireValue(ImportRow.self)
    requireValue(Line.self)
    requireValue(Order.self)
    requireValue(Action.self)
    requireValue(Payment.self)
    requireValue(Refund.self)
    requireValue(ExceptionEntry.self)
    requireValue(Event.self)
    requireValue(Reply.self)
    requireValue(CallbackResult.self)
    requireValue(TransferResult.self)
    requireValue(OutgoingRequest.self)
    requireValue(Step.self)
    requireValue(Proof.self)
    requireValue(SignedCallback.self)
    requireValue(OrderPage.self)
    requireValue(PaymentPage.self)
    requireValue(RefundPage.self)
    requireValue(ExceptionPage.self)
    requireValue(Transfer.self)
    requireValue(Balance.self)
    requireValue(Violation.self)
    requireValue(VerifyReport.self)
    requireValue(DueReport.self)
    requireValue(WebhookStatus.self)
    requireValue(WebhookMessage.self)
    requireValue(WebhookMessagePage.self)
    requireValue(Health.self)
    requireValue(Finding.self)
    requireValue(Examination.self)
    requireValue(ImportProblem.self)
    requireValue(ImportReport.self)
    requireValue(ImportSum.self)
    requireValue(Delivery.self)
    requireValue(MockPage.self)
    requireValue(MockChoice.self)
    requireValue(Done.self)
    requireValue(Mock.self)
    requireValue(Bank.self)
    requireValue(Signed.self)
    requireValue(Gateway.self)
}

/// What holds secrets has no form in JSON.
let neverWritten: [Any.Type] = [Webhook.self, OutgoingRequest.self, Step.self, Mock.self, Bank.self, Signed.self, Gateway.self]
