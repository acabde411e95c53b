// How requests leave a device: each sent once, within a deadline, to exactly the address that it names. It retries nothing,
// follows no redirect and keeps no cookie; what an answer means is decided elsewhere.

import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// What became of a request.
public enum Answered: Sendable, Equatable {
    /// It was answered, whatever the status.
    case answered(status: Int, headers: Headers, body: Data)
    /// It surely never left this device.
    case notSent
    /// It may have arrived, and no answer did.
    case unknown
}

/// Sends requests. An application with an HTTP client of its own conforms to it in a few lines.
public protocol Transport: Sendable {
    /// Sends a request once, following no redirect, and within less than a minute: a request that is not answered by then
    /// is handed out again. What is not surely unsent is unknown.
    func send(_ request: OutgoingRequest) async -> Answered
}

/// Sends requests with a `URLSession` of its own: over https, or http to this device.
public final class URLSessionTransport: Transport {
    /// A larger answer is none.
    static let answerBytesMax = 4 * 1024 * 1024

    private let deadline: TimeInterval
    private let headers: @Sendable (OutgoingRequest) async throws -> [String: String]
    private let exchanges = Exchanges()
    private let session: URLSession

    /// A transport that has `deadline` seconds for each exchange, from the name of the host to the last byte of the answer.
    /// `headers` are what the application's server knows it by, such as `Authorization`; they are asked for before each
    /// request, and where they throw, nothing is sent.
    public init(
        deadline: TimeInterval = 15,
        headers: @escaping @Sendable (OutgoingRequest) async throws -> [String: String] = { _ in [:] }
    ) {
        self.deadline = deadline
        self.headers = headers
        let configuration = URLSessionConfiguration.ephemeral
        configuration.urlCache = nil
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        configuration.httpCookieStorage = nil
        configuration.httpCookieAcceptPolicy = .never
        configuration.httpShouldSetCookies = false
        configuration.urlCredentialStorage = nil
        configuration.timeoutIntervalForRequest = deadline
        configuration.timeoutIntervalForResource = deadline
        session = URLSession(configuration: configuration, delegate: exchanges, delegateQueue: nil)
    }

    deinit { session.finishTasksAndInvalidate() }

    public func send(_ request: OutgoingRequest) async -> Answered {
        guard let url = URL(string: request.url), isSafe(url) else { return .notSent }
        guard let own = try? await headers(request), !Task.isCancelled else { return .notSent }
        var sent = URLRequest(url: url)
        sent.httpMethod = request.method
        if !request.body.isEmpty { sent.httpBody = request.body }
        for (name, value) in own { sent.setValue(value, forHTTPHeaderField: name) }
        // What is signed, and counted, is what came.
        sent.setValue("identity", forHTTPHeaderField: "accept-encoding")
        for (name, values) in request.headers {
            sent.setValue(values.joined(separator: ", "), forHTTPHeaderField: name)
        }
        let task = session.dataTask(with: sent)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { exchanges.begin(task, within: deadline, answer: $0) }
        } onCancel: {
            exchanges.cancel(task)
        }
    }
}

/// Whether a request may go there: over https, or to this device.
private func isSafe(_ url: URL) -> Bool {
    guard let host = url.host, url.user == nil else { return false }
    switch url.scheme?.lowercased() {
    case "https": return true
    case "http": return isLoopback(host)
    default: return false
    }
}

private func isLoopback(_ host: String) -> Bool {
    if ["localhost", "::1", "[::1]"].contains(host) { return true }
    let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    return numbers.count == 4 && numbers.first == 127 && !numbers.contains(nil)
}

/// The exchanges under way. A session calls it from its own thread, one call after another.
private final class Exchanges: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    private struct Exchange {
        let answer: CheckedContinuation<Answered, Never>
        var body = Data()
    }

    private let lock = NSLock()
    /// By the number of the task; guarded by the lock.
    private var underWay: [Int: Exchange] = [:]

    func begin(_ task: URLSessionDataTask, within deadline: TimeInterval, answer: CheckedContinuation<Answered, Never>) {
        lock.withLock { underWay[task.taskIdentifier] = Exchange(answer: answer) }
        task.resume()
        if Task.isCancelled { task.cancel() }
        // The session's own deadlines begin anew with every byte.
        DispatchQueue.global().asyncAfter(deadline: .now() + deadline) { [weak task] in task?.cancel() }
    }

    /// A task that has not begun yet looks for itself: were it cancelled here, nobody would hear of its end.
    func cancel(_ task: URLSessionDataTask) {
        if lock.withLock({ underWay[task.taskIdentifier] != nil }) { task.cancel() }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let isTooLarge = lock.withLock {
            underWay[dataTask.taskIdentifier]?.body.append(data)
            return (underWay[dataTask.taskIdentifier]?.body.count ?? 0) > URLSessionTransport.answerBytesMax
        }
        if isTooLarge { dataTask.cancel() }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        guard let exchange = lock.withLock({ underWay.removeValue(forKey: task.taskIdentifier) }) else { return }
        exchange.answer.resume(returning: judged(task.response, exchange.body, error))
    }

    private func judged(_ response: URLResponse?, _ body: Data, _ error: (any Error)?) -> Answered {
        if let error { return isSurelyUnsent(error) ? .notSent : .unknown }
        guard let response = response as? HTTPURLResponse else { return .unknown }
        guard body.count <= URLSessionTransport.answerBytesMax else { return .unknown }
        let named = response.allHeaderFields.compactMap { name, value in
            (name as? String).map { ($0, ["\(value)"]) }
        }
        let headers = Dictionary(named, uniquingKeysWith: +)
        return .answered(status: response.statusCode, headers: headers, body: body)
    }
}

/// Without a connection not a byte of a request has left.
private func isSurelyUnsent(_ error: any Error) -> Bool {
    switch (error as? URLError)?.code {
    case .cannotFindHost, .cannotConnectToHost, .notConnectedToInternet, .dnsLookupFailed: return true
    default: return false
    }
}

extension Answered {
    /// As `resume` takes it: the status with headers and body, or why there is none.
    var parts: (status: Int64?, headers: Headers?, body: Data?, failure: NoResponse?) {
        switch self {
        case .answered(let status, let headers, let body): return (Int64(status), headers, body, nil)
        case .notSent: return (nil, nil, nil, .notSent)
        case .unknown: return (nil, nil, nil, .unknown)
        }
    }
}

/// Waits for milliseconds, or throws once it is cancelled. Tests hand in one that moves their clock.
public typealias Sleep = @Sendable (_ milliseconds: Int64) async throws -> Void

/// Nothing here waits longer in one go.
private let sleepMillisecondsMax: Int64 = 24 * 60 * 60 * 1000

@Sendable
func sleepOnDevice(_ milliseconds: Int64) async throws {
    let bounded = min(max(milliseconds, 0), sleepMillisecondsMax)
    try await Task.sleep(nanoseconds: UInt64(bounded) * 1_000_000)
}

extension Paywright {
    /// Carries what `begin` or `resume` answered with to its end: waits, sends, resumes, until the payment or the refund is
    /// there. What was sent is never left without its answer: cancelling throws before the next request, not in the midst of
    /// one, and due work asks later how it went.
    public func carry(
        _ step: Step, by transport: some Transport, sleep: Sleep? = nil
    ) async throws -> Step {
        try await carried(step, by: transport, sleep: sleep ?? sleepOnDevice) { ticket, answered in
            let came = answered.parts
            return try await self.background {
                try $0.resume(
                    ticket: ticket, status: came.status, headers: came.headers, body: came.body, failure: came.failure)
            }
        }
    }
}

func carried(
    _ step: Step, by transport: some Transport, sleep: Sleep, resume: (String, Answered) async throws -> Step
) async throws -> Step {
    var step = step
    while let ticket = step.ticket, let request = step.request {
        if step.afterMs > 0 { try await sleep(step.afterMs) }
        try Task.checkCancellation()
        step = try await resume(ticket, await sentToTheEnd(request, by: transport))
    }
    return step
}

/// Sends a request in a task of its own, which nobody cancels.
func sentToTheEnd(_ request: OutgoingRequest, by transport: some Transport) async -> Answered {
    await Task { await transport.send(request) }.value
}
