import CShims
import Glibc

/// DPDK's environment. It can be started once in a process.
package enum EAL {
    package struct Options: Sendable {
        /// CPUs that run a worker each; the worker of position `i` has lcore `i + 1`.
        package var workerCPUs: [Int]
        /// CPUs that the calling thread, and all that it starts, may run on.
        package var controlCPUs: [Int]
        /// MiB.
        package var memory: Int
        package var usesHugepages: Bool
        /// PCI devices that DPDK may take, with their arguments; it looks at no other.
        package var pciDevices: [String] = []

        package init(workerCPUs: [Int], controlCPUs: [Int], memory: Int, usesHugepages: Bool, pciDevices: [String] = []) {
            self.workerCPUs = workerCPUs
            self.controlCPUs = controlCPUs
            self.memory = memory
            self.usesHugepages = usesHugepages
            self.pciDevices = pciDevices
        }

        /// Nothing is shared with other processes and nothing is left on disk: no runtime directory, no telemetry socket.
        package var arguments: [String] {
            var lcores = ["0@(\(controlCPUs.map(String.init).joined(separator: ",")))"]
            lcores += workerCPUs.enumerated().map { "\($0.offset + 1)@\($0.element)" }
            var arguments = ["viaduct", "--lcores=" + lcores.joined(separator: ","), "--no-telemetry", "--no-shconf"]
            arguments.append("--file-prefix=viaduct")
            // One file for all of a page size: virtio_user hands memory to the process at its other end as at most eight files.
            arguments += usesHugepages ? ["--in-memory", "--single-file-segments"] : ["--no-huge", "--iova-mode=va"]
            arguments += ["-m", String(memory)]
            if pciDevices.isEmpty { arguments.append("--no-pci") }
            for device in pciDevices { arguments += ["-a", device] }
            return arguments
        }
    }

    package static func start(_ options: Options) throws(DeviceError) {
        let arguments = options.arguments.map { strdup($0) }
        // EAL keeps pointers into its arguments: they live as long as the process.
        let copy = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: arguments.count + 1)
        for (position, argument) in arguments.enumerated() { copy[position] = argument }
        copy[arguments.count] = nil
        // Before EAL starts the workers, which pin themselves to their own CPUs.
        _ = vd_process_confine(options.controlCPUs.map(Int32.init), options.controlCPUs.count)
        let result = vd_eal_start(Int32(arguments.count), copy)
        guard result == 0 else {
            stop()
            throw .eal(reason: "\(complaint() ?? describe(result)) (arguments: \(options.arguments.dropFirst().joined(separator: " ")))")
        }
    }

    package static func stop() { _ = vd_eal_stop() }

    /// Free hugepages of the machine, in MiB.
    package static var hugepagesFree: Int { Int(vd_hugepages_free()) }

    /// NUMA node of a CPU.
    package static func node(ofCPU cpu: Int) -> Int { Int(vd_cpu_node(Int32(cpu))) }

    /// What EAL and the drivers have logged lately, a line each.
    package static var log: [String] {
        var buffer = [CChar](repeating: 0, count: 16385)
        let length = vd_eal_log(&buffer, buffer.count)
        let text = String(decoding: buffer.prefix(length).map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
        return text.split(separator: "\n").map(String.init)
    }

    /// Why something failed, in the words of EAL or the driver: the first line after `mark` lines that does not merely inform, since
    /// what comes after it are complaints about the complaint.
    static func complaint(after mark: Int = 0) -> String? {
        let notices = [
            "Detected", "Selected IOVA", "selecting IOVA", "Probe PCI", "VFIO support", "Static memory layout", "No available",
            "TSC frequency",
            "qdisc", "Disabling rte flow", "Failed to attach device", "Failed to send",
        ]
        let line = log.dropFirst(mark).first { line in !notices.contains { line.contains($0) } }
        // `EAL: ` and `tun_alloc(): ` say who complains; that is of no use outside DPDK.
        guard let line, let colon = line.firstIndex(of: " "), line[..<colon].hasSuffix(":") else { return line }
        return String(line[colon...].drop { $0 == " " })
    }

    /// The text of a negative errno.
    static func describe(_ result: Int32) -> String { String(cString: strerror(-result)) }
}
