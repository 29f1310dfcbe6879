import CShims
import Dataplane

/// Answers ARP for the VTEPs of an underlay port, and learns the gateway's MAC. Called with the packets that are not traffic, so seldom.
package struct Responder {
    private let port: UInt16
    private let pool: PacketPool
    private let mac: MACAddress
    private let vteps: ClosedRange<UInt32>
    private let gateway: UInt32
    /// Zero until the gateway has been heard.
    package private(set) var gatewayMAC = MACAddress.zero

    package init(port: UInt16, pool: PacketPool, mac: MACAddress, _ outer: OuterPlan) {
        self.port = port
        self.pool = pool
        self.mac = mac
        vteps = outer.firstVTEP...outer.lastVTEP
        gateway = outer.gateway
    }

    /// False when it is not ARP.
    mutating func take(_ packet: UnsafePointer<vd_mbuf>) -> Bool {
        let start = UnsafeRawPointer(packet.pointee.buf_addr) + Int(packet.pointee.data_off)
        let frame = UnsafeRawBufferPointer(start: start, count: Int(packet.pointee.data_len))
        guard let arp = ARP.parse(frame) else { return false }
        if arp.sender == gateway { gatewayMAC = arp.senderMAC }
        if arp.isRequest, vteps.contains(arp.target) { send(ARP.reply(to: arp, mac: mac)) }
        return true
    }

    /// Asks for the gateway's MAC.
    package func ask() { send(ARP.request(for: gateway, from: vteps.lowerBound, mac: mac)) }

    /// What the device does not take is lost; whoever asked asks again.
    private func send(_ bytes: [UInt8]) {
        var packet = pool.packet(bytes)
        if let taken = packet, vd_tx_burst(port, 0, &packet, 1) == 0 { vd_mbuf_free(taken) }
    }
}
