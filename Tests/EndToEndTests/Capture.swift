import Foundation
import Glibc
import Testing

/// All that goes over one port of this machine, as tcpdump writes it down.
struct Capture {
    private let stage: Stage
    private let tcpdump: Program
    private let file: String

    /// Whether there is a tcpdump that may listen.
    static let isPossible: Bool = {
        geteuid() == 0
            && (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
                .contains { FileManager.default.isExecutableFile(atPath: "\($0)/tcpdump") }
    }()

    /// Starts one and waits until it listens.
    init(_ stage: Stage, port: String) async throws {
        self.stage = stage
        file = stage.folder + "/files/capture"
        // Not another user's (-Z), whose files the stage's folder has no room for.
        tcpdump = try stage.start(
            "tcpdump",
            [
                "-i", "lo", "-Z", "root", "-U", "--immediate-mode", "-B", "16384", "-s", "0", "-w", file,
                "tcp port \(port)",
            ]
        )
        try await tcpdump.complains("listening on lo")
    }

    /// Ends it once what it has written down is complete: it writes a moment later than the network.
    func ended(when isComplete: (CapturedStreams) -> Bool) async throws -> CapturedStreams {
        let streams = try await eventually("the capture is complete", within: .seconds(20), of: tcpdump) {
            let streams = try CapturedStreams(Data(contentsOf: URL(fileURLWithPath: file)))
            return isComplete(streams) ? streams : nil
        }
        tcpdump.signal(SIGINT)
        guard try await tcpdump.ended() == 0 else { throw Failure(tcpdump.story) }
        return streams
    }
}

/// The payload of each direction of each captured TCP connection over IPv4, in order.
struct CapturedStreams: Sendable, CustomStringConvertible {
    private struct Stream {
        /// The sequence number of the first byte: the one after SYN's (RFC 9293 §3.4).
        var start: UInt32?
        var segments: [(sequence: UInt32, bytes: ArraySlice<UInt8>)] = []

        /// Each of the machine's processors hands on what was sent from it, so segments may be captured in another order than they were sent.
        var bytes: [UInt8]? {
            guard let start else { return nil }
            var bytes: [UInt8] = []
            let placed = segments.map { (offset: Int($0.sequence &- start), bytes: $0.bytes) }
            for segment in placed.sorted(by: { $0.offset < $1.offset }) {
                guard segment.offset <= bytes.count else { return nil }
                bytes += segment.bytes.dropFirst(bytes.count - segment.offset)
            }
            return bytes
        }
    }

    /// Nil where something is missing between what was captured.
    let all: [[UInt8]?]

    /// Reads a capture (pcap-savefile(5), little endian, LINKTYPE_ETHERNET).
    init(_ capture: Data) throws {
        let bytes = [UInt8](capture)
        func number(_ index: Int, _ count: Int) -> Int { bytes[index..<index + count].reduce(0) { $0 << 8 | Int($1) } }
        func little(_ index: Int) -> Int { bytes[index..<index + 4].reversed().reduce(0) { $0 << 8 | Int($1) } }
        guard bytes.count > 24, little(0) == 0xA1B2_C3D4, little(20) == 1 else { throw Failure("no capture") }
        var streams: [[UInt8]: Stream] = [:]
        var packet = 24
        while packet + 16 <= bytes.count {
            let start = packet + 16
            let end = start + little(packet + 8)
            packet = end
            guard end <= bytes.count, end - start >= 54, number(start + 12, 2) == 0x0800 else { continue }
            let segment = start + 14 + Int(bytes[start + 14] & 15) * 4
            let content = segment + Int(bytes[segment + 12] >> 4) * 4
            let ending = start + 14 + number(start + 16, 2)
            guard content <= ending, ending <= end else { continue }
            // The two ports: all addresses are this machine's.
            let key = Array(bytes[segment..<segment + 4])
            let sequence = UInt32(number(segment + 4, 4))
            let isSYN = bytes[segment + 13] & 2 != 0
            if isSYN { streams[key, default: Stream()].start = sequence &+ 1 }
            if content < ending, !isSYN {
                streams[key, default: Stream()].segments.append((sequence, bytes[content..<ending]))
            }
        }
        all = streams.values.map(\.bytes)
    }

    /// How many bytes of protected application data there are, where each stream is whole and TLS records from its first byte to its last; else nil.
    var applicationDataBytes: Int? {
        var total = 0
        for stream in all {
            guard let stream else { return nil }
            var index = 0
            while index < stream.count {
                // RFC 8446 §5.1: type, version, length.
                guard index + 5 <= stream.count, (20...23).contains(stream[index]), stream[index + 1] == 3 else {
                    return nil
                }
                let length = Int(stream[index + 3]) << 8 | Int(stream[index + 4])
                if stream[index] == 23 { total += length }
                index += 5 + length
            }
            guard index == stream.count else { return nil }
        }
        return total
    }

    var description: String { "\(all.count) streams of \(all.map { $0.map { "\($0.count)" } ?? "?" }) bytes" }

    func contains(_ text: String) -> Bool {
        all.contains { stream in (stream ?? []).withUnsafeBytes { ByteSearch.finds(text, in: $0) } }
    }
}
