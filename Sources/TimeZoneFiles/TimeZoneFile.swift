import Billing
import Contracts

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// # TimeZoneFiles: the system's time zones for `Billing`, which reads no file itself
///
/// One function: the rules of a zone by its IANA name, from the system's TZif files (RFC 9636; Debian's package `tzdata`).
public enum TimeZoneFile {
    /// Where systems keep them, best first.
    private static let folders = ["/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo"]
    /// The largest file of all zones has 4 KiB; what is larger is none.
    private static let largest = 256 * 1024

    /// The rules of a zone, such as `Europe/Berlin`; `nil` where this machine does not know it.
    public static func rules(of zone: String) -> TimeZoneRules? {
        guard isName(zone) else { return nil }
        for folder in folders {
            guard let bytes = read("\(folder)/\(zone)"), let rules = try? TimeZoneRules(tzif: bytes) else { continue }
            return rules
        }
        return nil
    }

    /// Names come from contracts: they must not lead anywhere else.
    private static func isName(_ zone: String) -> Bool {
        let parts = zone.split(separator: "/", omittingEmptySubsequences: false)
        return zone.utf8.count <= 64
            && parts.allSatisfy { part in
                guard let first = part.utf8.first, first != UInt8(ascii: "."), first != UInt8(ascii: "-") else {
                    return false
                }
                return part.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"):
                        true
                    default: "+-_".utf8.contains(byte)
                    }
                }
            }
    }

    private static func read(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 8192)
        while bytes.count <= largest {
            let count = systemRead(descriptor, &block)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { return bytes }
            bytes += block.prefix(count)
        }
        return nil
    }
}

/// `read` under a name that the type's own does not hide.
private func systemRead(_ descriptor: Int32, _ bytes: inout [UInt8]) -> Int { read(descriptor, &bytes, bytes.count) }

extension SurchargeNow {
    /// The surcharge of a category at a moment, Unix seconds; `nil` where this machine does not know the contract's time zone.
    public init?(_ contract: Contract, _ category: Contract.Category, at moment: Int64) {
        guard let zone = TimeZoneFile.rules(of: contract.timeZone), let instant = try? Instant(seconds: moment),
            let now = try? SurchargeNow(contract, category, at: instant, zone: zone)
        else { return nil }
        self = now
    }
}
