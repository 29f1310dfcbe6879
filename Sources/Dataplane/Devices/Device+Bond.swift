import CShims

package enum BondMode: Sendable {
    case activeBackup, balance, lacp

    var number: UInt8 {
        switch self {
        case .activeBackup: VD_BOND_ACTIVE_BACKUP
        case .balance: VD_BOND_BALANCE
        case .lacp: VD_BOND_LACP
        }
    }
}

package enum BondHash: Sendable {
    case l2, l23, l34

    var number: UInt8 {
        switch self {
        case .l2: VD_BOND_HASH_L2
        case .l23: VD_BOND_HASH_L23
        case .l34: VD_BOND_HASH_L34
        }
    }
}

extension Device {
    /// Makes one device of several, which are opened but not started: starting it starts them. At most ``Device/bondMembersMaximum`` of them.
    package static func bond(_ name: String, _ mode: BondMode, _ hash: BondHash, _ members: [Device]) throws(DeviceError) -> Device {
        var number: UInt16 = 0
        var stage: UnsafePointer<CChar>?
        let mark = EAL.log.count
        let numbers = members.map(\.number)
        let node = (try? members.first?.info.node) ?? -1
        let result = vd_bond_create(name, mode.number, hash.number, numbers, UInt16(numbers.count), Int32(node), &number, &stage)
        guard result == 0 else {
            throw .start(
                device: name, stage: stage.map { String(cString: $0) } ?? "make the bond",
                reason: EAL.complaint(after: mark) ?? EAL.describe(result))
        }
        return Device(number: number, arguments: name)
    }

    package static let bondMembersMaximum = Int(VD_BOND_MEMBERS_MAX)

    /// Of a bond: whether each of its members carries traffic at present.
    package func activeMembers(of members: [Device]) -> [Bool] {
        let bits = vd_bond_active(number, members.map(\.number), UInt16(members.count))
        return members.indices.map { bits & 1 << UInt32($0) != 0 }
    }
}
