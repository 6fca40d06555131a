import ArgumentParser
import Glibc
import Redaction

/// `lotse-load redact`.
struct RedactCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redact",
        abstract: "Black secrets out of standard input, as the agent does with a log."
    )

    func run() throws {
        var redactor = Redactor()
        var input = [UInt8](repeating: 0, count: 64 * 1024)
        var output: [UInt8] = []
        while true {
            let count = read(STDIN_FILENO, &input, input.count)
            guard count >= 0 else { throw LoadError("standard input cannot be read") }
            if count == 0 { break }
            input.withUnsafeBytes { redactor.append(UnsafeRawBufferPointer(rebasing: $0.prefix(count)), into: &output) }
            try write(&output)
        }
        redactor.finish(into: &output)
        try write(&output)
    }

    private func write(_ output: inout [UInt8]) throws {
        var sent = 0
        while sent < output.count {
            let count = output.withUnsafeBytes { bytes in
                let rest = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(sent))
                return Glibc.write(STDOUT_FILENO, rest.baseAddress, rest.count)
            }
            guard count > 0 else { throw LoadError("standard output takes nothing") }
            sent += count
        }
        output.removeAll(keepingCapacity: true)
    }
}
