import Billing
import Contracts

/// From raw events to cents: how the lines of an invoice were computed, step by step, for whoever checks it with pencil and paper.
public struct Explanation: Codable, Hashable, Sendable {
    /// A line of the invoice with the steps that lead to it.
    public struct Step: Codable, Hashable, Sendable {
        /// The line's number; nil for what concerns all of them.
        public var line: Int?
        /// The steps, in order, a sentence each.
        public var text: [String]
    }

    /// The invoice's number.
    public let number: String
    /// Its lines and, where the whole was asked for, its totals.
    public let steps: [Step]

    /// Explains an invoice.
    ///
    /// - Parameters:
    ///   - bills: the sessions of its months, computed from the ledger.
    ///   - credits: what its months give back.
    ///   - versions: the contract's.
    ///   - only: one line's number; nil for all lines and the totals.
    /// - Throws: `outOfRange` where the invoice has no such line, or says something else than the ledger.
    public init(
        _ invoice: Invoice,
        bills: [SessionBill],
        credits: [CreditBill] = [],
        versions: [ContractVersion],
        line only: Int? = nil
    ) throws(InvoicingError) {
        let lines = invoice.lines.filter { only == nil || $0.number == only }
        guard !lines.isEmpty else {
            throw InvoicingError(
                .outOfRange,
                "invoice \(invoice.number) has no line \(only ?? 0); it has \(invoice.lines.count)"
            )
        }
        number = invoice.number
        var steps: [Step] = []
        var told: Set<String> = []
        for line in lines {
            var text = ["\(line.text): \(Cents.text(line.netCents)) \(invoice.currency)"]
            if let session = line.session {
                let back = line.credit == nil ? nil : credits.first { $0.credit.session == session }
                guard let bill = back?.bill ?? bills.first(where: { $0.session.session == session }),
                    let version = versions.first(where: { $0.number == bill.version }),
                    (back == nil) == (line.credit == nil),
                    (back?.lines ?? bill.lines).contains(where: { line.isAbout($0) })
                else {
                    throw InvoicingError(
                        .outOfRange,
                        "line \(line.number) is not what the ledger says of session \(session)"
                    )
                }
                if let back, told.insert("back " + session).inserted { text += Self.steps(of: back, line, version) }
                if told.insert(session).inserted { text += SessionSteps(bill, version).text }
            }
            steps.append(Step(line: line.number, text: text + [line.product]))
        }
        if only == nil { steps.append(Step(line: nil, text: invoice.totals)) }
        self.steps = steps
    }

    /// Why a session is given back; its own steps are those by which it was billed.
    private static func steps(of back: CreditBill, _ line: InvoiceLine, _ version: ContractVersion) -> [String] {
        let date = version.zone.date(at: back.credit.givenAt)
        let what = back.credit.asWarranty ? "accepted as warranty" : "given back"
        let bill = line.credit?.original.map { "invoice \($0.number) of \($0.issueDate)" } ?? "this invoice"
        var text = [
            "session \(back.credit.session) \(what) on \(date): \(back.credit.reason.singleLine)",
            "each line that billed it (\(bill)) is turned around: \(Cents.text(back.bill.netCents)) -> "
                + Cents.text(back.netCents),
        ]
        if back.bill.quotaSeconds > 0 {
            let quota = SessionSteps.clock(back.bill.quotaSeconds)
            text.append("included time: \(quota) come back as a lot of \(back.period)")
        }
        return text
    }

    /// As it is printed.
    public var text: String {
        steps.map { step in
            let title = step.line.map { "line \($0)  " } ?? "totals  "
            let rest = step.text.dropFirst().map { "\n    \($0)" }.joined()
            return title + (step.text.first ?? "") + rest + "\n"
        }
        .joined(separator: "\n")
    }
}

extension InvoiceLine {
    /// Whether a bill's line is this one.
    fileprivate func isAbout(_ line: Line) -> Bool {
        line.kind == kind && line.session == session && line.seconds == seconds && line.percentBp == percentBp
            && line.netCents == netCents
    }

    /// The multiplication, with its remainder before it is rounded half up (rule 8).
    fileprivate var product: String {
        guard unit != .month else { return "the fee of a month: \(quantity) x \(price)" }
        guard price.units != 0 else { return "\(Self.clock(seconds)) cost nothing" }
        let percent = kind == .surcharge ? " x \(BasisPoints.text(percentBp)) %" : ""
        let rate = kind == .surcharge ? Cents.text(centsPerHour) : price.description
        return
            "\(seconds) s x \(rate) per hour\(percent) / 3600 = \(Self.exact(netOf: self)) -> \(Cents.text(netCents))"
    }

    /// The net with four decimals of a cent cut off, exactly.
    private static func exact(netOf line: InvoiceLine) -> String {
        let divisor = Int128(3600) * (line.kind == .surcharge ? 10_000 : 1)
        let factor = Int128(line.kind == .surcharge ? line.percentBp : 1)
        let scaled = Int128(line.seconds) * Int128(line.centsPerHour) * factor * 10_000
        return decimal(scaled / divisor) + (scaled % divisor == 0 ? "" : "...")
    }

    /// A number of millionths.
    private static func decimal(_ millionths: Int128) -> String {
        let (whole, rest) = millionths.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
        let digits = String(rest)
        let fraction = String(repeating: "0", count: 6 - digits.count) + digits
        let short = fraction.prefix(2) + String(String(fraction.dropFirst(2)).trimmedZeros)
        return "\(millionths < 0 ? "-" : "")\(whole).\(short)"
    }

    fileprivate static func clock(_ seconds: Int64) -> String { SessionSteps.clock(seconds) }
}

extension String {
    /// Without the zeros at its end.
    fileprivate var trimmedZeros: Substring {
        var rest = self[...]
        while rest.last == "0" { rest.removeLast() }
        return rest
    }
}

extension Invoice {
    fileprivate var totals: [String] {
        let groups = groups.map { group in
            let percent = BasisPoints.text(group.vat.percentBp)
            return "\(Cents.text(group.netCents)) net x \(percent) % = \(Cents.text(group.vatCents)) VAT, rounded once"
        }
        let sum = "\(Cents.text(netCents)) + \(Cents.text(vatCents)) = \(Cents.text(grossCents)) \(currency)"
        return ["\(Cents.text(grossCents)) \(currency)"] + groups + [sum]
    }
}
