// The engine away from the main thread. Its methods block until the database has answered, so a screen must not call
// them directly.

import Dispatch

extension Paywright {
    /// Does something with the engine on a thread that may wait: `try await pay.background { try $0.verify() }`. What has
    /// begun is carried out, also when whoever awaits it is cancelled: half of it could be money that is on its way.
    public func background<Answer: Sendable>(
        _ work: @escaping @Sendable (Paywright) throws -> Answer
    ) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global(qos: .userInitiated).async {
                continuation.resume(with: Result { try work(self) })
            }
        }
    }
}
