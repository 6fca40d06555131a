import Dispatch
import Foundation
import Glibc

/// The `openssl` program of this machine: the other implementation to agree with. Every run is bounded by `timeout`.
enum OpenSSLCommand {
    struct Output {
        let status: Int32
        let text: String
    }

    /// Runs to the end, with `input` as standard input.
    static func run(_ arguments: [String], input: String = "") throws -> Output {
        let process = RunningCommand(arguments)
        try process.start()
        process.send(input)
        process.endInput()
        return Output(status: process.wait(), text: process.output())
    }
}

/// A run of `openssl` that the test talks to.
final class RunningCommand: Sendable {
    private static let timeout = DispatchTimeInterval.seconds(20)

    private let process: Process
    private let input = Pipe()
    private let outputPipe = Pipe()

    init(_ arguments: [String]) {
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.standardInput = input
        process.standardOutput = outputPipe
        process.standardError = outputPipe
    }

    /// Starts the program, and sees to its end: whatever waits for it or reads from it then goes on, and fails.
    func start() throws {
        try process.run()
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.timeout) { [weak self] in self?.kill() }
    }

    func send(_ text: String) { try? input.fileHandleForWriting.write(contentsOf: Data(text.utf8)) }

    func endInput() { try? input.fileHandleForWriting.close() }

    /// The next output, up to and with the first line that contains `mark`; nil at the end.
    func line(containing mark: String) -> String? {
        var line: [UInt8] = []
        while let byte = try? outputPipe.fileHandleForReading.read(upToCount: 1)?.first {
            line.append(byte)
            guard byte == UInt8(ascii: "\n") else { continue }
            let text = String(decoding: line, as: UTF8.self)
            if text.contains(mark) { return text }
            line = []
        }
        return nil
    }

    /// All further output.
    func output() -> String {
        String(decoding: (try? outputPipe.fileHandleForReading.readToEnd()) ?? Data(), as: UTF8.self)
    }

    func wait() -> Int32 {
        process.waitUntilExit()
        return process.terminationStatus
    }

    func stop() {
        kill()
        process.waitUntilExit()
    }

    /// Not `terminate()`: a program started from a thread of the test runner inherits its blocked signals.
    private func kill() {
        if process.isRunning { Glibc.kill(process.processIdentifier, SIGKILL) }
    }
}

/// A folder for one test's files, removed with the value.
final class TemporaryFolder: Sendable {
    private let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("tls-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: url,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Writes a file and gives its path.
    func file(_ name: String, _ text: String) throws -> String {
        let file = url.appendingPathComponent(name)
        try Data(text.utf8).write(to: file)
        return file.path
    }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    func contents(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: url.appendingPathComponent(name)), as: UTF8.self)
    }
}
