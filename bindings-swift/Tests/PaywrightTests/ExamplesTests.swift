import Foundation
import XCTest

final class ExamplesTests: XCTestCase {
    /// Protects: the example does what it says.
    func testCheckout() throws {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = Bundle(for: ExamplesTests.self).bundleURL.deletingLastPathComponent()
            .appendingPathComponent("checkout")
        process.standardOutput = pipe
        try process.run()
        let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        XCTAssertEqual(process.terminationStatus, 0)
        XCTAssertTrue(said.contains("the order is paid and the books are right"), said)
    }
}
