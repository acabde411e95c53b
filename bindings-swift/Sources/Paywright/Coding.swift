// Rendered from the surface table by `make render`; do not edit.

// Choices and inputs in JSON, by the names of the table.

extension Settlement: RawRepresentable, Codable, InJSON {
    /// From the word that every language has for it; nothing for any other.
    public init?(rawValue: String) {
        switch rawValue {
        case "unsettled": self = .`unsettled`
        case "partial": self = .`partial`
        case "settled": self = .`settled`
        default: return nil
        }
    }

    /// The word that every language has for it.
    public var rawValue: String {
        switch self {
        case .`unsettled`: return "unsettled"
        case .`partial`: return "partial"
        case .`settled`: return "settled"
        }
    }
}

extension PaymentState: RawRepresentable, Codable, InJSON {
    /// From the word that every language has for it; nothing for any other.
    public init?(rawValue: String) {
        switch rawValue {
        case "init": self = .`init`
        case "processing": self = .`processing`
        case "authorized": self = .`authorized`
        case "succeeded": self = .`succeeded`
        case "failed": self = .`failed`
        case "cancelled": self = .`cancelled`
        case "expired": self = .`expired`
        default: return nil
        }
    }

    /// The word that every language has for it.
    public var rawValue: String {
        switch self {
        case .`init`: return "init"
        case .`processing`: return "processing"
        case .`authorized`: return "authorized"
        case .`succeeded`: return "succeeded"
        case .`failed`: return "failed"
        case .`cancelled`: return "cancelled"
        case .`expired`: return "expired"
        }
    }
}

extension RefundState: RawRepresentable, Codable, InJSON {
    /// From the word that every language has for it; nothing for any other.
    public init?(rawValue: String) {
        switch rawValue {
        case "pending": self = .`pending`
        case "succeeded": self = .`succeeded`
        case "failed": self = .`failed`
        case "cancelled": self = .`cancelled`
        default: return nil
        }
    }

    /// The word that every language has for it.
    public var rawValue: String {
        switch self {
        case .`pending`: return "pending"
        case .`succeeded`: return "succeeded"
        case .`failed`: return "failed"
        case .`cancelled`: return "cancelled"
        }
    }
}

extension RefundSource: RawRepresentable, Codable, InJSON {
    /// From the word that every language has for it; nothing for any other.
    public init?(rawValue: String) {
        switch rawValue {
        case "order": self = .`order`
        case "deposit": self = .`deposit`
        case "suspense": self = .`suspense`
        default: return nil
        }
    }

    /// The word that every language has for it.
    public var rawValue: String {
        switch self {
        case .`order`: return "order"
        case .`deposit`: return "deposit"
        case .`suspense`: return "suspense"
        }
    }
}

extension ActionKind: RawRepresentable, Codable, InJSON {
    /// From the word that every language has for it; nothing for any other.
    public init?(rawValue: String) {
        switch rawValue {
        case "redirect": self = .`redirect`
        case "qr_code": self = .`qrCode`
        case "client_secret": self = .`clientSecret`
        case "sdk_params": self = .`sdkParams`
        case "instructions": self = .`instructions`
        case "none": self = .`none`
        default: return nil
        }
    }

    /// The word that every language has for it.
    public var rawValue: String {
        switch self {
        case .`redirect`: return "redirect"
        case .`qrCode`: return "qr_code"
        case .`clientSecret`: return "client_secret"
        case .`sdkParams`: return "sdk_params"
        case .`instructions`: return "instructions"
        case .`none`: return "none"
        }
    }
}

extension LineKind: RawRepresentable, Codable, InJSON {
    /// From the word that every language has for it; nothing for any other.
    public init?(rawValue: String) {
        switch rawValue {
        case "item": self = .`item`
        case "fee": self = .`fee`
        case "tax": self = .`tax`
        case "discount": self = .`discount`
        case "deposit": self = .`deposit`
        default: return nil
        }
    }

    /// The word that every language has for it.
    public var rawValue: String {
        switch self {
        case .`item`: return "item"
        case .`fee`: return "fee"
        case .`tax`: return "tax"
        case .`discount`: return "discount"
        case .`deposit`: return "deposit"
        }
    }
}

extension CallbackOutcome: RawRepresentable, Codable, InJSON {
    /// From the word that every language has for it; nothing for any other.
    public init?(rawValue: String) {
        switch rawValue {
        case "applied": self = .`applied`
        case "already": self = .`already`
        case "held": self = .`held`
        case "ignored": self = .`ignored`
        default: return nil
        }
    }

    /// The word that every language has for it.
    public var rawValue: String {
        switch self {
        case .`applied`: return "applied"
        case .`already`: return "already"
        case .`held`: return "held"
        case .`ignored`: return "ignored"
        }
    }
}

extension ExceptionKind: RawRepresentable, Codable, InJSON {
    /// From the word that every language has for it; nothing for any other.
    public init?(rawValue: String) {
        switch rawValue {
        case "amount_mismatch": self = .`amountMismatch`
        case "currency_mismatch": self = .`currencyMismatch`
        case "unapplied": self = .`unapplied`
        case "overpaid": self = .`overpaid`
        case "unknown_payment": self = .`unknownPayment`
        case "schema": self = .`schema`
        case "unwanted_hold": self = .`unwantedHold`
        case "refund_failed": self = .`refundFailed`
        default: return nil
        }
    }

    /// The word that every language has for it.
    public var rawValue: String {
        switch self {
        case .`amountMismatch`: return "amount_mismatch"
        case .`currencyMismatch`: return "currency_mismatch"
        case .`unapplied`: return "unapplied"
        case .`overpaid`: return "overpaid"
        case .`unknownPayment`: return "unknown_payment"
        case .`schema`: return "schema"
        case .`unwantedHold`: return "unwanted_hold"
        case .`refundFailed`: return "refund_failed"
        }
    }
}

extension Resolution: RawRepresentable, Codable, InJSON {
    /// From the word that every language has for it; nothing for any other.
    public init?(rawValue: String) {
        switch rawValue {
        case "apply": self = .`apply`
        case "refund": self = .`refund`
        case "write_off": self = .`writeOff`
        default: return nil
        }
    }

    /// The word that every language has for it.
    public var rawValue: String {
        switch self {
        case .`apply`: return "apply"
        case .`refund`: return "refund"
        case .`writeOff`: return "write_off"
        }
    }
}

extension Experience: RawRepresentable, Codable, InJSON {
    /// From the word that every language has for it; nothing for any other.
    public init?(rawValue: String) {
        switch rawValue {
        case "embedded": self = .`embedded`
        case "hosted": self = .`hosted`
        case "qr_code": self = .`qrCode`
        case "mobile_web": self = .`mobileWeb`
        case "in_wallet": self = .`inWallet`
        case "app": self = .`app`
        default: return nil
        }
    }

    /// The word that every language has for it.
    public var rawValue: String {
        switch self {
        case .`embedded`: return "embedded"
        case .`hosted`: return "hosted"
        case .`qrCode`: return "qr_code"
        case .`mobileWeb`: return "mobile_web"
        case .`inWallet`: return "in_wallet"
        case .`app`: return "app"
        }
    }
}

extension StepOperation: RawRepresentable, Codable, InJSON {
    /// From the word that every language has for it; nothing for any other.
    public init?(rawValue: String) {
        switch rawValue {
        case "pay": self = .`pay`
        case "query": self = .`query`
        case "capture": self = .`capture`
        case "cancel": self = .`cancel`
        case "refund": self = .`refund`
        case "query_refund": self = .`queryRefund`
        default: return nil
        }
    }

    /// The word that every language has for it.
    public var rawValue: String {
        switch self {
        case .`pay`: return "pay"
        case .`query`: return "query"
        case .`capture`: return "capture"
        case .`cancel`: return "cancel"
        case .`refund`: return "refund"
        case .`queryRefund`: return "query_refund"
        }
    }
}

extension NoResponse: RawRepresentable, Codable, InJSON {
    /// From the word that every language has for it; nothing for any other.
    public init?(rawValue: String) {
        switch rawValue {
        case "not_sent": self = .`notSent`
        case "unknown": self = .`unknown`
        default: return nil
        }
    }

    /// The word that every language has for it.
    public var rawValue: String {
        switch self {
        case .`notSent`: return "not_sent"
        case .`unknown`: return "unknown"
        }
    }
}

extension Capture: RawRepresentable, Codable, InJSON {
    /// From the word that every language has for it; nothing for any other.
    public init?(rawValue: String) {
        switch rawValue {
        case "automatic": self = .`automatic`
        case "manual": self = .`manual`
        default: return nil
        }
    }

    /// The word that every language has for it.
    public var rawValue: String {
        switch self {
        case .`automatic`: return "automatic"
        case .`manual`: return "manual"
        }
    }
}

extension Mode: RawRepresentable, Codable, InJSON {
    /// From the word that every language has for it; nothing for any other.
    public init?(rawValue: String) {
        switch rawValue {
        case "development": self = .`development`
        case "test": self = .`test`
        case "live": self = .`live`
        default: return nil
        }
    }

    /// The word that every language has for it.
    public var rawValue: String {
        switch self {
        case .`development`: return "development"
        case .`test`: return "test"
        case .`live`: return "live"
        }
    }
}

extension Part: RawRepresentable, Codable, InJSON {
    /// From the word that every language has for it; nothing for any other.
    public init?(rawValue: String) {
        switch rawValue {
        case "key": self = .`key`
        case "serial": self = .`serial`
        case "mode": self = .`mode`
        case "account": self = .`account`
        case "callback": self = .`callback`
        case "clock": self = .`clock`
        case "network": self = .`network`
        default: return nil
        }
    }

    /// The word that every language has for it.
    public var rawValue: String {
        switch self {
        case .`key`: return "key"
        case .`serial`: return "serial"
        case .`mode`: return "mode"
        case .`account`: return "account"
        case .`callback`: return "callback"
        case .`clock`: return "clock"
        case .`network`: return "network"
        }
    }
}

extension NewLine: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            description: try members.needed("description"),
            unitAmount: try members.needed("unit_amount"),
            quantity: try members.maybe("quantity"),
            kind: try members.maybe("kind")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("description", description)
        try told.set("unit_amount", unitAmount)
        try told.set("quantity", quantity)
        try told.set("kind", kind)
    }
}

extension ImportRow: Codable, InJSON {
    /// From JSON with the names of the table, or with those of Swift.
    public init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        self.init(
            id: try members.needed("id"),
            reference: try members.needed("reference"),
            amount: try members.needed("amount"),
            status: try members.needed("status"),
            transactionType: try members.maybe("transaction_type"),
            currency: try members.maybe("currency"),
            method: try members.maybe("method"),
            gateway: try members.maybe("gateway"),
            transactionId: try members.maybe("transaction_id"),
            gatewayReference: try members.maybe("gateway_reference"),
            refundOf: try members.maybe("refund_of"),
            customer: try members.maybe("customer"),
            total: try members.maybe("total"),
            deposit: try members.maybe("deposit"),
            description: try members.maybe("description"),
            createdAt: try members.maybe("created_at"),
            paidAt: try members.maybe("paid_at"),
            expiresAt: try members.maybe("expires_at")
        )
    }

    /// As JSON with the names of the table.
    public func encode(to encoder: any Encoder) throws {
        var told = Told(encoder)
        try told.set("id", id)
        try told.set("reference", reference)
        try told.set("amount", amount)
        try told.set("status", status)
        try told.set("transaction_type", transactionType)
        try told.set("currency", currency)
        try told.set("method", method)
        try told.set("gateway", gateway)
        try told.set("transaction_id", transactionId)
        try told.set("gateway_reference", gatewayReference)
        try told.set("refund_of", refundOf)
        try told.set("customer", customer)
        try told.set("total", total)
        try told.set("deposit", deposit)
        try told.set("description", description)
        try told.set("created_at", createdAt)
        try told.set("paid_at", paidAt)
        try told.set("expires_at", expiresAt)
    }
}
