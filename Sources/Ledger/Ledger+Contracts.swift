internal import GRDB

extension Ledger {
    /// Stores the next version of a contract; terms identical to the newest version's return that version.
    ///
    /// - Parameters:
    ///   - contract: the contract's name.
    ///   - canonical: the canonical terms (RFC 8785), at most 1 MiB; kept byte for byte.
    ///   - hash: the hash of the terms, 64 lowercase hexadecimal digits. The ledger does not compute it.
    ///   - source: the file as written, at most 1 MiB.
    /// - Throws: `notFound` or `revoked` for the operator, `invalid`.
    public func addContract(
        _ contract: String,
        canonical: String,
        hash: String,
        source: String,
        by name: String
    ) async throws -> ContractRecord {
        try Check.name(contract, "a contract's name")
        try Check.hash(hash, "a contract's hash")
        try Check.text(canonical, "a contract", atMost: 1 << 20)
        try Check.text(source, "a contract's file", atMost: 1 << 20)
        return try await store.append { db, _ in
            _ = try OperatorRecord.active(name, in: db)
            let newest = try ContractRecord.fetch(contract, nil, in: db)
            // Compared as bytes: strings that only look alike are equal to Swift.
            if let newest, newest.hash == hash, newest.canonical.utf8.elementsEqual(canonical.utf8) { return nil }
            return .contractAdded(
                ContractAdded(
                    contract: contract,
                    version: (newest?.version ?? 0) &+ 1,
                    hash: hash,
                    canonical: canonical,
                    source: source,
                    operator: name
                )
            )
        } result: { db in
            guard let newest = try ContractRecord.fetch(contract, nil, in: db) else {
                throw LedgerError(.internal, "a contract was added and is not there; run lotse-relay verify")
            }
            return newest
        }
    }

    /// The newest version of every contract, by name.
    public func contracts() async throws -> [ContractRecord] {
        try await store.read {
            try $0.rows(
                """
                SELECT * FROM contracts AS newest
                WHERE version = (SELECT MAX(version) FROM contracts WHERE contract = newest.contract)
                ORDER BY contract
                """,
                [],
                ContractRecord.init(row:)
            )
        }
    }

    /// One version of a contract, the newest without `version`.
    public func contract(_ contract: String, version: Int64? = nil) async throws -> ContractRecord? {
        try await store.read { try ContractRecord.fetch(contract, version, in: $0) }
    }

    /// All versions of a contract, oldest first.
    public func versions(of contract: String) async throws -> [ContractRecord] {
        try await store.read { try ContractRecord.versions(of: contract, in: $0) }
    }
}
