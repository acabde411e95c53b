// Not compiled here: SwiftUI exists on Apple's platforms only. The tests look at its syntax, and try `PaymentModel.swift`.
// A payment on a screen: the sum, the code to scan or the way on, and how it stands. It decides nothing about the payment.
import Paywright
import SwiftUI

@available(iOS 17, macOS 14, *)
struct PaymentScreen<Source: PaymentReadings>: View {
    let model: PaymentModel
    let source: Source

    var body: some View {
        VStack(spacing: 24) {
            Text(model.amount)
                .font(.largeTitle.monospacedDigit())
            if !model.code.isEmpty {
                Code(rows: model.code)
                    .frame(maxWidth: 280)
                    .accessibilityLabel("QR code, \(model.amount)")
            }
            ForEach(model.instructions, id: \.0) { name, value in
                LabeledContent(name, value: value)
                    .textSelection(.enabled)
            }
            if let link = model.link {
                Link(destination: link) {
                    Label(link.host ?? link.absoluteString, systemImage: "arrow.up.forward.app")
                }
                .buttonStyle(.borderedProminent)
            }
            Label(model.sentence, systemImage: symbol)
                .foregroundStyle(model.isPaid ? Color.green : Color.primary)
                .accessibilityAddTraits(.updatesFrequently)
            if let trouble = model.trouble {
                Text(trouble).foregroundStyle(.secondary)
            }
        }
        .padding()
        .task { await model.follow(source) }
    }

    private var symbol: String {
        if model.isPaid { return "checkmark.circle.fill" }
        return model.isOpen ? "clock" : "info.circle"
    }
}

/// A QR code, dark on light in every appearance of the device, with the quiet zone that scanners want.
@available(iOS 17, macOS 14, *)
private struct Code: View {
    let rows: [String]
    private let quiet = 4

    var body: some View {
        Canvas { context, size in
            let side = min(size.width, size.height) / CGFloat(rows.count + 2 * quiet)
            context.fill(Path(CGRect(origin: .zero, size: size)), with: .color(.white))
            for (y, row) in rows.enumerated() {
                for (x, module) in row.enumerated() where module == "1" {
                    let corner = CGPoint(x: CGFloat(x + quiet) * side, y: CGFloat(y + quiet) * side)
                    context.fill(Path(CGRect(origin: corner, size: CGSize(width: side, height: side))), with: .color(.black))
                }
            }
        }
        .aspectRatio(1, contentMode: .fit)
    }
}
