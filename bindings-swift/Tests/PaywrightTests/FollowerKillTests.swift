import Foundation
import XCTest

@testable import Paywright

/// An application that is killed at any instant, over and over, while its server is in trouble half of the time.
final class FollowerKillTests: XCTestCase {
    private static let rounds = 100
    private static let payments = 20

    private let shop = FollowedShop()
    private let home = FileManager.default.temporaryDirectory.appendingPathComponent("follower-\(UUID())")
    private lazy var path = home.appendingPathComponent("payments.db").path

    private var watchdog: Watchdog?

    override func setUpWithError() throws {
        watchdog = Watchdog(seconds: 300)
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    }

    override func tearDown() {
        watchdog = nil
        try? FileManager.default.removeItem(at: home)
    }

    /// Protects: nobody is shown a success that the server did not prove, every payment that is paid is found to be, and
    /// every message that was kept is delivered, once under its number, whenever the application dies.
    func testKilledOverAndOver() async throws {
        let dice = Dice(seed: UInt64.random(in: 0...UInt64.max))
        let server = try LoopbackServer(answer: shop.answer)
        defer { server.stop() }
        shop.goWrong(troubles(dice))
        // Every second one is never paid.
        let made = (0..<Self.payments).map { shop.make($0, paidAtQuestion: $0 % 2 == 0 ? nil : 1 + dice.roll(5)) }
        var followed: Set<String> = []
        var told: [String] = []
        var (early, successes) = (0, 0)
        for round in 0..<Self.rounds {
            let present = round * Self.payments / Self.rounds
            let jsons = [made[present].json, made[dice.roll(present + 1)].json]
            let arguments = [path, server.address, FollowedShop.publicKey, "round \(round)"] + jsons
            let lines = try killed(arguments, dice: dice)
            if lines.isEmpty { early += 1 }
            for words in lines.map({ $0.components(separatedBy: " ") }) where words.count > 1 {
                switch words[0] {
                case "shown":
                    followed.insert(words[1])
                    guard words[2] == "succeeded" else { continue }
                    successes += 1
                    XCTAssertTrue(shop.isPaid(words[1]), "\(words), round \(round), \(dice)")
                default: told.append(words[1])
                }
            }
        }
        XCTAssertGreaterThan(successes, 0, "no payment was shown as paid: \(dice)")
        shop.goWrong { _ in nil }
        try await finish(server.address, payments: followed.filter { isEverPaid($0, made) })
        try check(made.map(\.id), followed, told, dice)
        print("\(Self.rounds) kills, \(early) before a word; \(followed.count) payments, \(told.count) messages told")
    }

    private func isEverPaid(_ id: String, _ made: [(id: String, json: String)]) -> Bool {
        made.firstIndex { $0.id == id }.map { $0 % 2 == 1 } ?? false
    }

    /// Forged, lost and late answers, half of the time.
    private func troubles(_ dice: Dice) -> @Sendable (ServedRequest) -> Answering? {
        { [shop] request in
            let id = request.path.split(separator: "/").dropFirst().first.map(String.init) ?? ""
            let isMessage = request.method == "POST"
            let (money, less) = (FollowedShop.json(id, "succeeded"), FollowedShop.json(id, "succeeded", amount: "1.00"))
            switch dice.roll(16) {
            case 0: return .answer(status: 503)
            case 1: return .nothing
            case 2: return .cutOff
            case 3: return .answer(status: 302, headers: ["location": ["/elsewhere"]])
            case 4 where isMessage:
                // Taken, but nobody hears of it.
                shop.take(request)
                return .nothing
            case 4, 5: return isMessage ? nil : shop.said(money, signedBy: nil)
            case 6: return isMessage ? nil : shop.said(money, signedBy: "other")
            case 7: return isMessage ? nil : shop.said(less, signedBy: "server")
            default: return nil
            }
        }
    }

    /// Starts the application, kills it at some instant, and answers with what it had said by then.
    private func killed(_ arguments: [String], dice: Dice) throws -> [String] {
        let process = Process()
        let output = Pipe()
        let products = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        process.executableURL = products.appendingPathComponent("FollowingApplication")
        process.arguments = arguments
        process.standardOutput = output
        try process.run()
        var said = Data()
        // Some die before they have opened their file.
        if dice.roll(5) > 0 {
            while !said.contains(0x0a) {
                let more = output.fileHandleForReading.availableData
                guard !more.isEmpty else { break }
                said.append(more)
            }
        }
        usleep(UInt32(dice.roll(120)) * 1000)
        XCTAssertTrue(process.isRunning, "it ended by itself: \(dice)")
        kill(process.processIdentifier, SIGKILL)
        said.append(output.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        return String(decoding: said, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Opens the file once more, and goes on until nothing is left to be told and whatever is paid is known to be.
    private func finish(_ address: String, payments: Set<String>) async throws {
        let follower = try open(address)
        defer { follower.shutDown() }
        let session = FollowerSession(follower, by: URLSessionTransport())
        let running = Task { try await session.run() }
        try await until {
            try follower.hurry()
            let open = try follower.allFollowed().filter { payments.contains($0.id) && !$0.isFinal }
            return try open.isEmpty && follower.messages().isEmpty
        }
        running.cancel()
        try await running.value
    }

    private func check(_ made: [String], _ followed: Set<String>, _ told: [String], _ dice: Dice) throws {
        let follower = try open("http://127.0.0.1:1")
        let states = Dictionary(uniqueKeysWithValues: try follower.allFollowed().map { ($0.id, $0.state) })
        for (index, id) in made.enumerated() where followed.contains(id) || states[id] != nil {
            XCTAssertEqual(states[id], index % 2 == 1 ? .succeeded : .processing, "\(id), \(dice)")
        }
        XCTAssertGreaterThan(followed.count, Self.payments / 2, "hardly any payment was followed: \(dice)")
        XCTAssertGreaterThan(told.count, Self.rounds / 2, "hardly any message was told: \(dice)")
        XCTAssertEqual(Set(told).subtracting(shop.messages.map(\.key)), [], "lost: \(dice)")
        XCTAssertEqual(Set(shop.messages.map(\.body)).count, shop.messages.count, "told twice: \(dice)")
        XCTAssertEqual(shop.contradicted, [], "\(dice)")
    }

    private func open(_ address: String) throws -> PaymentFollower {
        try PaymentFollower.open(
            path: path, statusUrl: "\(address)/payments/{payment_id}/status", messagesUrl: "\(address)/messages",
            publicKeys: [FollowedShop.publicKey])
    }
}

/// Dice that fall the same way for the same seed (splitmix64).
private final class Dice: @unchecked Sendable, CustomStringConvertible {
    let description: String
    private let lock = NSLock()
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
        description = "seed \(seed)"
    }

    /// From zero up to, and without, a number.
    func roll(_ sides: Int) -> Int {
        lock.withLock {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return Int((mixed ^ (mixed >> 31)) % UInt64(sides))
        }
    }
}
