import ArgumentParser

/// `lotse-load echo`.
struct EchoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "echo",
        abstract: "Send one byte at a time, and say how long its echo takes."
    )

    @OptionGroup var options: WayOptions

    @Option(help: "How many bytes.")
    var count = 1000

    @Option(help: "How many milliseconds from one echo to the next byte.")
    var pause = 1

    /// The first echoes, which find everything cold.
    private static let warmUp = 50

    private struct Answer: Encodable {
        /// Nanoseconds from the write of a byte to the read of its echo.
        let p50: Int64
        let p99: Int64
    }

    func run() async throws {
        let times = try await options.way().pair().type(every: .milliseconds(Int64(pause)))
        let count = max(1, count)
        try await times.wait(for: Self.warmUp + count, within: .seconds(60))
        let percentiles = Percentiles(Array(times.take().dropFirst(Self.warmUp).prefix(count)))
        try answer(Answer(p50: percentiles.p50, p99: percentiles.p99))
    }
}
