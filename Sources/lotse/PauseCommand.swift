import ArgumentParser
import Operator

struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Stop the session's clock; commands have to wait.",
        discussion: "Example:\n  lotse pause"
    )

    @OptionGroup var choice: SessionOption

    func run() async throws {
        let record = try await HolderClient.with(OperatorHome.standard(), session: choice.session) {
            try await $0.pause()
        }
        Screen.tellNow("the clock stands at \(DurationText.clock(record.rawSeconds))")
    }
}
