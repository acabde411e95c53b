import Foundation
import XCTest

@testable import Paywright

final class TransportTests: XCTestCase {
    /// What a server that replies so looks like from here.
    private func heard(_ reply: Answering, deadline: TimeInterval = 15) async throws -> Answered {
        let server = try LoopbackServer { _ in reply }
        defer { server.stop() }
        return await sent(server.address, by: URLSessionTransport(deadline: deadline))
    }

    /// Protects: an answer comes as it is, whatever its status, and one that is too large, cut off or never comes is none.
    func testAnswers() async throws {
        let body = Data(repeating: 0x20, count: 4 * 1024 * 1024)
        // What stands in a redirect is not handed on everywhere.
        guard case .answered(302, _, _) = try await heard(.answer(status: 302, headers: ["location": ["/"]])) else {
            return XCTFail("a redirect is no answer")
        }
        for status in [200, 404, 503] {
            let found = try await heard(.answer(status: status, headers: ["x-said": ["tea"]], body: body.prefix(3)))
            guard case .answered(status, let headers, body.prefix(3)) = found else { return XCTFail("\(status): \(found)") }
            XCTAssertEqual(headers.first { $0.key.lowercased() == "x-said" }?.value, ["tea"])
        }
        guard case .answered(200, _, body) = try await heard(.answer(status: 200, body: body)) else {
            return XCTFail("a large answer did not come")
        }
        let none: [Answering] = [.answer(status: 200, body: body + Data([0x20])), .cutOff, .nothing]
        for reply in none {
            let found = try await heard(reply)
            XCTAssertEqual(found, .unknown)
        }
        let late = try await heard(.silence(1000), deadline: 0.2)
        XCTAssertEqual(late, .unknown)
    }

    /// Protects: whoever gives a request up is not kept waiting, and never told that it did not leave.
    func testCancelledRequest() async throws {
        let server = try LoopbackServer { _ in .silence(300) }
        defer { server.stop() }
        let address = server.address
        for milliseconds in 0..<20 {
            let sending = Task { await sent(address) }
            try await Task.sleep(nanoseconds: UInt64(milliseconds) * 1_000_000)
            sending.cancel()
            _ = await sending.value
        }
        let sending = Task { await sent(address) }
        try await Task.sleep(nanoseconds: 100_000_000)
        sending.cancel()
        let found = await sending.value
        XCTAssertEqual(found, .unknown)
    }

    /// Protects: only what surely never left is said to be unsent, and nothing goes where anybody could read it.
    func testUnsent() async throws {
        let port = try LoopbackServer.freePort()
        let addresses = [
            "http://127.0.0.1:\(port)/", "https://nobody.invalid/", "http://shop.example/", "ftp://127.0.0.1/", "no address",
            "http://127.0.0.1.shop.example/", "http://someone@127.0.0.1:\(port)/", "",
        ]
        for address in addresses {
            let found = await sent(address)
            XCTAssertEqual(found, .notSent, address)
        }
        let server = try LoopbackServer { _ in .answer(status: 200) }
        defer { server.stop() }
        let tokenless = URLSessionTransport { _ in throw Differs("there is no token") }
        let found = await sent(server.address, by: tokenless)
        XCTAssertEqual(found, .notSent)
    }

    /// Protects: bodies and headers arrive as the core wrote them, and the application's own cannot stand in their place.
    func testRequestArrives() async throws {
        let arrived = Arrived()
        let server = try LoopbackServer { request in
            arrived.note(request)
            return .answer(status: 204)
        }
        defer { server.stop() }
        let request = OutgoingRequest(
            method: "POST", url: "\(server.address)/messages?a=%20b", headers: ["idempotency-key": ["msg_1"]],
            body: Data([0, 0xff, 0x0d, 0x0a]))
        let transport = URLSessionTransport { _ in ["Idempotency-Key": "mine", "Authorization": "Bearer mine"] }
        guard case .answered(204, _, _) = await transport.send(request) else { return XCTFail("it was not answered") }
        let found = try XCTUnwrap(arrived.request)
        XCTAssertEqual([found.method, found.path], ["POST", "/messages?a=%20b"])
        XCTAssertEqual(found.body, request.body)
        XCTAssertEqual(found.headers["idempotency-key"], "msg_1")
        XCTAssertEqual(found.headers["authorization"], "Bearer mine")
    }

    /// Protects: the engine's steps are carried to their end, each waited for and sent once, and its answer handed in.
    func testStepsAreCarried() async throws {
        let pay = try Paywright.open(database: "sqlite::memory:", gateways: [.mock(Mock())], mode: .test)
        let order = try pay.createOrder(currency: "CNY", amount: 100)
        let payment = try pay.createPayment(orderId: order.id, method: "wechat")
        // The mock carries its own requests, so the first step is the last.
        let step = try await pay.carry(pay.begin(id: payment.id, operation: .query), by: Played([]))
        XCTAssertEqual(step.payment?.id, payment.id)

        let first = Answered.answered(status: 503, headers: [:], body: Data())
        let slept = Noted<Int64>()
        let resumed = Noted<Answered>()
        let last = try await carried(made(1), by: Played([first, .unknown]), sleep: { slept.add($0) }) { ticket, answered in
            resumed.add(answered)
            return ticket == "ticket 1" ? made(2) : Step(ticket: nil, request: nil, afterMs: 0, payment: nil, refund: nil)
        }
        XCTAssertNil(last.ticket)
        XCTAssertEqual(slept.all, [100, 200])
        XCTAssertEqual(resumed.all, [first, .unknown])
    }

    /// Protects: whoever is cancelled while a request is on its way still notes the answer, and sends no further one.
    func testCancelledStepsNoteTheAnswer() async throws {
        let resumed = Noted<Answered>()
        let carrying = Task {
            try await carried(made(1), by: Played([.unknown, .notSent]), sleep: { _ in }) { _, answered in
                resumed.add(answered)
                withUnsafeCurrentTask { $0?.cancel() }
                return made(2)
            }
        }
        do {
            _ = try await carrying.value
            XCTFail("it went on")
        } catch is CancellationError {}
        XCTAssertEqual(resumed.all, [.unknown])
    }
}

private func sent(_ url: String, by transport: URLSessionTransport = URLSessionTransport()) async -> Answered {
    await transport.send(OutgoingRequest(method: "GET", url: url, headers: [:], body: Data()))
}

private func made(_ number: Int64) -> Step {
    let request = OutgoingRequest(method: "GET", url: "https://shop.example/\(number)", headers: [:], body: Data())
    return Step(ticket: "ticket \(number)", request: request, afterMs: number * 100, payment: nil, refund: nil)
}

private final class Arrived: @unchecked Sendable {
    private let lock = NSLock()
    private var found: ServedRequest?

    var request: ServedRequest? { lock.withLock { found } }

    func note(_ request: ServedRequest) { lock.withLock { found = request } }
}

private final class Noted<Item: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var items: [Item] = []

    var all: [Item] { lock.withLock { items } }

    func add(_ item: Item) { lock.withLock { items.append(item) } }
}

/// Answers in this order.
private actor Played: Transport {
    private var answers: [Answered]

    init(_ answers: [Answered]) { self.answers = answers.reversed() }

    func send(_ request: OutgoingRequest) -> Answered { answers.popLast() ?? .notSent }
}
