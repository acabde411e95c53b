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

final class ScenariosTests: XCTestCase {
    private func files() throws -> [URL] {
        let folder = root.appendingPathComponent("tests/scenarios")
        let found = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return found.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
    }

    /// Protects: every story goes in Swift as it goes in Rust, down to the ids.
    func testStories() throws {
        let files = try files()
        for file in files {
            do {
                try Story(readJSON(file)).play()
            } catch {
                XCTFail("\(file.deletingPathExtension().lastPathComponent): \(error)")
            }
        }
        print("\(files.count) stories played")
    }
}
