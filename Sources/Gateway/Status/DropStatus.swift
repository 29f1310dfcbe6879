import Dataplane

/// How many packets were dropped for one reason, over all workers, as `GET /v1/drops` and `viaduct show drops` tell it.
package struct DropStatus: Codable, Equatable, Sendable {
    /// ``DropReason/name``
    package var reason: String
    /// ``DropStage``
    package var stage: String
    package var packets: UInt64
    /// One line for people.
    package var explanation: String
}

extension DropStatus {
    package init(_ reason: DropReason, packets: UInt64) {
        self.init(
            reason: reason.name, stage: reason.stage.rawValue, packets: packets, explanation: reason.explanation)
    }
}
