import Contracts
import FoundationEssentials
import Ledger
import Receipts
import Relay
import TLS

/// A relay's folder whose ledger holds a month of sessions: true entries, signatures and chain, written many at a time.
struct PastLedger {
    static let operatorName = "jana"

    let month: PastMonth
    private let ledger: Ledger
    private let contracts: [PastContract]
    private let sessions: Int
    private let consents: Bool
    private let operatorKey: PrivateKey

    init(folder: String, contracts: Int, sessions: Int, consents: Bool) async throws {
        let month = try PastMonth(before: Int64(Date().timeIntervalSince1970))
        self.month = month
        self.sessions = sessions
        self.consents = consents
        operatorKey = try PrivateKey.generate(.p256)
        try RelaySetup(path: folder, clock: RelayClock(wall: { month.eve }, monotonicMilliseconds: { 0 }))
            .initialize(hosts: ["127.0.0.1"])
        let pem = try Data(contentsOf: URL(fileURLWithPath: folder + "/ledger/ledger.key"))
        ledger = try Ledger.open(in: folder + "/ledger", signer: SigningKey(pem: Array(pem)))
        let day = Date(timeIntervalSince1970: TimeInterval(month.eve)).formatted(.iso8601.year().month().day())
        self.contracts = try (1...contracts).map { try PastContract($0, since: day) }
    }

    /// Writes everything down and closes the ledger.
    func fill() async throws {
        try await ledger.append(past: [owner])
        try await ledger.append(
            past: contracts.map { PastEntry(at: month.eve, kind: "contractAdded", payload: $0.added) }
        )
        let step = 1000
        for first in stride(from: 0, to: sessions + PastSession.entryCount, by: step) {
            try await ledger.append(past: try (first..<first + step).flatMap(entries))
        }
        try await ledger.close()
    }

    /// The operator, whose token was good for a day back then; `lotse-relay operator add` gives another.
    private var owner: PastEntry {
        PastEntry(
            at: month.eve,
            kind: "operatorAdded",
            payload: [
                "name": .string(Self.operatorName), "role": "owner", "tokenHash": .string(Digest.sha256("spent").hex),
                "tokenExpiresAt": .integer(month.eve + 86_400),
            ]
        )
    }

    /// All that happens in one moment: a session begins, and those before it go on, so that entries stand in the order of time.
    private func entries(in moment: Int) throws -> [PastEntry] {
        try (0..<PastSession.entryCount).compactMap { place in
            let number = moment - place
            guard (0..<sessions).contains(number) else { return nil }
            let session = PastSession(number, contract: contracts[number % contracts.count])
            return try session.entry(place, at: time(of: moment), operatorKey: consents ? operatorKey : nil)
        }
    }

    /// Moments lie evenly over the month, but for some seconds that make sessions of different length.
    private func time(of moment: Int) -> Int64 {
        let length = (month.end - month.start) / Int64(sessions + PastSession.entryCount)
        return month.start + Int64(moment) * length + Int64(moment * 7919 % 17) * length / 34
    }
}
