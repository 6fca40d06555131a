import FoundationEssentials

extension Contract {
    /// Every term as a JSON value: member names are the property names, absent optional terms have no member.
    public var canonicalJSON: JSONValue {
        do {
            return try JSONValue(encoding: self)
        } catch {
            // `JSONValue(encoding:)` throws for floating-point numbers, integers beyond Int64, non-string keys of
            // dictionaries and encoders that throw by themselves. A contract is built from strings, Bool, Int64,
            // string-keyed dictionaries and enums of strings, whatever a file or a peer says: it has none of these.
            preconditionFailure("a contract holds only strings, booleans and 64-bit integers: \(error)")
        }
    }

    /// What is hashed and signed: RFC 8785 of `canonicalJSON`.
    public var canonicalBytes: [UInt8] { canonicalJSON.canonicalBytes }

    /// Reads canonical bytes back, strictly: bytes that this value would not write itself (another order, unknown
    /// members, a term that this program does not know) are refused, since their hash would not be this contract's.
    ///
    /// Throws `ContractsError` of kind `notCanonical`.
    public init(canonicalBytes bytes: [UInt8]) throws(ContractsError) {
        guard let contract = try? JSONDecoder().decode(Contract.self, from: Data(bytes)),
            contract.canonicalBytes == bytes
        else {
            throw ContractsError(
                kind: .notCanonical,
                sentence: "the contract's bytes are not in canonical form",
                mend: "use the same version of the program on both sides"
            )
        }
        self = contract
    }
}
