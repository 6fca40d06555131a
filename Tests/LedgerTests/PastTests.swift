import Contracts
import Receipts
import Testing

@testable import Ledger

struct PastTests {
    @Test(
        "entries of the past stand under one head, in the same chain as those before and after, and the check accepts them"
    )
    func past() async throws {
        let fixture = try Fixture()
        let ledger = try fixture.open()
        let count = try await ledger.head().count
        try await ledger.append(
            past: (1...700).map { number in
                PastEntry(
                    at: Int64(number),
                    kind: "operatorAdded",
                    payload: [
                        "name": .string("o\(number)"), "role": "operator", "tokenHash": .string(sha("\(number)")),
                        "tokenExpiresAt": 9,
                    ]
                )
            }
        )
        #expect(try await ledger.head().count == count + 700)
        #expect(try await ledger.operators().count == 700)
        #expect(try await ledger.entries(from: count + 1, limit: 1).map(\.at) == [1])
        try await ledger.revokeOperator(name: "o7")
        try await ledger.close()
        let report = try fixture.verify()
        #expect(report.ok, "\(report)")
        #expect(report.entries == count + 701)
    }

    @Test("where one of them fits nothing, none is written")
    func misfit() async throws {
        let fixture = try Fixture()
        let ledger = try fixture.open()
        let head = try await ledger.head()
        let good = PastEntry(
            at: 1,
            kind: "operatorAdded",
            payload: ["name": "jana", "role": "owner", "tokenHash": .string(sha("1")), "tokenExpiresAt": 9]
        )
        for bad in [
            PastEntry(at: 1, kind: "operatorAdded", payload: ["name": "jana"]),
            PastEntry(at: 1, kind: "rain", payload: [:]),
            PastEntry(at: 1, kind: "operatorRevoked", payload: ["name": "piet"]),
        ] {
            await #expect(throws: (any Error).self) { try await ledger.append(past: [good, bad]) }
        }
        #expect(try await ledger.head() == head)
        #expect(try await ledger.operators().isEmpty)
    }
}
