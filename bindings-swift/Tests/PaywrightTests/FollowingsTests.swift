// Plays the stories of followed payments through the typed API. It compares; the core decides. The format is described in
// tests/followings/README.md.

import Foundation
import XCTest

@testable import Paywright

/// Throwaway keys, as `signed_by` names them.
let privateKeys = [
    "server": "whsk_dGhyb3dhd2F5IGtleSBvZiB0aGUgc2VydmVyIC4uLi7wEXv3/UgB5T0mrCp2qkPQle8NgKMGrRzF82S9kYQPiQ==",
    "other": "whsk_dGhyb3dhd2F5IGtleSBvZiB0aGUgb3RoZXIgLi4uLi6a7PcGavnAtQvpOxVMVxfZLhd+EmkaxXLXwQ8Lhr10bg==",
]

/// The headers with which a server signs a body per Standard Webhooks.
func signatureHeaders(_ body: Data, by key: String, at seconds: Int64) throws -> Headers {
    guard let secret = privateKeys[key] else { throw Inexpressible("there is no key \(key)") }
    let signature = try standardWebhooksSign(id: "msg_1", timestamp: seconds, body: body, secret: secret)
    return ["webhook-id": ["msg_1"], "webhook-timestamp": ["\(seconds)"], "webhook-signature": [signature]]
}

final class FollowingsTests: XCTestCase {
    /// Protects: what a device believes, and when it asks, goes in Swift as it goes in Rust.
    func testStories() throws {
        let folder = root.appendingPathComponent("tests/followings")
        let found = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        let files = found.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
        let home = FileManager.default.temporaryDirectory.appendingPathComponent("followings-\(UUID())")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: home) }
        for file in files {
            let name = file.deletingPathExtension().lastPathComponent
            do {
                try Following(readJSON(file), on: home.appendingPathComponent("\(name).db").path).play()
            } catch {
                XCTFail("\(name): \(error)")
            }
        }
        XCTAssertGreaterThan(files.count, 5, "there are hardly any stories")
        print("\(files.count) followings played")
    }
}

/// A story under way.
private final class Following {
    private let file: [String: Any]
    private let path: String
    private let clock: ManualClock
    private var follower: PaymentFollower
    /// Those that were killed: each lives on beside the next, as if it had died without a word.
    private var killed: [PaymentFollower] = []
    private var ticket = ""
    private var saved: [String: Any] = [:]

    init(_ file: [String: Any], on path: String) throws {
        self.file = file
        self.path = path
        clock = ManualClock(now: try Date.read("2026-01-01T00:00:00Z"))
        follower = try Following.open(file, path, clock)
    }

    private static func open(_ file: [String: Any], _ path: String, _ clock: ManualClock) throws -> PaymentFollower {
        try PaymentFollower.open(
            path: path, statusUrl: "https://shop.example/payments/{payment_id}/status",
            messagesUrl: file["messages_url"] as? String, publicKeys: file["public_keys"] as? [String] ?? [],
            clock: clock, seed: 1)
    }

    func play() throws {
        guard let steps = file["steps"] as? [[String: Any]], !steps.isEmpty else { throw Differs("it has no steps") }
        for (index, step) in steps.enumerated() {
            do {
                try self.step(step)
            } catch {
                throw Differs("step \(index + 1) (\(step["call"] ?? "clock")): \(error)")
            }
        }
    }

    private func step(_ step: [String: Any]) throws {
        if let seconds = step["advance"] { return clock.advance(seconds: try Int64.read(seconds)) }
        if step["kill"] != nil {
            killed.append(follower)
            follower = try Following.open(file, path, clock)
            return
        }
        let with = try filled(step["with"] ?? [:] as [String: Any]) as? [String: Any] ?? [:]
        let call = step["call"] as? String ?? ""
        if let code = step["refused"] as? String { return try refused(call, with, code) }
        let result = try called(call, with)
        if let expected = step["expect"] { try compare("expect", try filled(expected), result) }
        for (name, path) in step["save"] as? [String: String] ?? [:] { saved[name] = try part(result, path) }
    }

    private func refused(_ call: String, _ with: [String: Any], _ code: String) throws {
        do {
            let result = try called(call, with)
            throw Differs("expected the refusal \(code), got \(result)")
        } catch let error as PaywrightError where error.code == code {}
    }

    private func called(_ call: String, _ with: [String: Any]) throws -> Any {
        let given = try Given(with)
        switch call {
        case "follow": return plain(try follower.follow(payment: text(with, "payment")))
        case "followed": return plain(try follower.followed(paymentId: given.needed("payment_id")))
        case "all_followed": return plain(try follower.allFollowed())
        case "ask_now": return plain(try follower.askNow(paymentId: given.needed("payment_id")))
        case "forget": return try follower.forget(paymentId: given.needed("payment_id"))
        case "hurry": return try follower.hurry()
        case "tell": return plain(try follower.tell(body: text(with, "body")))
        case "messages": return plain(try follower.messages())
        case "forget_message": return try follower.forgetMessage(messageId: given.needed("message_id"))
        case "receive_push":
            let body = Data(try text(with, "body").utf8)
            return plain(try follower.receivePush(headers: headers(with, body), body: body) as Any)
        case "next_step":
            let next = try follower.nextStep()
            ticket = next?.ticket ?? ticket
            return plain(next as Any)
        case "answer": return plain(try answer(with, ticket: given.maybe("ticket") ?? ticket))
        default: throw Differs("there is no such call")
        }
    }

    private func answer(_ with: [String: Any], ticket: String) throws -> FollowAnswer {
        switch with["failure"] as? String {
        case "not_sent": return try follower.resume(ticket: ticket, failure: .notSent)
        case "unknown": return try follower.resume(ticket: ticket, failure: .unknown)
        default:
            let body = Data(try text(with, "body").utf8)
            let status: Int64 = try Given(with).needed("status")
            return try follower.resume(ticket: ticket, status: status, headers: headers(with, body), body: body)
        }
    }

    /// What stands under a name as an object, written without blanks, or beside it as text.
    private func text(_ with: [String: Any], _ name: String) throws -> String {
        guard let object = with[name] else { return try Given(with).needed("\(name)_text") }
        let written = try JSONSerialization.data(withJSONObject: object, options: [.withoutEscapingSlashes])
        return String(decoding: written, as: UTF8.self)
    }

    private func headers(_ with: [String: Any], _ body: Data) throws -> Headers {
        var headers = (with["headers"] as? [String: String] ?? [:]).mapValues { [$0] }
        guard let key = with["signed_by"] as? String else { return headers }
        let at: Date = try Given(with).maybe("at") ?? clock.now()
        let seconds = Int64(at.timeIntervalSince1970.rounded(.down))
        headers.merge(try signatureHeaders(body, by: key, at: seconds)) { $1 }
        return headers
    }

    private func filled(_ value: Any) throws -> Any { try filledIn(value, from: saved) }
}
