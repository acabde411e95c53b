import Foundation
import XCTest

final class ExamplesTests: XCTestCase {
    /// What a program beside the tests prints.
    private func said(_ program: String) throws -> String {
        let process = Process()
        let pipe = Pipe()
        let products = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        process.executableURL = products.appendingPathComponent(program)
        process.standardOutput = pipe
        try process.run()
        let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        XCTAssertEqual(process.terminationStatus, 0)
        return said
    }

    /// Protects: the examples do what they say.
    func testExamples() throws {
        let wanted = [
            "checkout": ["the order is paid and the books are right"],
            "callback": ["delivered first", "delivered again", "forged: auth_mismatch", "paid 100"],
            "follow": [
                "the payer scans weixin://pay/1", "the payment is processing\n", "the payment is succeeded, and that is final",
            ],
            "refund": ["paid back 30 in 1 refund", "80.00", "the books are right"],
        ]
        for (program, sentences) in wanted {
            let said = try said(program)
            for sentence in sentences { XCTAssertTrue(said.contains(sentence), said) }
        }
    }
}
