import Foundation
import XCTest

@testable import Paywright

/// A follower, carried by URLSession to a real server on this machine; nobody waits, because the clock is moved instead.
final class FollowerTests: XCTestCase {
    private let clock = ManualClock(now: Date(timeIntervalSince1970: 1_767_225_600))
    private lazy var shop = FollowedShop(clock: clock)
    private var watchdog: Watchdog?

    override func setUp() { watchdog = Watchdog(seconds: 120) }

    override func tearDown() { watchdog = nil }

    private func open(_ address: String, keys: [String] = [FollowedShop.publicKey]) throws -> PaymentFollower {
        try PaymentFollower.open(
            path: ":memory:", statusUrl: "\(address)/payments/{payment_id}/status", messagesUrl: "\(address)/messages",
            publicKeys: keys, clock: clock, seed: 1)
    }

    private func session(
        _ follower: PaymentFollower, by transport: some Transport = URLSessionTransport()
    ) -> FollowerSession {
        let clock = self.clock
        return FollowerSession(follower, by: transport) { milliseconds in
            try Task.checkCancellation()
            clock.advance(seconds: (milliseconds + 999) / 1000)
            // A turn for the server's thread.
            try await Task.sleep(nanoseconds: 1_000_000)
        }
    }

    /// Serves the shop, carries a follower of it, and ends both in order.
    private func carried(
        by transport: some Transport = URLSessionTransport(),
        _ story: (FollowerSession) async throws -> Void
    ) async throws {
        let server = try LoopbackServer(answer: shop.answer)
        defer { server.stop() }
        let session = try session(open(server.address), by: transport)
        let running = Task { try await session.run() }
        try await story(session)
        running.cancel()
        try await running.value
    }

    private func states(_ session: FollowerSession, _ id: String) async throws -> [PaymentState] {
        var states: [PaymentState] = []
        for await payment in try await session.payments(id) { states.append(payment.state) }
        return states
    }

    /// Protects: a payment that becomes paid is followed to its end; the server knows the application, which keeps no cookie.
    func testPaymentIsFollowedToItsEnd() async throws {
        let (id, json) = shop.make(1, paidAtQuestion: 3)
        let transport = URLSessionTransport { request in
            ["Authorization": "Bearer \(request.method)", "Accept": "never"]
        }
        try await carried(by: transport) { session in
            let followed = try await session.follow(json)
            XCTAssertEqual(followed.state, .processing)
            let states = try await states(session, id)
            XCTAssertEqual(states.last, .succeeded)
            XCTAssertEqual(states.dropLast().filter { $0 != .processing }, [])
            XCTAssertEqual(try session.follower.followed(paymentId: id).state, .succeeded)
        }
        XCTAssertEqual(shop.requests.count, 3)
        for request in shop.requests {
            XCTAssertEqual(request.path, "/payments/\(id)/status")
            XCTAssertEqual(request.headers["authorization"], "Bearer GET")
            XCTAssertEqual(request.headers["accept"], "application/json")
            XCTAssertEqual(request.headers["accept-encoding"], "identity")
            XCTAssertNil(request.headers["cookie"])
        }
    }

    /// Protects: messages reach a server that is down at first and in trouble then, in order and once each.
    func testMessagesAreDelivered() async throws {
        let port = try LoopbackServer.freePort()
        let session = try session(open("http://127.0.0.1:\(port)"))
        var told: [String] = []
        for number in 1...5 { told.append(try await session.tell("{\"number\":\(number)}").id) }
        let running = Task { try await session.run() }
        try await until { try session.follower.messages()[0].attempts >= 2 }
        XCTAssertNil(try session.follower.messages()[0].lastStatus)
        let troubles = Countdown(4)
        shop.goWrong { _ in troubles.next() ? .answer(status: 503, headers: ["retry-after": ["7"]]) : nil }
        let server = try LoopbackServer(port: port, answer: shop.answer)
        defer { server.stop() }
        try await until { try session.follower.messages().isEmpty }
        running.cancel()
        try await running.value
        XCTAssertEqual(shop.messages.map(\.key), told)
        XCTAssertEqual(shop.messages.map(\.body), (1...5).map { "{\"number\":\($0)}" })
        XCTAssertEqual(shop.requests.count, 5 + 4)
    }

    /// Protects: a success is shown only where the server signed it for this payment and its amount.
    func testUnprovedSuccessIsNeverShown() async throws {
        let (id, json) = shop.make(1, paidAtQuestion: 1)
        let shop = self.shop
        let answers = Answers([
            shop.said(FollowedShop.json(id, "succeeded"), signedBy: nil),
            shop.said(FollowedShop.json(id, "succeeded"), signedBy: "other"),
            shop.said(FollowedShop.json(id, "succeeded", amount: "1.00"), signedBy: "server"),
            shop.said(FollowedShop.json(shop.make(2, paidAtQuestion: nil).id, "succeeded"), signedBy: "server"),
            .answer(status: 200, body: Data("paid".utf8)), .cutOff, .nothing,
            shop.said(Data(repeating: 0x20, count: 5_000_000), signedBy: "server"),
        ])
        shop.goWrong { _ in answers.next() }
        try await carried { session in
            var wrong: [String] = []
            try await session.follow(json)
            for await payment in try await session.payments(id) where payment.state != .succeeded {
                XCTAssertFalse(payment.isFinal)
                if let error = payment.lastError { wrong.append(error) }
            }
            XCTAssertEqual(try session.follower.followed(paymentId: id).state, .succeeded)
            XCTAssertEqual(wrong.count, 8, "\(wrong)")
        }
        XCTAssertEqual(shop.requests.count, 9)
    }

    /// Protects: a redirect is not followed, wherever it leads.
    func testRedirectIsNotFollowed() async throws {
        let (id, json) = shop.make(1, paidAtQuestion: 2)
        let other = shop.make(2, paidAtQuestion: 1).id
        let shop = self.shop
        let redirects = Answers([.answer(status: 302, headers: ["location": ["/payments/\(other)/status"]])])
        shop.goWrong { _ in redirects.next() }
        try await carried { session in
            try await session.follow(json)
            var statuses: [Int64] = []
            for await payment in try await session.payments(id) { payment.lastStatus.map { statuses.append($0) } }
            XCTAssertEqual(statuses, [302])
        }
        XCTAssertFalse(shop.requests.contains { $0.path.contains(other) })
    }

    /// Protects: a push ends what a payer waits for, without a question; a forged one changes nothing.
    func testPush() async throws {
        let (id, json) = shop.make(1, paidAtQuestion: nil)
        try await carried { session in
            try await session.follow(json)
            let body = FollowedShop.json(id, "succeeded")
            let now = Int64(self.clock.now().timeIntervalSince1970)
            do {
                try await session.receivePush(headers: signatureHeaders(body, by: "other", at: now), body: body)
                XCTFail("a forged push was taken")
            } catch let error as PaywrightError {
                XCTAssertEqual(error.code, "auth_mismatch")
            }
            let stream = try await session.payments(id)
            try await session.receivePush(headers: signatureHeaders(body, by: "server", at: now), body: body)
            var last: PaymentState?
            for await payment in stream { last = payment.state }
            XCTAssertEqual(last, .succeeded)
        }
    }

    /// Protects: what is forgotten is shown to nobody any more, and what is not there is shown to nobody at all.
    func testForgottenPaymentEndsItsStream() async throws {
        let (id, json) = shop.make(1, paidAtQuestion: nil)
        let session = try session(open("http://127.0.0.1:1"))
        try await session.follow(json)
        let stream = try await session.payments(id)
        try await session.forget(id)
        var shown = 0
        for await _ in stream { shown += 1 }
        XCTAssertEqual(shown, 1)
        do {
            _ = try await session.payments(id)
            XCTFail("a payment that is forgotten is shown")
        } catch let error as PaywrightError {
            XCTAssertEqual(error.code, "payment_not_found")
        }
    }

    /// Protects: whatever is done through the session is carried out at once, however long the loop wanted to wait, and a
    /// payment that is final can be asked about again.
    func testWhateverIsDoneWakesTheLoop() async throws {
        let server = try LoopbackServer(answer: shop.answer)
        defer { server.stop() }
        let session = try FollowerSession(open(server.address), by: URLSessionTransport()) { _ in
            try await Task.sleep(nanoseconds: 3_600_000_000_000)
        }
        let running = Task { try await session.run() }
        let (id, json) = shop.make(1, paidAtQuestion: 2)
        let shop = self.shop
        try await session.tell("{}")
        try await until { shop.messages.count == 1 }
        try await session.follow(json)
        try await until { try session.follower.followed(paymentId: id).confirmedAt != nil }
        try await session.hurry()
        let shown = try await states(session, id)
        XCTAssertEqual(shown.last, .succeeded)
        let asked = try await session.askNow(id)
        XCTAssertTrue(asked.isFinal)
        try await until { shop.requests.count == 4 }
        try await session.background { _ = try $0.tell(body: "{}") }
        try await until { shop.messages.count == 2 }
        running.cancel()
        try await running.value
    }

    /// Protects: cancelling ends the loop while it waits, and an answer that comes after it was cancelled counts.
    func testCancellingLosesNothing() async throws {
        let shop = self.shop
        let (id, json) = shop.make(1, paidAtQuestion: 1)
        let transport = Held { request in
            let path = URL(string: request.url)?.path ?? ""
            guard case .answer(let status, let headers, let body) = shop.answer(
                ServedRequest(method: request.method, path: path, headers: [:], body: Data()))
            else { return .unknown }
            return .answered(status: status, headers: headers, body: body)
        }
        let session = FollowerSession(try open("https://shop.example"), by: transport)
        let idle = Task { try await session.run() }
        idle.cancel()
        try await idle.value
        try await session.follow(json)
        let running = Task { try await session.run() }
        await transport.untilSent()
        running.cancel()
        XCTAssertEqual(try session.follower.followed(paymentId: id).state, .processing)
        await transport.release()
        try await running.value
        XCTAssertEqual(try session.follower.followed(paymentId: id).state, .succeeded)
    }

    /// Protects: the loop says so when the file is gone, instead of going round in silence.
    func testLoopEndsWithTheFile() async throws {
        let session = try session(open("http://127.0.0.1:1"))
        session.follower.shutDown()
        do {
            try await session.run()
            XCTFail("it ran without a file")
        } catch let error as PaywrightError {
            XCTAssertEqual(error.code, "store_closed")
        }
    }
}

/// Ends the tests where one of them hangs: a stream that never ends would keep whoever runs them waiting.
final class Watchdog {
    private let end = DispatchWorkItem { fatalError("a test hangs") }

    init(seconds: Int) { DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds), execute: end) }

    deinit { end.cancel() }
}

/// Waits until something is so; gives up long after it should have been.
func until(_ isSo: () throws -> Bool) async throws {
    for _ in 0..<6000 {
        if try isSo() { return }
        try await Task.sleep(nanoseconds: 5_000_000)
    }
    throw Differs("it never came to be")
}

/// Says yes so many times.
final class Countdown: @unchecked Sendable {
    private let lock = NSLock()
    private var left: Int

    init(_ left: Int) { self.left = left }

    func next() -> Bool {
        lock.withLock {
            left -= 1
            return left >= 0
        }
    }
}

/// Replies to give, one after another.
private final class Answers: @unchecked Sendable {
    private let lock = NSLock()
    private var left: [Answering]

    init(_ replies: [Answering]) { left = replies.reversed() }

    func next() -> Answering? { lock.withLock { left.popLast() } }
}

/// Sends once it is let go.
private actor Held: Transport {
    private let answer: @Sendable (OutgoingRequest) -> Answered
    private var isSent = false
    private var isReleased = false

    init(_ answer: @escaping @Sendable (OutgoingRequest) -> Answered) { self.answer = answer }

    func send(_ request: OutgoingRequest) async -> Answered {
        isSent = true
        while !isReleased { try? await Task.sleep(nanoseconds: 1_000_000) }
        // As a client that heeds cancelling would.
        return Task.isCancelled ? .unknown : answer(request)
    }

    func untilSent() async {
        while !isSent { try? await Task.sleep(nanoseconds: 1_000_000) }
    }

    func release() { isReleased = true }
}
