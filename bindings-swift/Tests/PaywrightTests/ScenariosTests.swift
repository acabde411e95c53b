import Foundation
import XCTest

@testable import Paywright

/// The checkout, where the scenario files are.
let root = URL(fileURLWithPath: ProcessInfo.processInfo.environment["PAYWRIGHT_ROOT"] ?? "../..")

func readJSON(_ file: URL) throws -> [String: Any] {
    guard let members = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any] else {
        throw Inexpressible("\(file) holds no object")
    }
    return members
}

/// All that the types of Swift already keep out: these steps expect a refusal of arguments that cannot be written here. The
/// stories that have them pass, and this list must not grow without being looked at.
private let cannotBeSaid = [
    "order_refusals": ["5: amount_format", "6: amount_format"],  // `1,00` and `1e2` are no decimals
    "refund_refusals": ["9: amount_format"],  // nor is `ten`
]

final class ScenariosTests: XCTestCase {
    private func files() throws -> [URL] {
        let folder = root.appendingPathComponent("tests/scenarios")
        let found = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return found.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
    }

    /// Protects: every story goes in Swift as it goes in Rust, down to the ids.
    func testStories() throws {
        let files = try files()
        var keptOut: [String: [String]] = [:]
        for file in files {
            let name = file.deletingPathExtension().lastPathComponent
            do {
                let story = try Story(readJSON(file))
                try story.play()
                if !story.keptOut.isEmpty { keptOut[name] = story.keptOut }
            } catch {
                XCTFail("\(name): \(error)")
            }
        }
        XCTAssertEqual(keptOut, cannotBeSaid)
        print("\(files.count) stories played")
    }
}
