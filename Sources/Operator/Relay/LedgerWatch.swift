import RelayAPI
import TLS

/// Watches that the relay's ledger only grows.
///
/// The last head that the relay showed is kept. Each new one must be signed by a key that the authority certified, be no
/// shorter, and contain the entry that was last then.
enum LedgerWatch {
    static let file = "ledger.head"

    /// Checks what the relay shows against what it showed before.
    ///
    /// - Returns: the head to keep.
    /// - Throws: `OperatorError` (`ledger`).
    static func check(_ answer: HeadAnswer, after known: SignedHead?, authority: Certificate) throws -> SignedHead {
        let certificate = try Certificate(pem: answer.certificate)
        guard answer.head.isSigned(by: certificate, of: authority) else {
            throw failure("the relay's ledger is not signed by a key that the relay's authority certified")
        }
        guard let known else { return answer.head }
        guard answer.head.count >= known.count else {
            let lost = known.count - answer.head.count
            throw failure(
                "THE RELAY'S LEDGER WAS ROLLED BACK: it had \(known.count) entries, now it has \(answer.head.count); "
                    + "\(lost) \(lost == 1 ? "is" : "are") gone"
            )
        }
        let hashNow = answer.head.count == known.count ? answer.head.hash : answer.hashAtCount
        guard hashNow == known.hash else {
            throw failure("THE RELAY'S LEDGER WAS REWRITTEN: entry \(known.count) is not the one that it was")
        }
        return answer.head
    }

    private static func failure(_ sentence: String) -> OperatorError {
        OperatorError(
            .ledger,
            "\(sentence) (ask who runs the relay; to accept the ledger as it is now, remove \(file) from the folder of lotse)"
        )
    }
}
