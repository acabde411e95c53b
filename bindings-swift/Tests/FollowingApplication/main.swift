// An application that follows payments, to be killed by a test at any instant. Arguments: the follower's file, the address
// of its server, the server's public key, a word for its messages, and the JSON of payments. It says what it showed and
// told, a line each, and nothing that did not happen.

import Foundation
import Paywright

/// Unbuffered: what is printed was printed, whenever the kill comes.
@Sendable
func say(_ line: String) {
    FileHandle.standardOutput.write(Data("\(line)\n".utf8))
}

let arguments = CommandLine.arguments
let (path, server, key, word) = (arguments[1], arguments[2], arguments[3], arguments[4])
let follower = try PaymentFollower.open(
    path: path, statusUrl: "\(server)/payments/{payment_id}/status", messagesUrl: "\(server)/messages", publicKeys: [key])
let session = FollowerSession(follower, by: URLSessionTransport())
say("opened")

try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await session.run() }
    group.addTask {
        for number in 1...3 {
            let message = try await session.tell("{\"word\":\"\(word)\",\"number\":\(number)}")
            say("told \(message.id)")
        }
    }
    for json in arguments.dropFirst(5) {
        group.addTask {
            let id = try await session.follow(json).id
            for await payment in try await session.payments(id) { say("shown \(payment.id) \(payment.state)") }
        }
    }
    try await group.waitForAll()
}
