extension ConfigurationChecker {
    /// What must be unique in a file: names, devices and VNIs.
    func checkIdentities() {
        for (name, first) in repeats(in: draft.ports.compactMap(\.name)) {
            findings.error(
                at: name.position, "port name \(quoted(name.value)) is already used on line \(first.line)",
                advice: "give each port its own name")
        }
        for (name, first) in repeats(in: draft.networks.compactMap(\.name)) {
            findings.error(
                at: name.position, "network name \(quoted(name.value)) is already used on line \(first.line)",
                advice: "give each network its own name")
        }
        for (vni, first) in repeats(in: draft.networks.compactMap(\.vni)) {
            findings.error(
                at: vni.position, "VNI \(vni.value) is already used on line \(first.line)",
                advice: "give each network its own VNI, or join the members in one network")
        }
        checkDevices()
    }

    private func checkDevices() {
        let devices = draft.ports.flatMap { port in
            port.devices.map { $0.map(DeviceString.init) }
        }
        let interfaces = devices.compactMap { device in device.value.interface.map { Located($0, at: device.position) } }
        for (device, first) in repeats(in: devices.map { $0.map(\.identity) }) {
            findings.error(
                at: device.position, "device \(quoted(device.value)) is already used on line \(first.line)",
                advice: "give each port its own device; virtual ones differ in their number, as in net_tap0 and net_tap1")
        }
        for (name, first) in repeats(in: interfaces) {
            findings.error(
                at: name.position, "kernel interface \(quoted(name.value)) is already used on line \(first.line)",
                advice: "give each port its own `iface=`")
        }
    }
}

/// The parts of a DPDK device string that tell devices apart.
struct DeviceString {
    let text: String

    init(_ text: String) { self.text = text }

    private var parts: [Substring] { text.split(separator: ",", omittingEmptySubsequences: false) }

    /// The device without arguments; a PCI address in its full form, with its domain.
    var identity: String {
        let device = String(parts[0])
        guard isPCI else { return device }
        let address = device.lowercased()
        return address.utf8.count { $0 == UInt8(ascii: ":") } == 1 ? "0000:" + address : address
    }

    /// The kernel interface that a virtual device makes or takes.
    var interface: String? {
        parts.dropFirst().first { $0.hasPrefix("iface=") }.map { String($0.dropFirst("iface=".count)) }
    }

    /// `[domain:]bus:device.function`, in hexadecimal.
    var isPCI: Bool {
        let fields = parts[0].split(omittingEmptySubsequences: false) { $0 == ":" || $0 == "." }
        let colons = parts[0].utf8.count { $0 == UInt8(ascii: ":") }
        return (1...2).contains(colons) && fields.count == colons + 2 && fields.allSatisfy { UInt32($0, radix: 16) != nil }
    }

    /// The name of a driver for virtual devices, as far as they are common.
    var isVirtual: Bool { parts[0].hasPrefix("net_") || parts[0].hasPrefix("virtio_user") }
}
