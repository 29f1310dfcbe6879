import Glibc

/// The CPUs of the machine.
package enum CPUs {
    package static let online = 0..<Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    /// Why a CPU cannot be measured on, or `nil`.
    package static func objection(to cpu: Int) -> String? {
        online.contains(cpu) ? nil : "there is no CPU \(cpu): this machine has 0 to \(online.upperBound - 1)"
    }
}
