/// `POST /v1/sessions/ID/closing`: what both ends said of a session that has ended; the relay then makes its receipt.
public struct ClosingRequest: Codable, Sendable {
    /// Canonical bytes of a `Receipts.ClosingStatement` as text, signed by both; nil where the client's program was gone.
    public var statement: String?

    /// A request.
    public init(statement: String?) { self.statement = statement }
}

/// `POST /v1/sessions/ID/receipt`: what became of the receipt.
public struct ReceiptRequest: Codable, Sendable {
    /// Canonical bytes of a `Receipts.Receipt` as text, with the signatures of operator and client as far as they signed.
    public var receipt: String

    /// A request.
    public init(receipt: String) { self.receipt = receipt }
}

/// The receipt of a session, from `GET /v1/sessions/ID/receipt` and both of the above.
public struct ReceiptAnswer: Codable, Sendable {
    /// Canonical bytes of a `Receipts.Receipt` as text.
    public var receipt: String
    /// Whether it is out for signing.
    public var isPending: Bool

    /// An answer.
    public init(receipt: String, isPending: Bool) {
        self.receipt = receipt
        self.isPending = isPending
    }
}
