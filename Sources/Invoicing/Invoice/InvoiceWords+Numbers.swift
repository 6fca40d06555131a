import Billing
import Contracts

/// Numbers, days and times as a reader of the language writes them.
extension InvoiceWords {
    /// `1.234,56` or `1,234.56`; a negative amount has a minus sign (U+2212).
    func amount(_ cents: Int64) -> String {
        let (whole, fraction) = cents.magnitude.quotientAndRemainder(dividingBy: 100)
        let point = isGerman ? "," : "."
        return "\(cents < 0 ? "−" : "")\(grouped(whole))\(point)\(twoDigits(Int(fraction)))"
    }

    /// `1.234,56 €` or `€1,234.56`.
    func euro(_ cents: Int64) -> String {
        if isGerman { return "\(amount(cents))\u{A0}€" }
        return cents < 0 ? "−€\(amount(0 &- cents))" : "€\(amount(cents))"
    }

    /// A price with all its decimals.
    func price(_ price: UnitPrice) -> String {
        let parts = price.description.split(separator: ".")
        let whole = grouped(UInt64(parts.first ?? "0") ?? 0)
        let number = "\(whole)\(isGerman ? "," : ".")\(parts.last ?? "00")"
        return isGerman ? "\(number)\u{A0}€" : "€\(number)"
    }

    /// `12,5 %`.
    func percent(_ basisPoints: Int64) -> String {
        let text = BasisPoints.text(basisPoints)
        return "\(isGerman ? String(text.map { $0 == "." ? "," : $0 }) : text)\u{A0}%"
    }

    /// `05.11.2026` or `5 Nov 2026`.
    func day(_ date: LocalDate) -> String {
        if isGerman { return "\(twoDigits(date.day)).\(twoDigits(date.month)).\(date.year)" }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return "\(date.day) \(months[date.month - 1]) \(date.year)"
    }

    /// `November 2026`.
    func month(_ month: LocalMonth) -> String {
        let names =
            isGerman
            ? [
                "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
                "November", "Dezember",
            ]
            : [
                "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                "November", "December",
            ]
        return "\(names[month.month - 1]) \(month.year)"
    }

    /// `21:30`.
    func time(_ clock: WallClock) -> String { "\(twoDigits(clock.hour)):\(twoDigits(clock.minute))" }

    /// `1:05 h`, with seconds where there are any: `1:05:30 h`.
    func duration(_ seconds: Int64) -> String {
        let all = seconds.magnitude
        let rest = all % 60 == 0 ? "" : ":\(twoDigits(Int(all % 60)))"
        return "\(seconds < 0 ? "−" : "")\(all / 3600):\(twoDigits(Int(all / 60 % 60)))\(rest)\u{A0}h"
    }

    private func grouped(_ number: UInt64) -> String {
        let digits = Array(String(number))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += isGerman ? "." : "," }
            text.append(digit)
        }
        return text
    }
}
