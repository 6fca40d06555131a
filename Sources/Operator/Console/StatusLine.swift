import RelayAPI
import TerminalText

/// The line above the prompt: the session's clock, what it comes to so far, what is left of the included time, and how far away the
/// client is.
struct StatusLine: Sendable, Equatable {
    /// Contract, clock, and whether it stands still.
    var clock: String
    /// Whether it does.
    var isPaused: Bool
    /// The rest, the most important first.
    var fields: [String]

    init(_ status: HolderStatus) {
        let isAway = status.isDisconnected == true
        let mark =
            isAway
            ? " no connection" : status.isPausedByClient ? " paused by the client" : status.isPaused ? " paused" : ""
        clock = "\(TerminalText.name(status.contract, limit: 40)) \(DurationText.clock(status.rawSeconds))\(mark)"
        isPaused = status.isPaused || isAway
        fields = []
        if let cents = status.netCents, let currency = status.currency {
            fields.append("\(MoneyText.amount(cents)) \(TerminalText.name(currency, limit: 3)) so far")
        }
        if let left = status.quotaLeftSeconds { fields.append("\(DurationText.clock(left)) included left") }
        if !isAway, let milliseconds = status.roundTripMilliseconds { fields.append("\(milliseconds) ms away") }
    }

    /// As it stands in a window of so many columns; what has no room is left out, from the end.
    func text(columns: Int) -> String {
        let room = max(columns - 1, 1)
        guard clock.count <= room else { return String(clock.prefix(room)) }
        return fields.reduce(into: clock) { line, field in
            let longer = line + "   " + field
            if longer.count <= room { line = longer }
        }
    }
}
