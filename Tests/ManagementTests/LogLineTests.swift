import Foundation
import Logging
import Management
import Synchronization
import Testing

@Suite struct LogLineTests {
    @Test func `a line has time, level, label, message and sorted metadata`() {
        let line = LineLogHandler.line(
            time: Date(timeIntervalSince1970: 1_795_244_400), level: .info, label: "gateway", message: "port started",
            metadata: ["port": "lan0", "mtu": "1500", "device": "a \"b\"", "none": ""])
        #expect(line == #"2026-11-21T07:00:00Z info gateway: port started device="a \"b\"" mtu=1500 none="" port=lan0"# + "\n")
    }

    @Test func `a message of several lines becomes one`() {
        let line = LineLogHandler.line(
            time: Date(timeIntervalSince1970: 0), level: .error, label: "x", message: "a\nb", metadata: ["k": "c\r\nd"])
        #expect(line == "1970-01-01T00:00:00Z error x: a; b k=\"c; d\"\n")
    }

    @Test func `the metadata of the logger and of the message come together, and the level is kept`() {
        let lines = Mutex<[String]>([])
        let logger = Logger(label: "gateway") { label in
            LineLogHandler(label: label) { line in lines.withLock { $0.append(line) } }
        }
        var tagged = logger
        tagged[metadataKey: "port"] = "lan0"
        tagged.info("one", metadata: ["mtu": "9000"])
        tagged.debug("two")
        tagged.logLevel = .debug
        tagged.debug("three", metadata: ["port": "lan1"])
        let seen = lines.withLock { $0 }
        #expect(seen.count == 2)
        #expect(seen.first?.hasSuffix("info gateway: one mtu=9000 port=lan0\n") == true)
        #expect(seen.last?.hasSuffix("debug gateway: three port=lan1\n") == true)
    }
}
