import Contracts

/// Something that an invoice says and that is not so.
public struct InvoiceFinding: Hashable, Sendable {
    /// Where: `line 3`, `VAT S 19 %`, `total`, `seller`.
    public var place: String
    /// What is wrong, without a full stop.
    public var sentence: String

    init(_ place: String, _ sentence: String) {
        self.place = place
        self.sentence = sentence
    }

    /// Two amounts that should be one; nil where they are.
    init?(_ place: String, says cents: Int64, computed: Int64, from source: String) {
        guard cents != computed else { return nil }
        self.init(place, "says \(Cents.text(cents)), but \(source) gives \(Cents.text(computed))")
    }
}

extension InvoiceFinding: CustomStringConvertible {
    /// `line 3: says 12.34, but 60 MIN at 95.00 gives 12.35`.
    public var description: String { "\(place): \(sentence)" }
}
