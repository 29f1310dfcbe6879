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

    /// What workers handed to control and control had no use for. Its names start with `control_`: some reasons are a worker's as well.
    package init(_ reason: PuntDropReason, packets: UInt64) {
        self.init(reason: "control_\(reason.name)", stage: "control", packets: packets, explanation: reason.explanation)
    }
}
