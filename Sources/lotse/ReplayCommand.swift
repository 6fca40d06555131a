import ArgumentParser
import Contracts
import Operator
import RelayAPI

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Play the transcript of a session that was.",
        discussion: """
            Says first whether the recording is the one of which the signed receipt has the digest (exit status 1 where it is not). On a \
            terminal it plays at its own pace, Ctrl-C leaves; elsewhere all of it comes at once, as plain text. What was typed is not recorded, \
            only what was to be seen. Contracts say after how many days a transcript is deleted.

            Example:
              lotse replay s-8k2m4n6p8q3r5t7v --speed 4 --maximum-pause 2s
              lotse replay s-8k2m4n6p8q3r5t7v --list
            """
    )

    @Argument(help: "The session.")
    var session: String

    @Option(name: .long, help: "How many times as fast: 0.1 to 1000.")
    var speed: Double = 1

    @Option(name: .long, help: "Pauses are no longer than this: 2s.")
    var maximumPause: String?

    @Flag(name: .long, help: "The list of actions instead.")
    var list = false

    @OptionGroup var output: JSONFlag

    func run() async throws {
        guard (0.1...1000).contains(speed) else {
            throw OperatorError(.usage, "--speed takes a number from 0.1 to 1000 (--speed 4)")
        }
        let pause = try maximumPause.map { text in
            guard let seconds = try? Seconds.parse(text), seconds > 0 else {
                throw OperatorError(.usage, "\"\(text)\" is not a duration (--maximum-pause 2s)")
            }
            return Duration.seconds(min(seconds, 86_400))
        }
        let home = try OperatorHome.standard()
        home.transcripts.forgetOld(at: Timestamp.now.seconds)
        let kept = try KeptTranscript(of: session, in: home)
        await Screen.tell(kept.sentence)
        if output.json {
            try await Screen.print(JSON.text(kept.summary))
        } else if list {
            try await Screen.print(kept.plainList())
        } else {
            let signals = Signals()
            let replay = Replay(
                speed: speed,
                longestPause: pause,
                output: .standard,
                signals: signals.numbers,
                tell: Screen.tell
            )
            do {
                let status = try await replay.play(kept.recording())
                if status != 0 { throw ExitCode(status) }
            } catch is OutputDescriptor.ReaderIsGone {
                throw ExitCode(128 + 13)
            }
        }
        if !kept.isRight { throw ExitCode.failure }
    }
}
