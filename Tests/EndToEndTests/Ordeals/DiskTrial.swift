import Foundation
import Glibc
import RelayAPI
import Testing

/// One short session with a receipt, and an invoice, on a relay whose disk fails; then the same relay on a sound one.
struct DiskTrial {
    private let stage: Stage
    private let month: String
    private let port: String
    private var numbers = 0
    private(set) var findings: [String] = []
    /// What was acknowledged on the failing disk, and what failed there.
    private var acknowledged = 0
    private var refused = 0

    /// Keeps the folders of all three as they are before each run.
    init(on stage: Stage) async throws {
        self.stage = stage
        month = try await stage.makePast(contracts: 1, sessions: 1)
        try await stage.addContract()
        port = stage.port
        try await stage.stopRelay()
        try await Self.copy(from: stage.folder, to: stage.folder + "/before", on: stage)
    }

    var sentence: String {
        "\(acknowledged) times acknowledged and there after a restart, \(refused) times refused with a sentence; \(findings.count) findings"
    }

    /// Copies what relay, operator and client keep.
    private static func copy(from: String, to: String, on stage: Stage) async throws {
        let script = "mkdir -p $1 && rm -rf $1/relay $1/home $1/agent && cp -a $0/relay $0/home $0/agent $1/"
        let copy = try stage.start("/bin/sh", ["-c", script, from, to])
        guard try await copy.ended() == 0 else { throw Failure(copy.story) }
    }

    /// All that there is to try, in random order: each kind of call with each error, from the first call of a thread to the last that a
    /// session makes, and from there on.
    ///
    /// - Parameter counts: whether the calls of a sound session are counted first.
    mutating func faults(counts: Bool, using random: inout SeededGenerator) async throws -> [DiskFault] {
        var faults: [DiskFault] = []
        for calls in DiskFault.Calls.allCases {
            var most = calls.usual
            if counts { most = try await trace(DiskFault(calls: calls, error: "EIO", first: 60_000, stride: 1)).most }
            for error in ["EIO", "ENOSPC"] {
                let stride = max(4, most / 3)
                faults += (1...stride).map { DiskFault(calls: calls, error: error, first: $0, stride: stride) }
                faults += Swift.stride(from: 1, through: most, by: max(1, most / 10)).map {
                    DiskFault(calls: calls, error: error, first: $0)
                }
            }
        }
        return faults.shuffled(using: &random)
    }

    /// Does everything with one fault.
    ///
    /// - Returns: how many calls failed.
    mutating func run(_ fault: DiskFault) async throws -> Int {
        let (injected, _) = try await trace(fault)
        return injected
    }

    private mutating func trace(_ fault: DiskFault) async throws -> (injected: Int, most: Int) {
        numbers += 1
        try await Self.copy(from: stage.folder + "/before", to: stage.folder, on: stage)
        let log = stage.folder + "/streams/calls\(numbers)"
        let wrapper = fault.wrapper(folder: stage.relayFolder, log: log)
        let relay = try stage.start(
            wrapper[0],
            Array(wrapper.dropFirst()) + [
                Programs.relay, "serve", stage.relayFolder, "--listen", "127.0.0.1:\(port)",
            ]
        )
        let isReady = try await eventually("the relay is ready or says no", of: relay) {
            relay.status == nil ? (relay.output.contains("\n") ? true : nil) : false
        }
        var seen = Seen()
        if isReady {
            try await use(&seen, fault)
        } else {
            expect(relay.complainsClearly, fault, "the relay did not start without a word", relay)
        }
        relay.signal(numbers.isMultiple(of: 2) ? SIGKILL : SIGTERM)
        try await eventually("the relay is gone", within: .seconds(40), of: relay) { relay.status }
        expect(!relay.errorOutput.contains("Fatal error"), fault, "the relay stopped in the midst", relay)
        defer {
            seen.agent?.signal(SIGKILL)
            for argument in [seen.invitation, seen.session].compactMap(\.self) {
                for holder in stage.holders(of: argument) { kill(holder, SIGKILL) }
            }
        }
        try await stage.serve(port: port)
        try await check(seen, fault)
        try await stage.stopRelay()
        return DiskFault.read(log)
    }

    private mutating func expect(
        _ isTrue: Bool,
        _ fault: DiskFault,
        _ what: String,
        _ programs: Program?...
    ) {
        guard !isTrue else { return }
        findings.append("\(fault): \(what)\n\(programs.compactMap(\.self).map(\.story).joined())")
    }

    // MARK: - The session

    /// What the operator saw of it.
    private struct Seen {
        var agent: Program?
        var invitation: String?
        var session: String?
        var note = false
        var receipt: String?
        var invoice: String?
    }

    private mutating func use(_ seen: inout Seen, _ fault: DiskFault) async throws {
        if let invite = try await answer("invite", "minute", "--for", "the shop is slow", "--json", fault: fault) {
            let invitation = try JSONDecoder().decode(Invitation.self, from: Data(invite.utf8))
            let agent = try stage.agent(invitation.code + "\n", "--yes")
            seen.agent = agent
            seen.invitation = invitation.invitation
            stage.remember(remote: invitation.invitation)
            let connect = try stage.lotse("connect", "--background", "--json")
            // An agent that could not even join leaves nobody to wait for.
            try await eventually("there is a session or none", within: .seconds(60), of: connect, agent) {
                connect.status ?? agent.status
            }
            if connect.status == nil, !connect.errorOutput.contains("is there;") { connect.signal(SIGINT) }
            if try await ended(connect, fault) {
                struct Answer: Decodable { var session: String }
                let session = try JSONDecoder().decode(Answer.self, from: Data(connect.output.utf8)).session
                seen.session = session
                stage.remember(remote: session)
                try await work(session, &seen, fault)
            }
        }
        seen.invoice = try await answer("invoice", "client-000001", "--month", month, "--json", fault: fault)
    }

    private mutating func work(_ session: String, _ seen: inout Seen, _ fault: DiskFault) async throws {
        seen.note = try await answer("note", "<seen>", fault: fault) != nil
        let run = try await stage.run("run", "--", "echo", "there")
        expect(run.status == 0 && run.output == "there\n", fault, "a disk of the relay's stopped a command", run)
        if try await answer("pause", fault: fault) != nil { _ = try await answer("resume", fault: fault) }
        seen.receipt = try await answer("end", "--summary", "<mended>", "--json", fault: fault)
    }

    /// Standard output of a command that was acknowledged; nil where it failed with a sentence.
    private mutating func answer(_ arguments: String..., fault: DiskFault) async throws -> String? {
        let program = try stage.start(Programs.lotse, arguments)
        return try await ended(program, fault) ? program.output : nil
    }

    private mutating func ended(_ program: Program, _ fault: DiskFault) async throws -> Bool {
        let status = try await program.ended(within: .seconds(150))
        if status == 0 {
            acknowledged += 1
            return true
        }
        refused += 1
        expect(program.complainsClearly || status == 128 + SIGINT, fault, "no clear sentence", program)
        return false
    }

    // MARK: - On a sound disk

    private mutating func check(_ seen: Seen, _ fault: DiskFault) async throws {
        expect(try await stage.ledgerIsWhole(), fault, "the ledger is not whole")
        let rows = try await stage.json([SessionRow].self, "sessions", "--json")
        if let session = seen.session {
            let row = rows.first { $0.session == session }
            expect(row != nil, fault, "an acknowledged session is not there")
            let notes = row?.notes.count { $0.contains("<seen>") } ?? 0
            expect(notes == 1 || (notes == 0 && !seen.note), fault, "the note (\(seen.note)) is there \(notes) times")
            if let receipt = seen.receipt {
                expect(row?.summary == "<mended>" && row?.endedAt != nil, fault, "an acknowledged end is not there")
                let kept = try await stage.run("receipt", session, "--json")
                expect(kept.output == receipt, fault, "an acknowledged receipt is another now", kept)
            }
            if row?.endedAt == nil {
                let end = try await stage.run("end", "--summary", "<mended>", "--json")
                // A relay that could not even write that it was stopped told both ends, who left: its next process waits for them in vain,
                // and closes the session then.
                expect(
                    end.status == 0 || (end.complainsClearly && seen.agent?.status != nil),
                    fault,
                    "the session cannot be ended on a sound disk",
                    end,
                    seen.agent
                )
            }
        }
        let answer = try await stage.run("invoice", "client-000001", "--month", month, "--json")
        expect(answer.status == 0, fault, "no invoice on a sound disk", answer)
        expect(seen.invoice == nil || seen.invoice == answer.output, fault, "another invoice than acknowledged", answer)
        let list = try await stage.json([InvoiceSummary].self, "invoice", "list", "--json")
        expect(list.count == 1, fault, "\(list.count) invoices")
    }
}
