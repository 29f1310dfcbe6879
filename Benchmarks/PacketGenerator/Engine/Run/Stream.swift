/// One direction of traffic.
package struct Stream: Sendable, Equatable {
    package let name: String
    package let heading: FrameWriter.Heading
    /// Position of the side that sends.
    package let from: Int
    /// Position of the side where it comes out; `nil` when nobody looks.
    package let to: Int?

    /// The streams of a mode. Side 0 is the access side where there is one.
    static func all(_ settings: Settings) -> [Stream] {
        let hasAccess = settings.access != nil
        let hasUnderlay = settings.underlay != nil
        let underlay = hasAccess ? 1 : 0
        let isReflecting = settings.mode == .reflect
        let names =
            switch settings.mode {
            case .gateway: ["encap", "decap"]
            case .plain: ["plain_forward", "plain_backward"]
            case .reflect: ["reflect_access", "reflect_underlay"]
            }
        var streams: [Stream] = []
        if hasAccess {
            let to = isReflecting ? 0 : hasUnderlay ? underlay : nil
            streams.append(Stream(name: names[0], heading: .toRemote, from: 0, to: to))
        }
        if hasUnderlay {
            let to = isReflecting ? underlay : hasAccess ? 0 : nil
            streams.append(Stream(name: names[1], heading: .toLocal, from: underlay, to: to))
        }
        return streams
    }
}
