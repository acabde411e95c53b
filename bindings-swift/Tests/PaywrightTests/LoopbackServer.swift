// A small HTTP server on this machine for tests: one thread, one exchange per connection. It decides nothing; whoever
// starts it answers.

import Foundation

@testable import Paywright

#if canImport(Glibc)
    import Glibc
    private let stream = Int32(SOCK_STREAM.rawValue)
#else
    import Darwin
    private let stream = SOCK_STREAM
#endif

struct ServedRequest: Sendable {
    let method: String
    let path: String
    /// Names in lower case.
    let headers: [String: String]
    let body: Data
}

enum Answering: Sendable {
    case answer(status: Int, headers: Headers = [:], body: Data = Data())
    /// More is announced than comes.
    case cutOff
    /// The connection is closed without a word.
    case nothing
    /// The connection stays open without a word, for so many milliseconds.
    case silence(Int32)
}

final class LoopbackServer: @unchecked Sendable {
    let port: UInt16
    private let socket: Int32
    private let answer: @Sendable (ServedRequest) -> Answering
    private let lock = NSLock()
    private var isStopping = false
    private let ended = DispatchSemaphore(value: 0)

    var address: String { "http://127.0.0.1:\(port)" }

    /// Listens on a port, or on one that is free, until it is stopped.
    init(port: UInt16 = 0, answer: @escaping @Sendable (ServedRequest) -> Answering) throws {
        // A client that is killed must not end the tests.
        signal(SIGPIPE, SIG_IGN)
        (socket, self.port) = try bound(port)
        self.answer = answer
        guard listen(socket, 64) == 0 else { throw Differs("listen: \(errno)") }
        Thread.detachNewThread { self.serve() }
    }

    /// A port on which nobody listens at the moment.
    static func freePort() throws -> UInt16 {
        let (socket, port) = try bound(0)
        close(socket)
        return port
    }

    func stop() {
        lock.withLock { isStopping = true }
        ended.wait()
    }

    private func serve() {
        while !lock.withLock({ isStopping }) {
            var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 20) == 1 else { continue }
            let connection = accept(socket, nil, nil)
            guard connection >= 0 else { continue }
            var limit = timeval(tv_sec: 2, tv_usec: 0)
            setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            if let request = read(connection) { write(answer(request), to: connection) }
            close(connection)
        }
        close(socket)
        ended.signal()
    }

    private func read(_ connection: Int32) -> ServedRequest? {
        var bytes = Data()
        let blank = Data("\r\n\r\n".utf8)
        while true {
            if let end = bytes.range(of: blank), let request = parsed(bytes[..<end.lowerBound], bytes[end.upperBound...]) {
                return request
            }
            var part = [UInt8](repeating: 0, count: 65_536)
            let count = recv(connection, &part, part.count, 0)
            guard count > 0, bytes.count < 1_000_000 else { return nil }
            bytes.append(contentsOf: part[..<count])
        }
    }

    /// Nothing while the body is not there yet.
    private func parsed(_ head: Data, _ body: Data) -> ServedRequest? {
        let lines = String(decoding: head, as: UTF8.self).components(separatedBy: "\r\n")
        let first = lines[0].components(separatedBy: " ")
        let headers = lines.dropFirst().reduce(into: [String: String]()) { headers, line in
            guard let colon = line.firstIndex(of: ":") else { return }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        let length = Int(headers["content-length"] ?? "") ?? 0
        guard first.count == 3, body.count >= length else { return nil }
        return ServedRequest(method: first[0], path: first[1], headers: headers, body: Data(body))
    }

    private func write(_ reply: Answering, to connection: Int32) {
        switch reply {
        case .answer(let status, let headers, let body):
            var head = "HTTP/1.1 \(status) Said\r\ncontent-length: \(body.count)\r\nconnection: close\r\n"
            for (name, values) in headers { values.forEach { head += "\(name): \($0)\r\n" } }
            put(Data("\(head)\r\n".utf8) + body, to: connection)
        case .cutOff: put(Data("HTTP/1.1 200 Said\r\ncontent-length: 1000\r\n\r\n{\"id\":".utf8), to: connection)
        case .nothing: break
        case .silence(let milliseconds): poll(nil, 0, milliseconds)
        }
    }

    private func put(_ bytes: Data, to connection: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, 0) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

/// A socket on a port of this machine, or on one that is free.
private func bound(_ port: UInt16) throws -> (Int32, UInt16) {
    let socket = socket(AF_INET, stream, 0)
    var yes: Int32 = 1
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
            bind(socket, pointer, size) == 0 && getsockname(socket, pointer, &size) == 0
        }
    }
    guard isBound else {
        let why = errno
        close(socket)
        throw Differs("bind: \(why)")
    }
    return (socket, UInt16(bigEndian: address.sin_port))
}
