extension TimeZoneRules {
    /// Rules from the bytes of a zone's file: TZif version 2 or later (RFC 9636), its footer included.
    ///
    /// Throws `unreadable`: other formats, cut or contradictory files, and files that count leap seconds.
    public init(tzif bytes: [UInt8]) throws(BillingError) {
        // Version 1 data come first and are skipped: their 32-bit times end in 2038.
        let old = try Header(bytes, at: 0)
        guard old.version >= UInt8(ascii: "2") else { throw Self.unreadable("is of version 1") }
        let header = try Header(bytes, at: Header.length + old.dataLength(timeLength: 4))
        guard header.leapCount == 0 else { throw Self.unreadable("counts leap seconds") }
        let end = header.dataStart + header.dataLength(timeLength: 8)
        guard bytes.count > end, bytes[end] == 0x0A, let last = bytes.last, last == 0x0A, bytes.count >= end + 2 else {
            throw Self.unreadable("is cut short")
        }
        let offsets = try Self.offsets(bytes, header)
        let footer = Array(bytes[(end + 1)..<(bytes.count - 1)])
        self.init(
            firstOffset: offsets[0],
            transitions: try Self.transitions(bytes, header, offsets),
            recurring: footer.isEmpty ? nil : try RecurringRule(footer)
        )
    }

    private static func offsets(_ bytes: [UInt8], _ header: Header) throws(BillingError) -> [Int64] {
        let start = header.dataStart + header.timeCount * 9
        var offsets: [Int64] = []
        for index in 0..<header.typeCount {
            let offset = Int64(Int32(truncatingIfNeeded: bigEndian(bytes[(start + index * 6)...].prefix(4))))
            guard abs(offset) < largestOffset else { throw unreadable("has an offset beyond a day") }
            offsets.append(offset)
        }
        guard !offsets.isEmpty else { throw unreadable("has no local time") }
        return offsets
    }

    private static func transitions(
        _ bytes: [UInt8],
        _ header: Header,
        _ offsets: [Int64]
    ) throws(BillingError) -> [Transition] {
        let typeStart = header.dataStart + header.timeCount * 8
        var transitions: [Transition] = []
        for index in 0..<header.timeCount {
            let at = Int64(bitPattern: bigEndian(bytes[(header.dataStart + index * 8)...].prefix(8)))
            let type = Int(bytes[typeStart + index])
            guard type < offsets.count, transitions.last.map({ $0.at < at }) ?? true else {
                throw unreadable("contradicts itself")
            }
            transitions.append(Transition(at: at, offset: offsets[type]))
        }
        return transitions
    }

    private static func bigEndian(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func unreadable(_ what: String) -> BillingError {
        BillingError(.unreadable, "the time zone's file \(what); install the system's zones (tzdata) anew")
    }

    /// RFC 9636 §3.1.
    private struct Header {
        static let length = 44

        let version: UInt8
        let dataStart: Int
        let utcCount: Int
        let standardCount: Int
        let leapCount: Int
        let timeCount: Int
        let typeCount: Int
        let characterCount: Int

        init(_ bytes: [UInt8], at start: Int) throws(BillingError) {
            guard start <= bytes.count - Self.length, bytes[start..<start + 4].elementsEqual("TZif".utf8) else {
                throw unreadable("is not TZif")
            }
            version = bytes[start + 4]
            dataStart = start + Self.length
            // Six counts below 2^32: what is computed from them stays far within Int.
            let counts = (0..<6).map { Int(bigEndian(bytes[(start + 20 + $0 * 4)...].prefix(4))) }
            (utcCount, standardCount, leapCount) = (counts[0], counts[1], counts[2])
            (timeCount, typeCount, characterCount) = (counts[3], counts[4], counts[5])
        }

        func dataLength(timeLength: Int) -> Int {
            timeCount * (timeLength + 1) + typeCount * 6 + characterCount + leapCount * (timeLength + 4)
                + standardCount + utcCount
        }
    }
}
