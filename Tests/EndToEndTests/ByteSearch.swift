import Glibc

/// Looks for a text in bytes.
enum ByteSearch {
    /// Whether the text is there. One of digits alone counts where it is a number of its own: any long one may have it within.
    static func finds(_ text: String, in bytes: UnsafeRawBufferPointer) -> Bool {
        let isNumber = text.utf8.allSatisfy(isDigit)
        let length = text.utf8.count
        var start = 0
        while let index = next(text, length, in: bytes, from: start) {
            let isInside = index > 0 && isDigit(bytes[index - 1])
            let goesOn = index + length < bytes.count && isDigit(bytes[index + length])
            if !isNumber || !isInside && !goesOn { return true }
            start = index + 1
        }
        return false
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func next(_ text: String, _ length: Int, in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard let base = bytes.baseAddress, start < bytes.count else { return nil }
        return find?(base + start, bytes.count - start, text, length).map { UnsafeRawPointer($0) - base }
    }

    private typealias Find =
        @Sendable @convention(c) (UnsafeRawPointer, Int, UnsafePointer<CChar>, Int) -> UnsafeMutableRawPointer?

    /// `memmem`, a GNU extension that glibc's Swift module leaves out.
    private static let find = dlsym(nil, "memmem").map { unsafeBitCast($0, to: Find.self) }
}
