import FoundationEssentials
import TerminalText

/// `lotse-agent doctor`: what the doctor found, for a person or for a script.
public struct DoctorPage: Sendable {
    private let doctor: Doctor
    private let screen: ClientScreen
    private let phrases: Phrases

    /// The page about a configuration's relay.
    ///
    /// - Parameter memory: the file in which relays are remembered.
    public init(_ configuration: AgentConfiguration, memory: String, screen: ClientScreen, phrases: Phrases) {
        self.init(doctor: Doctor(configuration, memory: memory, phrases: phrases), screen: screen)
    }

    init(doctor: Doctor, screen: ClientScreen) {
        self.doctor = doctor
        self.screen = screen
        phrases = doctor.phrases
    }

    private struct Report: Codable {
        var relay: String
        var ok: Bool
        var checks: [Doctor.Finding]
    }

    /// Looks and shows.
    ///
    /// - Parameter json: prints JSON instead of lines.
    /// - Returns: The exit status: 0 where nothing is in the way, else 1.
    public func show(json: Bool = false) async -> Int32 {
        if !json { screen.lines([phrases.wayTo("\(doctor.relay)"), ""]) }
        let findings = await doctor.findings { check in
            if !json { screen.status(phrases.looking(check)) }
        }
        screen.status(nil)
        let bad = findings.first { !$0.ok }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let report = Report(relay: "\(doctor.relay)", ok: bad == nil, checks: findings)
            if let bytes = try? encoder.encode(report) { screen.line(String(decoding: bytes, as: UTF8.self)) }
        } else {
            for finding in findings { screen.lines(lines(finding)) }
            let rest = Doctor.Check.allCases.filter { check in !findings.contains { $0.check == check } }
            let verdict = bad.map { phrases.blockedBy($0.check, notLookedAt: rest) } ?? phrases.nothingBlocked
            screen.line("")
            screen.notice(verdict)
        }
        return bad == nil ? 0 : 1
    }

    /// A row of three columns, the sentence in lines of its own below each other where there is a terminal.
    private func lines(_ finding: Doctor.Finding) -> [String] {
        let titles = Doctor.Check.allCases.map { phrases.title($0).count }.max() ?? 0
        let states = max(phrases.inOrder.count, phrases.wrong.count)
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        let head =
            "  \(padded(phrases.title(finding.check), titles))  "
            + "\(padded(finding.ok ? phrases.inOrder : phrases.wrong, states))  "
        guard screen.isTerminal else { return [head + finding.message] }
        let text = TerminalText.wrapped(finding.message, columns: screen.output.columns, indentation: head.count)
        return text.enumerated().map { $0 == 0 ? head + $1.dropFirst(head.count) : $1 }
    }
}
