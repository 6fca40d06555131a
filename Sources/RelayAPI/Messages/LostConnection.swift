/// Why a session ended of which nobody took leave: what the relay writes as its reason.
public enum LostConnection: String, Sendable, CaseIterable {
    /// The client's end is gone.
    case client = "the client's connection was lost"
    /// The operator's end is gone.
    case `operator` = "the operator's connection was lost"
    /// One of the two is gone, or both.
    case either = "a connection was lost"
}

extension SessionRecord {
    /// Whether the relay ended it since an end was gone and did not come back.
    public var endedByLostConnection: Bool {
        endedBy == "relay" && reason.flatMap(LostConnection.init) != nil
    }
}
