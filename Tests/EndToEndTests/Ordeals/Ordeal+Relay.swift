import Foundation
import Glibc
import Receipts
import RelayAPI
import Testing

/// The relay dies, again and again, and starts on the same folder and port.
extension Ordeal {
    mutating func killRelay(_ kills: Int, until deadline: ContinuousClock.Instant) async throws {
        let port = stage.port
        var session = try await open()
        while goesOn(kills, until: deadline) {
            if isOne(in: 12) {
                try await killWhileEnding(session, port)
                session = try await openMeanwhile(port)
            } else {
                try await killWhileWorking(session, port)
            }
        }
        try await end(session)
        try await conclude()
    }

    private mutating func killWhileWorking(_ session: Session, _ port: String) async throws {
        let commands = try startCommands()
        let (round, isRecord) = (next(), isOne(in: 5))
        let client = try stage.client()
        let writing = Task { await Self.write(round, session.id, isRecord, client) }
        try await wait(upTo: .milliseconds(500))
        try await restart(port)
        for (text, isAcknowledged) in await writing.value { noteEntry(text, isAcknowledged: isAcknowledged) }
        // As the crash left it, while the relay goes on.
        let stage = stage
        async let isWhole = stage.ledgerIsWhole()
        try await settle(commands, mayFail: false)
        count(\.resumptions)
        expect(try await isWhole, "the ledger is not whole")
        let row = try await stage.record(of: session.id)
        expect(row.endedAt == nil, "a session was over after a kill: \(row)", session.agent)
    }

    /// Asks for one entry after another until nobody answers.
    private static func write(_ round: Int, _ session: String, _ isRecord: Bool, _ client: RelayClient) async -> [(
        String, Bool
    )] {
        var entries: [(String, Bool)] = []
        for index in 0..<20 {
            let text = "\(round).\(index)"
            do {
                if isRecord {
                    let now = Int64(Date().timeIntervalSince1970)
                    let work = NewWorkRecord(
                        contract: "minute",
                        from: Timestamp(seconds: now - 7200).rfc3339,
                        to: Timestamp(seconds: now - 3600).rfc3339,
                        category: "support",
                        summary: "<\(text)>",
                        allowsOverlap: true
                    )
                    let _: SessionRecord = try await client.send(.POST, RelayRoute.records, body: work)
                } else {
                    let note = NoteRequest(text: "<\(text)>")
                    let _: SessionRecord = try await client.send(.POST, RelayRoute.session(session, "note"), body: note)
                }
                entries.append((text, true))
            } catch {
                entries.append((text, false))
                break
            }
        }
        return entries
    }

    /// Kills the relay, sometimes once more while it starts, and lets it serve again.
    private mutating func restart(_ port: String) async throws {
        guard let relay = stage.relay else { throw Failure("there is no relay") }
        relay.signal(SIGKILL)
        try await relay.ended()
        count(\.kills)
        while isOne(in: 4) {
            let next = try stage.start(Programs.relay, ["serve", stage.relayFolder, "--listen", "127.0.0.1:\(port)"])
            try await wait(upTo: .milliseconds(500))
            next.signal(SIGKILL)
            try await next.ended()
            count(\.kills)
        }
        try await stage.serve(port: port)
    }

    /// The relay dies while a session is being ended and its receipt signed.
    private mutating func killWhileEnding(_ session: Session, _ port: String) async throws {
        let text = "\(next())"
        let end = try stage.lotse("end", "--summary", "<\(text)>", "--json")
        try await wait(upTo: .milliseconds(900))
        try await restart(port)
        let status = try await end.ended(within: .seconds(150))
        expect(status == 0 || end.complainsClearly, "no clear sentence", end)
        noteEntry(text, isAcknowledged: status == 0)
        noteReceipt(end)
        try await closed(session, unless: text)
        let receipt = try await receipt(of: session)
        expect(status != 0 || receipt == end.output, "another receipt than the one that was shown", end)
        expect(try await stage.ledgerIsWhole(), "the ledger is not whole")
    }

    /// The relay dies while a session is being opened, or it does not.
    private mutating func openMeanwhile(_ port: String) async throws -> Session {
        while isOne(in: 2) {
            let opening = try await beginOpening()
            try await wait(upTo: .milliseconds(1500))
            try await restart(port)
            if let session = try await finish(opening) { return session }
        }
        return try await open()
    }
}
