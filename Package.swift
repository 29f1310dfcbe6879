// swift-tools-version: 6.1
// The module graph below is the architecture: each target may use only what it lists. See docs/ARCHITECTURE.md.

import PackageDescription

/// The CPU that code is generated for: any x86-64-v2 machine unless MARCH says otherwise (`MARCH=native make`).
let cpu = Context.environment["MARCH"] ?? "x86-64-v2"

#if arch(arm64)
let multiarch = "/usr/include/aarch64-linux-gnu"
let cpuFlags: [String] = Context.environment["MARCH"].map { ["-march=\($0)"] } ?? []
#else
let multiarch = "/usr/include/x86_64-linux-gnu"
let cpuFlags = ["-march=\(cpu)"]
#endif

/// SwiftPM cannot read Debian's libdpdk.pc, so the include paths are given here.
let dpdkIncludes = ["-isystem/usr/include/dpdk", "-isystem\(multiarch)/dpdk"]
let cFlags = dpdkIncludes + cpuFlags

/// Flags for a Swift target that imports CShims: the clang importer needs the same paths and CPU, and `-Xcc -march` also sets
/// the CPU of the generated Swift code.
let shimUser: [SwiftSetting] = [
    .unsafeFlags(cFlags.flatMap { ["-Xcc", $0] }),
    .unsafeFlags(["-warnings-as-errors"]),
]

let dpdkLibraries = [
    "rte_eal", "rte_ethdev", "rte_mempool", "rte_mbuf", "rte_ring", "rte_net", "rte_net_ring", "rte_bus_vdev", "rte_hash", "rte_meter",
    "rte_net_bond",
]

let package = Package(
    name: "viaduct",
    products: [
        .executable(name: "viaduct", targets: ["viaduct"]),
        .executable(name: "viaduct-pktgen", targets: ["viaduct-pktgen"]),
        .executable(name: "mactable-stress", targets: ["mactable-stress"]),
    ],
    dependencies: [
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // The only code that sees a DPDK, libnuma or kernel header.
        .target(
            name: "CShims",
            path: "CShims",
            cSettings: [.unsafeFlags(cFlags + ["-Wall", "-Wextra", "-Werror", "-fno-strict-aliasing"])],
            linkerSettings: dpdkLibraries.map { .linkedLibrary($0) } + [.linkedLibrary("numa")]
        ),
        // Everything a worker executes, in one module, so that it is optimised as one.
        .target(
            name: "Dataplane",
            dependencies: ["CShims"],
            swiftSettings: shimUser + [.unsafeFlags(["-enforce-exclusivity=unchecked"])]
        ),
        // Configuration, reconciliation, ageing, neighbours, events. Never touches a forwarded packet.
        .target(
            name: "Gateway",
            dependencies: [
                "Dataplane",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: shimUser
        ),
        // The local API and its client.
        .target(
            name: "Management",
            dependencies: [
                "Gateway",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: shimUser
        ),
        // The command line.
        .executableTarget(
            name: "viaduct",
            dependencies: [
                "Gateway",
                "Management",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: shimUser
        ),
        // What only benchmarks need of DPDK.
        .target(
            name: "CBench", dependencies: ["CShims"], path: "Benchmarks/CBench",
            cSettings: [.unsafeFlags(cFlags + ["-Wall", "-Wextra", "-Werror", "-fno-strict-aliasing"])]),
        // Streams of frames, the tables they need, and statistics: what the benchmarks share.
        .target(
            name: "BenchSupport", dependencies: ["CBench", "CShims", "Dataplane"], path: "Benchmarks/BenchSupport", swiftSettings: shimUser),
        // Cycles per packet of workers; Benchmarks/run sets it beside others.
        .executableTarget(
            name: "viaduct-bench",
            dependencies: [
                "BenchSupport", "CBench", "CShims", "Dataplane", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Benchmarks/ViaductBench", swiftSettings: shimUser),
        // Cycles and instructions of each stage and table, one at a time.
        .executableTarget(
            name: "viaduct-microbench",
            dependencies: [
                "BenchSupport", "CBench", "CShims", "Dataplane", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Benchmarks/MicroBench", swiftSettings: shimUser),
        // Traffic for a gateway in another process or machine: loss, order and latency, and the highest rate without loss.
        .target(
            name: "PacketGenerator",
            dependencies: ["CShims", "Dataplane", .product(name: "Histogram", package: "hdrhistogram-swift")],
            path: "Benchmarks/PacketGenerator/Engine",
            swiftSettings: shimUser + [.unsafeFlags(["-enforce-exclusivity=unchecked"])]
        ),
        .executableTarget(
            name: "viaduct-pktgen",
            dependencies: ["Dataplane", "PacketGenerator", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            path: "Benchmarks/PacketGenerator/Command",
            swiftSettings: shimUser
        ),
        // The MAC table under many threads, to be run with the thread sanitizer.
        .executableTarget(
            name: "mactable-stress", dependencies: ["BenchSupport", "Dataplane"], path: "Benchmarks/MACTableStress", swiftSettings: shimUser
        ),
        .testTarget(
            name: "DataplaneTests", dependencies: ["BenchSupport", "CShims", "Dataplane", "mactable-stress"],
            resources: [.copy("Captures")], swiftSettings: shimUser),
        .testTarget(name: "PacketGeneratorTests", dependencies: ["CShims", "Dataplane", "PacketGenerator"], swiftSettings: shimUser),
        .testTarget(name: "GatewayTests", dependencies: ["Gateway"], swiftSettings: shimUser),
        .testTarget(name: "ManagementTests", dependencies: ["Management"], swiftSettings: shimUser),
    ]
)
