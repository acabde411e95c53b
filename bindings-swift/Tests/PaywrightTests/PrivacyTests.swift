import Foundation
import XCTest

@testable import Paywright

final class PrivacyTests: XCTestCase {
    private func manifest() throws -> [String: Any] {
        let place = try XCTUnwrap(Bundle.module.url(forResource: "PrivacyInfo", withExtension: "xcprivacy"))
        let read = try PropertyListSerialization.propertyList(from: Data(contentsOf: place), format: nil)
        return try XCTUnwrap(read as? [String: Any])
    }

    /// Protects: the manifest travels with the package, and says that nobody is tracked and nothing collected.
    func testNothingIsCollected() throws {
        let manifest = try manifest()
        XCTAssertEqual(manifest["NSPrivacyTracking"] as? Bool, false)
        XCTAssertEqual((manifest["NSPrivacyTrackingDomains"] as? [Any])?.count, 0)
        XCTAssertEqual((manifest["NSPrivacyCollectedDataTypes"] as? [Any])?.count, 0)
        XCTAssertEqual(manifest.count, 4)
    }

    /// Protects: exactly the categories are declared whose functions the library, SQLite on Apple's platforms or the Swift
    /// sources name, each with a reason. What they name was written beside the library when the tests were built.
    func testEveryCategoryIsDeclared() throws {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let used = try readJSON(package.appendingPathComponent("lib/required_reasons.json"))
        let declared = try XCTUnwrap(manifest()["NSPrivacyAccessedAPITypes"] as? [[String: Any]])
        let categories = declared.compactMap { $0["NSPrivacyAccessedAPIType"] as? String }
        XCTAssertEqual(Set(categories), Set(used.keys), "\(used)")
        XCTAssertEqual(categories.count, declared.count)
        for one in declared {
            let reasons = try XCTUnwrap(one["NSPrivacyAccessedAPITypeReasons"] as? [String])
            XCTAssertFalse(reasons.isEmpty)
            for reason in reasons {
                XCTAssertNotNil(reason.range(of: #"^[0-9A-F]{4}\.[1-9]$"#, options: .regularExpression), reason)
            }
        }
    }
}
