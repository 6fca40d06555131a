extension Phrases {
    /// `1 hour 30 minutes`; `0 seconds` for nothing, and for what is less.
    func duration(_ seconds: Int64) -> String {
        let all = max(seconds, 0)
        let parts = [
            count(all / 3600, say("hour", "Stunde"), say("hours", "Stunden")),
            count(all / 60 % 60, say("minute", "Minute"), say("minutes", "Minuten")),
            count(all % 60, say("second", "Sekunde"), say("seconds", "Sekunden")),
        ].compactMap(\.self)
        return parts.isEmpty ? say("0 seconds", "0 Sekunden") : parts.joined(separator: " ")
    }

    private func count(_ number: Int64, _ one: String, _ many: String) -> String? {
        number == 0 ? nil : "\(number) \(number == 1 ? one : many)"
    }

    /// `00:12:34`, hours as many as there are.
    static func clock(_ seconds: Int64) -> String {
        let all = max(seconds, 0)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(all / 3600)):\(two(all / 60 % 60)):\(two(all % 60))"
    }

    /// How long something took: `0.2 s`, then `1 minute 5 seconds`.
    func elapsed(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        guard seconds < 60 else { return self.duration(seconds) }
        return "\(max(seconds, 0))\(say(".", ","))\(max(attoseconds, 0) / 100_000_000_000_000_000) s"
    }

    /// `95.00 EUR`.
    func money(cents: Int64, currency: String) -> String {
        let amount = cents.magnitude
        let rest = amount % 100
        let sign = cents < 0 ? "-" : ""
        return "\(sign)\(amount / 100)\(say(".", ","))\(rest < 10 ? "0" : "")\(rest) \(currency)"
    }

    /// `19 %`, `19.5 %`.
    func percentage(basisPoints: Int64) -> String {
        let (whole, fraction) = basisPoints.magnitude.quotientAndRemainder(dividingBy: 100)
        let sign = basisPoints < 0 ? "-" : ""
        let digits =
            fraction == 0
            ? ""
            : say(".", ",") + (fraction < 10 ? "0\(fraction)" : fraction % 10 == 0 ? "\(fraction / 10)" : "\(fraction)")
        return "\(sign)\(whole)\(digits) %"
    }
}
