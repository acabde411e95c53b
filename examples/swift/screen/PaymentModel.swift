// What the payment screen shows, and who tells it. It has no view in it: the tests of the Swift package compile and try it
// on every platform, the screen beside it is for those that have SwiftUI.
import Foundation
import Observation
import Paywright

/// Whoever follows payments: how one stands, again and again, until that is final.
protocol PaymentReadings: Sendable {
    func payments(_ paymentId: String) async throws -> AsyncStream<FollowedPayment>
}

extension FollowerSession: PaymentReadings {}

/// A payment as it is known now. "Paid" is only what `succeeded` says: not a payer who came back, not a code that was scanned.
@available(iOS 17, macOS 14, *)
@MainActor @Observable
final class PaymentModel {
    private(set) var payment: FollowedPayment
    /// Why nothing more is heard of it.
    private(set) var trouble: String?
    private let language: String

    init(_ payment: FollowedPayment, language: String = Locale.preferredLanguages.first ?? "en") {
        self.payment = payment
        self.language = language
    }

    /// Shows every reading; ends with the last one, or when the screen goes away.
    func follow(_ source: some PaymentReadings) async {
        do {
            for await reading in try await source.payments(payment.id) where reading.updatedAt >= payment.updatedAt {
                payment = reading
            }
        } catch {
            trouble = error.localizedDescription
        }
    }

    /// The sum as people write it, with its currency.
    var amount: String {
        let known = language.lowercased().hasPrefix("zh") ? "zh" : "en"
        return (try? formatAmount(amount: payment.amount, currency: payment.currency, language: known))
            ?? "\(payment.amount) \(payment.currency)"
    }

    /// The rows of the QR code, `1` for dark; nothing unless the payer is to scan one.
    var code: [String] {
        guard isOpen, payment.action.kind == .qrCode, let text = payment.action.qrText else { return [] }
        return (try? qrModules(text: text)) ?? []
    }

    /// Where the payer goes on; only to a page that is encrypted, or to a wallet on this device.
    var link: URL? {
        guard isOpen, payment.action.kind == .redirect, let url = payment.action.url.flatMap(URL.init(string:)) else { return nil }
        return url.scheme == "http" ? nil : url
    }

    /// What to write on a transfer, by name.
    var instructions: [(String, String)] {
        guard isOpen, payment.action.kind == .instructions else { return [] }
        return payment.action.parameters.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    var isOpen: Bool { payment.state == .`init` || payment.state == .processing }

    var isPaid: Bool { payment.state == .succeeded }

    /// How it stands, in a sentence.
    var sentence: String {
        let isChinese = language.lowercased().hasPrefix("zh")
        switch payment.state {
        case .`init`, .processing: return isChinese ? "等待付款" : "Waiting for the payment"
        case .authorized: return isChinese ? "已授权，尚未扣款" : "Held, not yet collected"
        case .succeeded: return isChinese ? "已付款" : "Paid"
        case .failed: return payment.failureMessage ?? (isChinese ? "付款失败" : "The payment failed")
        case .cancelled: return isChinese ? "已取消" : "Cancelled"
        case .expired: return isChinese ? "已过期" : "Expired"
        }
    }
}
