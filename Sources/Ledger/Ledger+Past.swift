import Contracts

/// What happened at some time in the past.
package struct PastEntry: Sendable {
    let at: Int64
    let kind: String
    let payload: JSONValue

    /// An entry.
    ///
    /// - Parameters:
    ///   - at: when it was written down, Unix seconds.
    ///   - kind: the kind of event, as the column of that name has it.
    ///   - payload: the event's members.
    package init(at: Int64, kind: String, payload: JSONValue) {
        self.at = at
        self.kind = kind
        self.payload = payload
    }
}

extension Ledger {
    /// Appends entries with times of their own, all in one transaction under one signed head.
    ///
    /// For `lotse-bench` alone. What happens is written down entry by entry, each on the disk before it is acknowledged; a ledger of a
    /// million entries would take hours so. Chain, projections and head come from the code that writes single entries; what an entry
    /// may say is not checked here.
    package func append(past entries: [PastEntry]) async throws {
        try await store.append(
            past: entries.map { ($0.at, try LedgerEvent(kind: $0.kind, payload: $0.payload.canonicalBytes)) }
        )
    }
}
