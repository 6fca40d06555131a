import Foundation
import Glibc

/// A network of its own for a client's machine, with one cable to this one: its address changes, and it carries only so much.
final class NetworkNamespace: Sendable {
    /// Whether this process may make one (network_namespaces(7)).
    static let isPossible =
        getuid() == 0 && access("/sbin/ip", X_OK) == 0 && access("/sbin/tc", X_OK) == 0
        && {
            let name = "lotse-try-\(getpid())"
            defer { try? run("ip", "netns", "del", name) }
            return (try? run("ip", "netns", "add", name)) != nil
        }()

    private let name = "lotse-\(UInt32.random(in: 0...0xFFFF_FFFF))"
    private let network: String
    /// The end of the cable at this machine, and that at the client's.
    private let ends: (here: String, there: String)

    private init() {
        network = "10.\(Int.random(in: 64...127)).\(Int.random(in: 0...255))"
        let number = String(UInt32.random(in: 0x1000_0000...0xFFFF_FFFF), radix: 16)
        ends = ("lh" + number, "lt" + number)
    }

    /// This machine, as the client's sees it.
    var host: String { network + ".1" }
    /// What starts a program at the client's machine.
    var wrapper: [String] { ["/sbin/ip", "netns", "exec", name] }

    static func with<Result>(_ body: (NetworkNamespace) async throws -> Result) async throws -> Result {
        let namespace = NetworkNamespace()
        defer { try? run("ip", "netns", "del", namespace.name) }
        try namespace.make()
        return try await body(namespace)
    }

    private func make() throws {
        try Self.run("ip", "netns", "add", name)
        try Self.run("ip", "link", "add", ends.here, "type", "veth", "peer", "name", ends.there, "netns", name)
        try Self.run("ip", "addr", "add", host + "/24", "dev", ends.here)
        try Self.run("ip", "link", "set", ends.here, "up")
        try inside("ip", "link", "set", "lo", "up")
        try inside("ip", "addr", "add", network + ".2/24", "dev", ends.there)
        try inside("ip", "link", "set", ends.there, "up")
    }

    /// The client's machine goes to another network: nobody is told, and what had the old address is heard no more.
    func roam() throws {
        try inside("ip", "addr", "del", network + ".2/24", "dev", ends.there)
        try inside("ip", "addr", "add", network + ".3/24", "dev", ends.there)
    }

    /// What the client's machine sends goes no faster than this (tc-tbf(8)).
    func limit(megabits: Int) throws {
        try inside(
            "tc",
            "qdisc",
            "add",
            "dev",
            ends.there,
            "root",
            "tbf",
            "rate",
            "\(megabits)mbit",
            "burst",
            "64kb",
            "latency",
            "400ms"
        )
    }

    /// How many bytes the client's machine has sent.
    func sent() throws -> Int {
        let text = try String(contentsOfFile: "/sys/class/net/\(ends.here)/statistics/rx_bytes", encoding: .utf8)
        guard let count = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw Failure("no count of bytes: \(text)")
        }
        return count
    }

    private func inside(_ command: String...) throws { try Self.run(["ip", "netns", "exec", name] + command) }

    private static func run(_ command: String...) throws { try run(command) }

    private static func run(_ command: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/sbin/" + command[0])
        process.arguments = Array(command.dropFirst())
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(command.joined(separator: " ")) }
    }
}
