import Foundation
import XCTest

final class ExamplesTests: XCTestCase {
    /// Protects: the example does what it says.
    func testCheckout() throws {
        let process = Process()
        let pipe = Pipe()
        let products = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        process.executableURL = products.appendingPathComponent("checkout")
        process.standardOutput = pipe
        try process.run()
        let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        XCTAssertEqual(process.terminationStatus, 0)
        XCTAssertTrue(said.contains("the order is paid and the books are right"), said)
    }
}
