import Foundation
import Glibc
import Testing

extension Mishaps {
    /// 5 endings × 40 ways to get away: 200 processes that try to outlive a session.
    @Suite("What tries to outlive a session")
    struct LeftoverTests {
        private static let contract = ExampleContract.text + "access: { grants: [run, shell, logs] }\n"

        enum Ending: String, CaseIterable, Sendable {
            case byOperator, byClient, hungUpAgent, killedAgent, killedHolder
        }

        /// Shell commands that start `sleep ARGUMENT` so that it should survive, each as it stands in a script.
        private static let ways: [@Sendable (_ sleep: String) -> String] = [
            { "nohup \($0) >/dev/null 2>&1 &" },
            { "nohup \($0) &" },
            { "setsid \($0) >/dev/null 2>&1 &" },
            { "setsid -f \($0)" },
            { "(\($0) &)" },
            { "((\($0) >/dev/null 2>&1 &) &)" },
            { "sh -c '\($0) & exit 0' &" },
            { "(trap '' HUP INT TERM QUIT; exec \($0)) &" },
            { "(trap '' HUP INT TERM QUIT; setsid \($0) </dev/null >/dev/null 2>&1 &) &" },
            { "setsid sh -c 'setsid sh -c \"setsid \($0) & exit 0\" & exit 0' &" },
            { "setsid sh -c '(trap \"\" HUP TERM; cd /; exec \($0) <&- >&- 2>&-) & exit 0' &" },
            { "nohup setsid sh -c '\($0) & wait' >/dev/null 2>&1 &" },
            { "sh -c 'kill -STOP $$; :' & \($0) &" },
            { "(setsid sh -c 'kill -STOP $$' &) ; (setsid \($0) &)" },
            { "sh -c 'while :; do \($0); done' &" },
            { "(trap '' HUP TERM; while :; do \($0); done) >/dev/null 2>&1 &" },
            { "setsid sh -c 'while :; do \($0); done' >/dev/null 2>&1 &" },
            { "exec 9>&1; setsid \($0) 9>&1 &" },
            { "setsid nice -n 19 \($0) &" },
            { "setsid timeout --foreground 86400 \($0) &" },
        ]

        @Test("has ended two seconds after it, in a command and in a shell", arguments: Ending.allCases)
        func ended(ending: Ending) async throws {
            try await Stage.with(resumeSeconds: 0) { stage in
                try await stage.addContract(Self.contract)
                let session = try await stage.session(agentOptions: ["--grant", "run,shell,logs"])
                var arguments: [String] = []
                func script(_ name: String) throws -> String {
                    var lines: [String] = []
                    for way in Self.ways {
                        let argument = "86400.\(UInt32.random(in: 100_000_000...999_999_999))"
                        stage.remember(remote: argument)
                        arguments.append(argument)
                        lines.append(way("sleep \(argument)"))
                    }
                    return try stage.write(name, lines.joined(separator: "\n") + "\necho started\nsleep 86400\n")
                }
                let command = try stage.lotse("run", "--", "sh", try script("command.sh"), input: .open)
                let typed = try script("shell.sh")
                try await withShell(stage) { screen in
                    try await screen?.type(". \(typed)")
                    let wanted = screen == nil ? Array(arguments.prefix(Self.ways.count)) : arguments
                    try await eventually("all of them run", within: .seconds(30)) {
                        wanted.allSatisfy { !Processes.with(argument: $0).isEmpty } ? true : nil
                    }
                    try await Self.end(session, ending, stage)
                    let moment = ContinuousClock.now
                    try await eventually("none of them is left", within: .seconds(10)) {
                        wanted.allSatisfy { Processes.with(argument: $0).isEmpty } ? true : nil
                    }
                    #expect(ContinuousClock.now - moment < .seconds(2))
                }
                _ = try await command.ended(within: .seconds(20))
                _ = try await session.agent.ended(within: .seconds(30))
            }
        }

        /// Opens a shell where there is a terminal to open it in.
        private func withShell(_ stage: Stage, _ body: (Screen?) async throws -> Void) async throws {
            guard Screen.isPossible else { return try await body(nil) }
            try await Screen.with(stage, Programs.lotse, "shell") { screen in
                try await screen.shows("a prompt") { $0.last.map { $0.hasSuffix("$") || $0.hasSuffix("#") } == true }
                try await body(screen)
            }
        }

        /// Ends the session and returns in the moment in which that is known.
        private static func end(_ session: Session, _ ending: Ending, _ stage: Stage) async throws {
            switch ending {
            case .byOperator:
                let end = try stage.lotse("end", "--summary", "done")
                try await eventually("the agent says so", of: end) {
                    session.agent.output.contains("jana ended the session.") ? true : nil
                }
            case .byClient: session.agent.signal(SIGTERM)
            case .hungUpAgent: session.agent.signal(SIGHUP)
            case .killedAgent: session.agent.signal(SIGKILL)
            case .killedHolder:
                kill(session.holder, SIGKILL)
                try await eventually("the agent says so") {
                    session.agent.errorOutput.contains("the connection was lost")
                        || session.agent.output.contains("stopped after") ? true : nil
                }
            }
        }
    }
}
