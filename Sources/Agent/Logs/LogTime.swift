#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The time that a line of a log carries, in the forms that logs use.
///
/// Known are RFC 3339 and its relatives (`2026-11-05T20:30:00+01:00`, `2026-11-05 20:30:00,123`, nginx's `2026/11/05 20:30:00`), wherever
/// they begin within the first 256 bytes; the web servers' `05/Nov/2026:20:30:00 +0100`; syslog's `Nov  5 20:30:00` and seconds since
/// 1970, both at the beginning. Times without a zone are this computer's.
enum LogTime {
    /// How much of a line is looked at, in bytes.
    static let longestPrefix = 256

    /// Seconds since 1970; nil for a line without a time.
    ///
    /// - Parameter now: what gives syslog's times their year.
    static func seconds(of line: UnsafeRawBufferPointer, now: Int64) -> Int64? {
        let count = min(line.count, longestPrefix)
        let text = Digits(bytes: UnsafeRawBufferPointer(rebasing: line.prefix(count)))
        if let seconds = syslog(text, now) ?? epoch(text) { return seconds }
        for index in 0..<max(count - 16, 0) {
            if let seconds = date(text, index) ?? webServer(text, index) { return seconds }
        }
        return nil
    }

    private struct Digits {
        let bytes: UnsafeRawBufferPointer

        func byte(_ index: Int) -> UInt8 { bytes.indices.contains(index) ? bytes[index] : 0 }

        func number(_ index: Int, _ count: Int) -> Int? {
            var value = 0
            for offset in 0..<count {
                let digit = byte(index + offset) &- 0x30
                guard digit < 10 else { return nil }
                value = value * 10 + Int(digit)
            }
            return value
        }

        /// `20:30:00`.
        func clock(_ index: Int) -> (Int, Int, Int)? {
            guard let hour = number(index, 2), byte(index + 2) == UInt8(ascii: ":"), let minute = number(index + 3, 2),
                byte(index + 5) == UInt8(ascii: ":"), let second = number(index + 6, 2), hour < 24, minute < 60,
                second < 61
            else { return nil }
            return (hour, minute, second)
        }

        /// `Nov` is 11.
        func month(_ index: Int) -> Int? {
            let names = Array("JanFebMarAprMayJunJulAugSepOctNovDec".utf8)
            for month in 0..<12 where (0..<3).allSatisfy({ byte(index + $0) == names[month * 3 + $0] }) {
                return month + 1
            }
            return nil
        }

        /// Seconds east of Greenwich behind a time: `Z`, `+01:00`, `+0100`, with a space before it or not; nil for none.
        func zone(_ index: Int) -> Int? {
            var index = index
            if byte(index) == UInt8(ascii: ".") || byte(index) == UInt8(ascii: ",") {
                index += 1
                while number(index, 1) != nil { index += 1 }
            }
            if byte(index) == UInt8(ascii: " ") { index += 1 }
            let sign = byte(index)
            if sign == UInt8(ascii: "Z") { return 0 }
            guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), let hours = number(index + 1, 2) else {
                return nil
            }
            let minutes = number(index + (byte(index + 3) == UInt8(ascii: ":") ? 4 : 3), 2) ?? 0
            return (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -60 : 60)
        }
    }

    private static func date(_ text: Digits, _ index: Int) -> Int64? {
        let separator = text.byte(index + 4)
        guard separator == UInt8(ascii: "-") || separator == UInt8(ascii: "/"), text.byte(index + 7) == separator,
            let year = text.number(index, 4), let month = text.number(index + 5, 2),
            let day = text.number(index + 8, 2),
            [UInt8(ascii: "T"), UInt8(ascii: " ")].contains(text.byte(index + 10)),
            let clock = text.clock(index + 11)
        else { return nil }
        return seconds(year, month, day, clock, text.zone(index + 19))
    }

    private static func webServer(_ text: Digits, _ index: Int) -> Int64? {
        guard text.byte(index + 2) == UInt8(ascii: "/"), text.byte(index + 6) == UInt8(ascii: "/"),
            let day = text.number(index, 2), let month = text.month(index + 3), let year = text.number(index + 7, 4),
            text.byte(index + 11) == UInt8(ascii: ":"), let clock = text.clock(index + 12)
        else { return nil }
        return seconds(year, month, day, clock, text.zone(index + 20))
    }

    private static func syslog(_ text: Digits, _ now: Int64) -> Int64? {
        guard let month = text.month(0), text.byte(3) == UInt8(ascii: " "),
            let day = text.number(4, 2) ?? (text.byte(4) == UInt8(ascii: " ") ? text.number(5, 1) : nil),
            let clock = text.clock(7)
        else { return nil }
        var local = tm()
        var time = time_t(now)
        localtime_r(&time, &local)
        // December's lines are last year's in January; a clock may be a little ahead.
        let year = Int(local.tm_year) + 1900
        guard let seconds = seconds(year, month, day, clock, nil) else { return nil }
        return seconds > now + 86_400 ? self.seconds(year - 1, month, day, clock, nil) : seconds
    }

    private static func epoch(_ text: Digits) -> Int64? {
        guard let seconds = text.number(0, 10), seconds > 500_000_000, text.number(10, 1) == nil else { return nil }
        return Int64(seconds)
    }

    private static func seconds(_ year: Int, _ month: Int, _ day: Int, _ clock: (Int, Int, Int), _ zone: Int?)
        -> Int64?
    {
        guard (1...12).contains(month), (1...31).contains(day) else { return nil }
        var parts = tm()
        parts.tm_year = Int32(year - 1900)
        parts.tm_mon = Int32(month - 1)
        parts.tm_mday = Int32(day)
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (Int32(clock.0), Int32(clock.1), Int32(clock.2))
        parts.tm_isdst = -1
        if let zone { return Int64(timegm(&parts)) - Int64(zone) }
        return Int64(mktime(&parts))
    }
}

extension LogFile {
    /// Where the lines from `since` on begin; nil where no line carries a time. Times are taken to grow, so it is searched for in halves.
    ///
    /// - Parameter now: seconds since 1970.
    func start(since: Int64, before end: Int64, now: Int64) async throws -> Int64? {
        var (low, high) = (Int64(0), end)
        var hasTimes = false
        while high - low > Int64(Self.blockSize) {
            try Task.checkCancellation()
            await Task.yield()
            let middle = low + (high - low) / 2
            guard let found = try firstTime(from: middle, before: high, isAtLineStart: false, now: now) else {
                high = middle
                continue
            }
            hasTimes = true
            if found.seconds < since { low = found.offset } else { high = middle }
        }
        var offset = low
        while offset < end, let found = try firstTime(from: offset, before: end, isAtLineStart: true, now: now) {
            hasTimes = true
            if found.seconds >= since { return found.offset }
            offset = found.next
        }
        return hasTimes ? end : nil
    }

    private func firstTime(from start: Int64, before end: Int64, isAtLineStart: Bool, now: Int64)
        throws(SystemFailure) -> (offset: Int64, next: Int64, seconds: Int64)?
    {
        var position = start
        var isAtLineStart = isAtLineStart
        while position < end {
            let block = try read(at: position, count: Int(min(end - position, Int64(Self.blockSize))))
            let found = block.withUnsafeReadableBytes { bytes -> (Int, Int, Int64)? in
                var index = 0
                if !isAtLineStart {
                    guard let newline = bytes.firstIndex(of: 0x0a) else { return nil }
                    index = newline + 1
                }
                while index < bytes.count {
                    let rest = UnsafeRawBufferPointer(rebasing: bytes[index...])
                    let next = rest.firstIndex(of: 0x0a).map { index + $0 + 1 } ?? bytes.count
                    if let seconds = LogTime.seconds(
                        of: UnsafeRawBufferPointer(rebasing: bytes[index..<next]),
                        now: now
                    ) {
                        return (index, next, seconds)
                    }
                    index = next
                }
                return nil
            }
            if let found { return (position + Int64(found.0), position + Int64(found.1), found.2) }
            guard block.readableBytes > 0 else { return nil }
            position += Int64(block.readableBytes)
            isAtLineStart = block.readableBytesView.last == 0x0a
        }
        return nil
    }
}
