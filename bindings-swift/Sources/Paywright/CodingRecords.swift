// Rendered from the surface table by `make render`; do not edit.

// Records in JSON: members by the names of the table. How each value is written stands in `Members.swift`.

extension Line: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            kind: try members.needed("kind"),
            description: try members.needed("description"),
            quantity: try members.needed("quantity"),
            unitAmount: try members.needed("unit_amount"),
            amount: try members.needed("amount")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("kind", kind)
        try told.set("description", description)
        try told.set("quantity", quantity)
        try told.set("unit_amount", unitAmount)
        try told.set("amount", amount)
    }
}

extension Order: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            id: try members.needed("id"),
            reference: try members.maybe("reference"),
            customer: try members.maybe("customer"),
            flow: try members.needed("flow"),
            state: try members.needed("state"),
            currency: try members.needed("currency"),
            lines: try members.needed("lines"),
            total: try members.needed("total"),
            paid: try members.needed("paid"),
            refunded: try members.needed("refunded"),
            due: try members.needed("due"),
            depositHeld: try members.needed("deposit_held"),
            settlement: try members.needed("settlement"),
            canPay: try members.needed("can_pay"),
            possible: try members.needed("possible"),
            metadata: try members.needed("metadata"),
            extends: try members.maybe("extends"),
            payableUntil: try members.needed("payable_until"),
            startsAt: try members.maybe("starts_at"),
            endsAt: try members.maybe("ends_at"),
            createdAt: try members.needed("created_at"),
            updatedAt: try members.needed("updated_at"),
            version: try members.needed("version")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("id", id)
        try told.set("reference", reference)
        try told.set("customer", customer)
        try told.set("flow", flow)
        try told.set("state", state)
        try told.set("currency", currency)
        try told.set("lines", lines)
        try told.set("total", total)
        try told.set("paid", paid)
        try told.set("refunded", refunded)
        try told.set("due", due)
        try told.set("deposit_held", depositHeld)
        try told.set("settlement", settlement)
        try told.set("can_pay", canPay)
        try told.set("possible", possible)
        try told.set("metadata", metadata)
        try told.set("extends", extends)
        try told.set("payable_until", payableUntil)
        try told.set("starts_at", startsAt)
        try told.set("ends_at", endsAt)
        try told.set("created_at", createdAt)
        try told.set("updated_at", updatedAt)
        try told.set("version", version)
    }
}

extension Action: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            kind: try members.needed("kind"),
            url: try members.maybe("url"),
            qrText: try members.maybe("qr_text"),
            clientSecret: try members.maybe("client_secret"),
            parameters: try members.needed("parameters")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("kind", kind)
        try told.set("url", url)
        try told.set("qr_text", qrText)
        try told.set("client_secret", clientSecret)
        try told.set("parameters", parameters)
    }
}

extension Payment: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            id: try members.needed("id"),
            orderId: try members.needed("order_id"),
            customer: try members.maybe("customer"),
            gateway: try members.needed("gateway"),
            method: try members.needed("method"),
            reference: try members.maybe("reference"),
            state: try members.needed("state"),
            amount: try members.needed("amount"),
            captured: try members.needed("captured"),
            refunded: try members.needed("refunded"),
            refundPending: try members.needed("refund_pending"),
            currency: try members.needed("currency"),
            action: try members.needed("action"),
            possible: try members.needed("possible"),
            transactionId: try members.maybe("transaction_id"),
            failureCode: try members.maybe("failure_code"),
            failureMessage: try members.maybe("failure_message"),
            late: try members.needed("late"),
            manual: try members.needed("manual"),
            reused: try members.needed("reused"),
            expiresAt: try members.needed("expires_at"),
            paidAt: try members.maybe("paid_at"),
            createdAt: try members.needed("created_at"),
            updatedAt: try members.needed("updated_at"),
            version: try members.needed("version")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("id", id)
        try told.set("order_id", orderId)
        try told.set("customer", customer)
        try told.set("gateway", gateway)
        try told.set("method", method)
        try told.set("reference", reference)
        try told.set("state", state)
        try told.set("amount", amount)
        try told.set("captured", captured)
        try told.set("refunded", refunded)
        try told.set("refund_pending", refundPending)
        try told.set("currency", currency)
        try told.set("action", action)
        try told.set("possible", possible)
        try told.set("transaction_id", transactionId)
        try told.set("failure_code", failureCode)
        try told.set("failure_message", failureMessage)
        try told.set("late", late)
        try told.set("manual", manual)
        try told.set("reused", reused)
        try told.set("expires_at", expiresAt)
        try told.set("paid_at", paidAt)
        try told.set("created_at", createdAt)
        try told.set("updated_at", updatedAt)
        try told.set("version", version)
    }
}

extension Refund: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            id: try members.needed("id"),
            paymentId: try members.maybe("payment_id"),
            orderId: try members.maybe("order_id"),
            exceptionId: try members.maybe("exception_id"),
            gateway: try members.needed("gateway"),
            source: try members.needed("source"),
            state: try members.needed("state"),
            amount: try members.needed("amount"),
            currency: try members.needed("currency"),
            reason: try members.needed("reason"),
            transactionId: try members.maybe("transaction_id"),
            failureCode: try members.maybe("failure_code"),
            failureMessage: try members.maybe("failure_message"),
            createdAt: try members.needed("created_at"),
            updatedAt: try members.needed("updated_at"),
            version: try members.needed("version")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("id", id)
        try told.set("payment_id", paymentId)
        try told.set("order_id", orderId)
        try told.set("exception_id", exceptionId)
        try told.set("gateway", gateway)
        try told.set("source", source)
        try told.set("state", state)
        try told.set("amount", amount)
        try told.set("currency", currency)
        try told.set("reason", reason)
        try told.set("transaction_id", transactionId)
        try told.set("failure_code", failureCode)
        try told.set("failure_message", failureMessage)
        try told.set("created_at", createdAt)
        try told.set("updated_at", updatedAt)
        try told.set("version", version)
    }
}

extension ExceptionEntry: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            id: try members.needed("id"),
            kind: try members.needed("kind"),
            gateway: try members.needed("gateway"),
            orderId: try members.maybe("order_id"),
            paymentId: try members.maybe("payment_id"),
            refundId: try members.maybe("refund_id"),
            amount: try members.maybe("amount"),
            currency: try members.maybe("currency"),
            transactionId: try members.maybe("transaction_id"),
            explanation: try members.needed("explanation"),
            body: try members.maybe("body"),
            suggestion: try members.needed("suggestion"),
            resolution: try members.maybe("resolution"),
            actor: try members.maybe("actor"),
            reason: try members.maybe("reason"),
            createdAt: try members.needed("created_at"),
            resolvedAt: try members.maybe("resolved_at")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("id", id)
        try told.set("kind", kind)
        try told.set("gateway", gateway)
        try told.set("order_id", orderId)
        try told.set("payment_id", paymentId)
        try told.set("refund_id", refundId)
        try told.set("amount", amount)
        try told.set("currency", currency)
        try told.set("transaction_id", transactionId)
        try told.set("explanation", explanation)
        try told.set("body", body)
        try told.set("suggestion", suggestion)
        try told.set("resolution", resolution)
        try told.set("actor", actor)
        try told.set("reason", reason)
        try told.set("created_at", createdAt)
        try told.set("resolved_at", resolvedAt)
    }
}

extension Event: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            sequence: try members.needed("sequence"),
            at: try members.needed("at"),
            event: try members.needed("event"),
            actor: try members.needed("actor"),
            source: try members.maybe("source"),
            orderId: try members.maybe("order_id"),
            paymentId: try members.maybe("payment_id"),
            refundId: try members.maybe("refund_id"),
            exceptionId: try members.maybe("exception_id"),
            detail: try members.needed("detail")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("sequence", sequence)
        try told.set("at", at)
        try told.set("event", event)
        try told.set("actor", actor)
        try told.set("source", source)
        try told.set("order_id", orderId)
        try told.set("payment_id", paymentId)
        try told.set("refund_id", refundId)
        try told.set("exception_id", exceptionId)
        try told.set("detail", detail)
    }
}

extension Reply: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            status: try members.needed("status"),
            headers: try members.needed("headers"),
            body: try members.needed("body")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("status", status)
        try told.set("headers", headers)
        try told.set("body", body)
    }
}

extension CallbackResult: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            outcome: try members.needed("outcome"),
            duplicate: try members.needed("duplicate"),
            payment: try members.maybe("payment"),
            order: try members.maybe("order"),
            refund: try members.maybe("refund"),
            exception: try members.maybe("exception"),
            reply: try members.needed("reply")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("outcome", outcome)
        try told.set("duplicate", duplicate)
        try told.set("payment", payment)
        try told.set("order", order)
        try told.set("refund", refund)
        try told.set("exception", exception)
        try told.set("reply", reply)
    }
}

extension TransferResult: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            outcome: try members.needed("outcome"),
            payment: try members.maybe("payment"),
            order: try members.maybe("order"),
            exception: try members.maybe("exception")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("outcome", outcome)
        try told.set("payment", payment)
        try told.set("order", order)
        try told.set("exception", exception)
    }
}

extension Proof: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            id: try members.needed("id"),
            says: try members.needed("says"),
            payment: try members.maybe("payment"),
            transactionId: try members.maybe("transaction_id")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("id", id)
        try told.set("says", says)
        try told.set("payment", payment)
        try told.set("transaction_id", transactionId)
    }
}

extension SignedCallback: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            digest: try members.needed("digest"),
            nonce: try members.maybe("nonce")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("digest", digest)
        try told.set("nonce", nonce)
    }
}

extension OrderPage: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            total: try members.needed("total"),
            page: try members.needed("page"),
            size: try members.needed("size"),
            items: try members.needed("items")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("total", total)
        try told.set("page", page)
        try told.set("size", size)
        try told.set("items", items)
    }
}

extension PaymentPage: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            total: try members.needed("total"),
            page: try members.needed("page"),
            size: try members.needed("size"),
            items: try members.needed("items")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("total", total)
        try told.set("page", page)
        try told.set("size", size)
        try told.set("items", items)
    }
}

extension RefundPage: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            total: try members.needed("total"),
            page: try members.needed("page"),
            size: try members.needed("size"),
            items: try members.needed("items")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("total", total)
        try told.set("page", page)
        try told.set("size", size)
        try told.set("items", items)
    }
}

extension ExceptionPage: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            total: try members.needed("total"),
            page: try members.needed("page"),
            size: try members.needed("size"),
            items: try members.needed("items")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("total", total)
        try told.set("page", page)
        try told.set("size", size)
        try told.set("items", items)
    }
}

extension Transfer: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            sequence: try members.needed("sequence"),
            entry: try members.needed("entry"),
            kind: try members.needed("kind"),
            debit: try members.needed("debit"),
            credit: try members.needed("credit"),
            amount: try members.needed("amount"),
            currency: try members.needed("currency")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("sequence", sequence)
        try told.set("entry", entry)
        try told.set("kind", kind)
        try told.set("debit", debit)
        try told.set("credit", credit)
        try told.set("amount", amount)
        try told.set("currency", currency)
    }
}

extension Balance: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            account: try members.needed("account"),
            currency: try members.needed("currency"),
            debit: try members.needed("debit"),
            credit: try members.needed("credit"),
            balance: try members.needed("balance")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("account", account)
        try told.set("currency", currency)
        try told.set("debit", debit)
        try told.set("credit", credit)
        try told.set("balance", balance)
    }
}

extension Violation: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            invariant: try members.needed("invariant"),
            subject: try members.needed("subject"),
            what: try members.needed("what")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("invariant", invariant)
        try told.set("subject", subject)
        try told.set("what", what)
    }
}

extension VerifyReport: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            ok: try members.needed("ok"),
            orders: try members.needed("orders"),
            payments: try members.needed("payments"),
            refunds: try members.needed("refunds"),
            transfers: try members.needed("transfers"),
            entries: try members.needed("entries"),
            violations: try members.needed("violations")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("ok", ok)
        try told.set("orders", orders)
        try told.set("payments", payments)
        try told.set("refunds", refunds)
        try told.set("transfers", transfers)
        try told.set("entries", entries)
        try told.set("violations", violations)
    }
}

extension DueReport: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            payments: try members.needed("payments"),
            refunds: try members.needed("refunds"),
            orders: try members.needed("orders"),
            failures: try members.needed("failures"),
            sealed: try members.needed("sealed"),
            webhooks: try members.needed("webhooks"),
            webhooksFailed: try members.needed("webhooks_failed")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("payments", payments)
        try told.set("refunds", refunds)
        try told.set("orders", orders)
        try told.set("failures", failures)
        try told.set("sealed", sealed)
        try told.set("webhooks", webhooks)
        try told.set("webhooks_failed", webhooksFailed)
    }
}

extension WebhookStatus: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            name: try members.needed("name"),
            url: try members.needed("url"),
            configured: try members.needed("configured"),
            position: try members.needed("position"),
            behind: try members.needed("behind"),
            waiting: try members.needed("waiting"),
            givenUp: try members.needed("given_up"),
            failures: try members.needed("failures"),
            restsUntil: try members.maybe("rests_until"),
            disabledAt: try members.maybe("disabled_at"),
            lastStatus: try members.maybe("last_status"),
            lastError: try members.maybe("last_error"),
            failedAt: try members.maybe("failed_at")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("name", name)
        try told.set("url", url)
        try told.set("configured", configured)
        try told.set("position", position)
        try told.set("behind", behind)
        try told.set("waiting", waiting)
        try told.set("given_up", givenUp)
        try told.set("failures", failures)
        try told.set("rests_until", restsUntil)
        try told.set("disabled_at", disabledAt)
        try told.set("last_status", lastStatus)
        try told.set("last_error", lastError)
        try told.set("failed_at", failedAt)
    }
}

extension WebhookMessage: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            id: try members.needed("id"),
            webhook: try members.needed("webhook"),
            sequence: try members.needed("sequence"),
            event: try members.needed("event"),
            attempts: try members.needed("attempts"),
            nextAttemptAt: try members.maybe("next_attempt_at"),
            lastStatus: try members.maybe("last_status"),
            lastError: try members.maybe("last_error"),
            createdAt: try members.needed("created_at"),
            updatedAt: try members.needed("updated_at")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("id", id)
        try told.set("webhook", webhook)
        try told.set("sequence", sequence)
        try told.set("event", event)
        try told.set("attempts", attempts)
        try told.set("next_attempt_at", nextAttemptAt)
        try told.set("last_status", lastStatus)
        try told.set("last_error", lastError)
        try told.set("created_at", createdAt)
        try told.set("updated_at", updatedAt)
    }
}

extension WebhookMessagePage: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            total: try members.needed("total"),
            page: try members.needed("page"),
            size: try members.needed("size"),
            items: try members.needed("items")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("total", total)
        try told.set("page", page)
        try told.set("size", size)
        try told.set("items", items)
    }
}

extension Health: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            ok: try members.needed("ok"),
            mode: try members.needed("mode"),
            gateways: try members.needed("gateways"),
            methods: try members.needed("methods"),
            warnings: try members.needed("warnings")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("ok", ok)
        try told.set("mode", mode)
        try told.set("gateways", gateways)
        try told.set("methods", methods)
        try told.set("warnings", warnings)
    }
}

extension Finding: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            part: try members.needed("part"),
            ok: try members.needed("ok"),
            what: try members.needed("what"),
            remedy: try members.needed("remedy")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("part", part)
        try told.set("ok", ok)
        try told.set("what", what)
        try told.set("remedy", remedy)
    }
}

extension Examination: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            ok: try members.needed("ok"),
            findings: try members.needed("findings")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("ok", ok)
        try told.set("findings", findings)
    }
}

extension ImportProblem: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            row: try members.needed("row"),
            id: try members.needed("id"),
            code: try members.needed("code"),
            message: try members.needed("message"),
            messageZh: try members.needed("message_zh")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("row", row)
        try told.set("id", id)
        try told.set("code", code)
        try told.set("message", message)
        try told.set("message_zh", messageZh)
    }
}

extension ImportReport: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            dryRun: try members.needed("dry_run"),
            rows: try members.needed("rows"),
            orders: try members.needed("orders"),
            payments: try members.needed("payments"),
            refunds: try members.needed("refunds"),
            skipped: try members.needed("skipped"),
            sums: try members.needed("sums"),
            problems: try members.needed("problems")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("dry_run", dryRun)
        try told.set("rows", rows)
        try told.set("orders", orders)
        try told.set("payments", payments)
        try told.set("refunds", refunds)
        try told.set("skipped", skipped)
        try told.set("sums", sums)
        try told.set("problems", problems)
    }
}

extension ImportSum: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            currency: try members.needed("currency"),
            collected: try members.needed("collected"),
            refunded: try members.needed("refunded")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("currency", currency)
        try told.set("collected", collected)
        try told.set("refunded", refunded)
    }
}

extension Delivery: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            headers: try members.needed("headers"),
            body: try members.needed("body")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("headers", headers)
        try told.set("body", body)
    }
}

extension MockPage: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            status: try members.needed("status"),
            headers: try members.needed("headers"),
            html: try members.needed("html")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("status", status)
        try told.set("headers", headers)
        try told.set("html", html)
    }
}

extension MockChoice: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            deliveries: try members.needed("deliveries"),
            returnUrl: try members.maybe("return_url")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("deliveries", deliveries)
        try told.set("return_url", returnUrl)
    }
}

extension Done: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            ok: try members.needed("ok")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("ok", ok)
    }
}
