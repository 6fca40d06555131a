/// What the operator's end saw of a session's actions, to hold against the list that the agent makes.
public struct SeenActions: Sendable {
    private var asked: [ActionRecord.Request: Int] = [:]
    private var accepted: [ActionRecord] = []

    /// Nothing yet.
    public init() {}

    /// An action is asked for.
    public mutating func ask(_ request: ActionRecord.Request) { asked[request, default: 0] += 1 }

    /// The actions that the agent accepted, as far as they were seen.
    public mutating func accept(_ records: [ActionRecord]) { accepted = records }

    /// Whether a list tells of these actions and of no others.
    ///
    /// An action whose result was seen is in the list with the very same output and result. One that broke off before, at whichever end, is
    /// in it by its name and parameters: how much of it the agent had sent, only the agent knows. And the list has nothing that was not asked
    /// for, as often as it was. Side by side actions have no order that both ends see, so that none counts.
    public func agrees(with listed: [ActionRecord]) -> Bool {
        var exchanges: [ActionRecord.Exchange: Int] = [:]
        var requests: [ActionRecord.Request: Int] = [:]
        for record in listed {
            guard record.isConsistent else { return false }
            exchanges[.init(record), default: 0] += 1
            requests[.init(record), default: 0] += 1
        }
        // First all that were asked for at all: what is left over there was invented.
        for (request, count) in requests where count > asked[request, default: 0] { return false }
        for record in accepted where record.endedSeconds != nil {
            guard let count = exchanges[.init(record)], count > 0 else { return false }
            exchanges[.init(record)] = count - 1
            requests[.init(record), default: 0] -= 1
        }
        for record in accepted where record.endedSeconds == nil {
            guard let count = requests[.init(record)], count > 0 else { return false }
            requests[.init(record)] = count - 1
        }
        return true
    }
}
