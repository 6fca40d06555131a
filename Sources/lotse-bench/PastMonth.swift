import Billing
import Contracts
import FoundationEssentials
import TimeZoneFiles

/// The month that was over last, in the contracts' time zone.
struct PastMonth {
    static let timeZone = "Europe/Berlin"

    /// `2026-11`.
    let text: String
    /// The day before it: from then on the contracts are in force.
    let eve: Int64
    /// The first second, Unix seconds.
    let start: Int64
    /// The first second after it.
    let end: Int64

    /// - Parameter now: Unix seconds.
    init(before now: Int64) throws {
        guard let zone = TimeZoneFile.rules(of: Self.timeZone) else {
            throw PastError("this machine does not know the time zone \(Self.timeZone) (install tzdata)")
        }
        let month = Billing.LocalMonth(zone.date(at: try Instant(seconds: now))).previous
        text = "\(month)"
        start = month.start(in: zone)
        end = month.next.start(in: zone)
        eve = start - 86_400
    }
}

/// Why there is no ledger of the past.
struct PastError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
