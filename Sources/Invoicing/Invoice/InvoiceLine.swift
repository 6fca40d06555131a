import Billing
import Contracts

/// A line of an invoice (BG-25). Quantity times price over base quantity, rounded half up, is the net to the cent.
public struct InvoiceLine: Codable, Hashable, Sendable {
    /// What is counted (BT-130, UN/ECE Recommendation 20).
    public enum Unit: String, Codable, Hashable, Sendable, CaseIterable {
        /// Whole minutes.
        case minute = "MIN"
        /// Whole seconds.
        case second = "SEC"
        /// Months, for the fee.
        case month = "MON"

        /// How many of it the price is for (BT-149): time is priced by the hour (rule 10).
        public var baseQuantity: Int64 {
            switch self {
            case .minute: 60
            case .second: 3600
            case .month: 1
            }
        }
    }

    /// The line's number (BT-126), 1 for the first.
    public var number: Int
    /// What it is (BT-153), as on the bill.
    public var text: String
    /// When it was and what was done (BT-154).
    public var detail: String?
    /// What the line is for.
    public var kind: Line.Kind
    /// The session's id; nil for the fee.
    public var session: String?
    /// Where the line gives the session back: why, and which invoice had billed it.
    public var credit: Invoice.Credit?
    /// How much (BT-129); negative where something is given back.
    public var quantity: Int64
    /// Of what (BT-130).
    public var unit: Unit
    /// The net price for `unit.baseQuantity` of it (BT-146), never negative (BR-27).
    public var price: UnitPrice
    /// Cents per hour; of a surcharge the price that it is a percentage of; 0 for the fee and for what is free.
    public var centsPerHour: Int64
    /// A surcharge's percentage in basis points, else 0.
    public var percentBp: Int64
    /// Category and percentage (BT-151, BT-152).
    public var vat: Contract.VAT
    /// The net in cents (BT-131).
    public var netCents: Int64

    /// The time that the line tells of, in seconds; 0 for the fee.
    public var seconds: Int64 {
        switch unit {
        case .minute: quantity &* 60
        case .second: quantity
        case .month: 0
        }
    }
}

extension InvoiceLine {
    /// A bill's line as a line of an invoice.
    ///
    /// Throws `outOfRange` where the net is not what quantity and price give: the line would contradict itself.
    init(_ number: Int, _ entry: InvoiceContent.Entry, detail: String?) throws(InvoicingError) {
        let line = entry.line
        self.number = number
        text = line.text.singleLine
        self.detail = detail
        kind = line.kind
        session = line.session
        credit = entry.credit
        centsPerHour = line.centsPerHour
        percentBp = line.percentBp
        vat = entry.vat
        netCents = line.netCents
        switch line.kind {
        case .retainer:
            // The fee given back is minus one month, since no price is negative (BR-27).
            (quantity, unit) = (line.netCents < 0 ? -1 : 1, .month)
            price = UnitPrice(cents: line.netCents < 0 ? 0 &- line.netCents : line.netCents)
        case .time, .warranty, .surcharge:
            unit = line.seconds.isMultiple(of: 60) ? .minute : .second
            quantity = unit == .minute ? line.seconds / 60 : line.seconds
            price =
                line.kind == .surcharge
                ? try UnitPrice(surchargeOn: line.centsPerHour, percentBp: line.percentBp)
                : UnitPrice(cents: line.centsPerHour)
        }
        let computed = try price.netCents(quantity: quantity, baseQuantity: unit.baseQuantity)
        guard price.units >= 0, computed == netCents else {
            let amounts = "\(Cents.text(computed)), not \(Cents.text(netCents))"
            throw InvoicingError(
                .outOfRange,
                "line \(number) costs \(amounts) (lotse explain shows how it is computed)"
            )
        }
    }
}

extension String {
    /// The text on one line, without control and bidirectional characters: it may come from a client's machine.
    var singleLine: String {
        let cleaned = unicodeScalars.map { $0.isUnsafeToShow ? " " : String($0) }.joined()
        return cleaned.split(separator: " ").joined(separator: " ")
    }
}
