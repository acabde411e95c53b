// Follows payments of the application's own server away from the main thread: waits, sends, resumes, and shows what was
// heard. What is believed and when the server is asked is decided in the core.

import Foundation

/// Carries a follower: asks its server, tells it, and hands on how each payment stands. Keep one for a file, and have `run`
/// under way for as long as the application is at the front.
///
///     let session = FollowerSession(follower, by: URLSessionTransport())
///     let running = Task { try await session.run() }
///     for await payment in try await session.payments(id) { show(payment) }
///
/// Every method may be called from everywhere, and does its work with the file on a thread of its own.
public final class FollowerSession: @unchecked Sendable {
    /// What is carried. What is done with it past the session is noticed within a minute.
    public let follower: PaymentFollower

    private let transport: any Transport
    private let sleep: Sleep
    /// One after another, so that states are shown in the order in which they were written.
    private let file = DispatchQueue(label: "paywright.follower", qos: .userInitiated)
    private let lock = NSLock()
    /// How often something was done that may be due at once; guarded by the lock like what follows.
    private var changes = 0
    private var pauses: Set<Task<Void, Never>> = []
    private var watchers: [UUID: Watcher] = [:]

    private struct Watcher {
        let paymentId: String
        let stream: AsyncStream<FollowedPayment>.Continuation
    }

    /// Carries a follower by a transport. `sleep` is for tests.
    public init(_ follower: PaymentFollower, by transport: some Transport, sleep: Sleep? = nil) {
        self.follower = follower
        self.transport = transport
        self.sleep = sleep ?? sleepOnDevice
    }

    /// Asks and tells the server whatever is due, until its task is cancelled: then it ends in order, after what is on its
    /// way has been answered or given up. It may be called again. Throws what the file refuses (`storage_…`,
    /// `store_closed`); a server in trouble is no error, but asked again later.
    public func run() async throws {
        while !Task.isCancelled {
            let seen = lock.withLock { changes }
            do {
                try await carryOne(since: seen)
            } catch let error as PaywrightError where error.retryable {
                // An extension of the application holds the file, or the disk is full: neither lasts.
                await pause(Self.busyMilliseconds, since: seen)
            }
        }
    }

    private func carryOne(since seen: Int) async throws {
        let step = try await onFile { try $0.nextStep() }
        if let ticket = step?.ticket, let request = step?.request {
            try await exchange(ticket, request)
        } else {
            await pause(step?.afterMs, since: seen)
        }
    }

    /// Follows a payment, given as the JSON in which the application's server answered, and asks at once. Errors as with
    /// `PaymentFollower.follow`.
    @discardableResult
    public func follow(_ payment: String) async throws -> FollowedPayment {
        try await background { follower in try self.shown(follower.follow(payment: payment)) }
    }

    /// How a payment stands: at once, and whenever something was heard of it. It ends once the payment is final and nothing
    /// more is asked, or is forgotten. Errors: `payment_not_found`, `id_format`.
    public func payments(_ paymentId: String) async throws -> AsyncStream<FollowedPayment> {
        try await onFile { follower in
            let payment = try follower.followed(paymentId: paymentId)
            let (stream, continuation) = AsyncStream.makeStream(
                of: FollowedPayment.self, bufferingPolicy: .bufferingNewest(Self.unseenMax))
            let key = UUID()
            continuation.onTermination = { [weak self] _ in
                self?.lock.withLock { _ = self?.watchers.removeValue(forKey: key) }
            }
            self.lock.withLock { self.watchers[key] = Watcher(paymentId: payment.id, stream: continuation) }
            Self.show(payment, to: continuation)
            return stream
        }
    }

    /// Keeps a message for the server, a JSON object: on disk when this returns, and posted at once. Errors as with
    /// `PaymentFollower.tell`.
    @discardableResult
    public func tell(_ body: String) async throws -> ServerMessage {
        try await background { try $0.tell(body: body) }
    }

    /// Takes a push as its server signed it. Errors as with `PaymentFollower.receivePush`.
    @discardableResult
    public func receivePush(headers: Headers, body: Data) async throws -> FollowedPayment? {
        try await background { follower in
            try follower.receivePush(headers: headers, body: body).map(self.shown)
        }
    }

    /// Asks about a payment at once, also where it is final. Errors: `payment_not_found`, `id_format`.
    @discardableResult
    public func askNow(_ paymentId: String) async throws -> FollowedPayment {
        try await background { follower in try self.shown(follower.askNow(paymentId: paymentId)) }
    }

    /// Asks and tells everything that waits: the application came to the front, or the network came back.
    public func hurry() async throws {
        try await background { try $0.hurry() }
    }

    /// Forgets a payment, and ends what shows it. Errors: `payment_not_found`, `id_format`.
    public func forget(_ paymentId: String) async throws {
        try await background { follower in
            try follower.forget(paymentId: paymentId)
            self.watching(paymentId).forEach { $0.finish() }
        }
    }

    /// Does something else with the follower, on its thread: `try await session.background { try $0.messages() }`. What is
    /// due because of it is done at once.
    public func background<Answer: Sendable>(
        _ work: @escaping @Sendable (PaymentFollower) throws -> Answer
    ) async throws -> Answer {
        defer { wake() }
        return try await onFile(work)
    }

    /// What nobody has looked at yet is kept up to here, the newest of it.
    private static let unseenMax = 64
    /// A device's clock may be set, and stands still for a process that sleeps: nobody waits longer without a look.
    private static let pauseMillisecondsMax: Int64 = 60_000
    /// A file that is busy is free again soon.
    private static let busyMilliseconds: Int64 = 1_000

    /// What was sent is never left without its answer, also when the loop is cancelled meanwhile.
    private func exchange(_ ticket: String, _ request: OutgoingRequest) async throws {
        let came = await sentToTheEnd(request, by: transport).parts
        try await onFile { follower in
            let heard = try follower.resume(
                ticket: ticket, status: came.status, headers: came.headers, body: came.body, failure: came.failure)
            if let payment = heard.payment { _ = self.shown(payment) }
        }
    }

    /// Waits, or until something is done, which may have happened since `seen` already; for ever where nothing is due.
    private func pause(_ milliseconds: Int64?, since seen: Int) async {
        let sleep = self.sleep
        let pause = Task {
            guard let milliseconds else { return await Self.untilCancelled() }
            try? await sleep(min(milliseconds, Self.pauseMillisecondsMax))
        }
        let isOver = lock.withLock {
            pauses.insert(pause)
            return changes != seen
        }
        if isOver { pause.cancel() }
        await withTaskCancellationHandler { await pause.value } onCancel: { pause.cancel() }
        lock.withLock { _ = pauses.remove(pause) }
    }

    private static func untilCancelled() async {
        while !Task.isCancelled { try? await Task.sleep(nanoseconds: 3_600_000_000_000) }
    }

    private func wake() {
        lock.withLock {
            changes += 1
            pauses.forEach { $0.cancel() }
        }
    }

    private func onFile<Answer: Sendable>(
        _ work: @escaping @Sendable (PaymentFollower) throws -> Answer
    ) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            file.async { continuation.resume(with: Result { try work(self.follower) }) }
        }
    }

    /// Shows a payment to all who watch it.
    private func shown(_ payment: FollowedPayment) -> FollowedPayment {
        watching(payment.id).forEach { Self.show(payment, to: $0) }
        return payment
    }

    /// Out of the lock: a stream that ends takes it.
    private func watching(_ paymentId: String) -> [AsyncStream<FollowedPayment>.Continuation] {
        lock.withLock { watchers.values.filter { $0.paymentId == paymentId }.map(\.stream) }
    }

    private static func show(_ payment: FollowedPayment, to stream: AsyncStream<FollowedPayment>.Continuation) {
        stream.yield(payment)
        if payment.isFinal && payment.nextQuestionAt == nil { stream.finish() }
    }
}
