/// An IPv4 address in dotted form.
struct IPv4Text: CustomStringConvertible {
    let address: UInt32
    init(_ address: UInt32) { self.address = address }
    var description: String { (0..<4).map { String(address >> (24 - 8 * $0) & 255) }.joined(separator: ".") }
}
