import Billing
import Contracts

/// A month's issued invoices as a booking batch that a tax adviser imports: DATEV format EXTF 700, category 21,
/// version 13.
public enum DATEVBatch {
    /// The file: Windows-1252, semicolons, CRLF, decimal commas. Its name must begin with `EXTF_` and end in `.csv`.
    ///
    /// One booking for each VAT group that is not 0.00: receivables in debit (S) to revenue, gross; for a Storno the same
    /// in credit (H). The tax of a revenue account is computed by DATEV. The batch is not locked.
    ///
    /// - Parameters:
    ///   - invoices: those of other months are left out, and so are dry runs.
    ///   - month: of the issue dates.
    ///   - accounts: nil: those beside `datev.revenueAccount`.
    ///   - createdAt: now.
    /// - Throws: `notExportable` where supplier.yaml has no `datev`; `outOfRange` for an amount of more than 10 digits
    ///   before the comma.
    public static func bytes(
        _ invoices: [Invoice],
        month: LocalMonth,
        supplier: Supplier,
        accounts: DATEVAccounts? = nil,
        createdAt: Instant
    ) throws(InvoicingError) -> [UInt8] {
        guard let numbers = supplier.datev else {
            let sentence = "a booking batch needs the numbers of the tax adviser"
            throw InvoicingError(.notExportable, "\(sentence) (write datev: in supplier.yaml)")
        }
        let accounts = accounts ?? DATEVAccounts(revenueAccount: numbers.revenueAccount)
        var rows = [try head(month, numbers, accounts, createdAt), columns]
        for invoice in invoices where !invoice.isDraft && LocalMonth(invoice.issueDate) == month {
            for group in invoice.groups where group.netCents != 0 || group.vatCents != 0 {
                rows.append(try booking(invoice, group, accounts))
            }
        }
        return rows.flatMap { WindowsText.bytes($0) + [0x0D, 0x0A] }
    }

    private static func head(
        _ month: LocalMonth,
        _ numbers: Supplier.DATEV,
        _ accounts: DATEVAccounts,
        _ createdAt: Instant
    ) throws(InvoicingError) -> String {
        let created = String(createdAt.compact.filter(\.isNumber)) + "000"
        let (first, last) = (try month.firstDay, try month.lastDay)
        return [
            quoted("EXTF"), "700", "21", quoted("Buchungsstapel"), "13", created, "", quoted("RE"), quoted(""),
            quoted(""),
            "\(numbers.consultant)", "\(numbers.client)", "\(month.year)0101",
            "\(max(4, "\(accounts.standard)".count))",
            first.compact, last.compact, quoted("Rechnungen \(month)"), quoted(""), "1", "0", "0", quoted("EUR"), "",
            quoted(""), "", "", quoted(accounts.chart), "", "", quoted(""), quoted(""),
        ].joined(separator: ";")
    }

    private static func booking(
        _ invoice: Invoice,
        _ group: Invoice.Group,
        _ accounts: DATEVAccounts
    ) throws(InvoicingError) -> String {
        let gross = try Exact.sum([group.netCents, group.vatCents])
        guard gross.magnitude < 1_000_000_000_000 else { throw Exact.tooLarge }
        // What is given back makes a group negative; amounts are positive, so the side changes.
        let isDebit = (invoice.kind == .invoice) == (gross > 0)
        let amount = Cents.text(gross < 0 ? -gross : gross).split(separator: ".").joined(separator: ",")
        let name = invoice.kind == .cancellation ? "Storno \(invoice.original?.number ?? ""), " : ""
        var cells: [Int: String] = [
            1: amount, 2: quoted(isDebit ? "S" : "H"), 3: quoted(invoice.currency), 7: "\(accounts.receivables)",
            8: "\(accounts.revenue(group.vat))", 10: dayAndMonth(invoice.issueDate),
            11: quoted(document(invoice.number)),
            14: quoted(limited("\(name)\(invoice.buyer.name)", to: 60)), 114: "0",
        ]
        if let due = invoice.dueDate { cells[117] = "\(dayAndMonth(due))\(due.year)" }
        if group.vat.category == .reverseCharge { cells[40] = quoted(invoice.buyer.vatId ?? "") }
        return (1...columnCount).map { cells[$0] ?? (textColumns.contains($0) ? quoted("") : "") }.joined(
            separator: ";"
        )
    }

    private static func dayAndMonth(_ date: LocalDate) -> String { "\(twoDigits(date.day))\(twoDigits(date.month))" }

    /// Belegfeld 1 knows letters, digits and `$&%*+-/` only, 36 of them.
    private static func document(_ number: String) -> String {
        String(
            number.prefix(36).map { character in
                let isKnown = character.isASCII && (character.isLetter || character.isNumber)
                return isKnown || "$&%*+-/".contains(character) ? character : "-"
            }
        )
    }

    private static func limited(_ text: String, to count: Int) -> String { String(text.singleLine.prefix(count)) }

    static func quoted(_ text: String) -> String {
        "\"\(text.map { $0 == "\"" ? "\"\"" : "\($0)" }.joined())\""
    }
}
