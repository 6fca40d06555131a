import Foundation
import Glibc

/// What stands in another process's memory, as /proc shows it to whoever may look.
struct Memory {
    let process: pid_t

    /// Whether this machine lets us look into the memory of programs that we start.
    static let isReadable: Bool = {
        // Our programs forbid it to everybody but root (PR_SET_DUMPABLE, prctl(2)).
        geteuid() == 0 && access("/proc/self/mem", R_OK) == 0 && !Sanitizer.isPresent
    }()

    /// Those of these texts that stand in it.
    ///
    /// - Throws: where there is nothing to read, which is no answer.
    func texts(of texts: [String]) throws -> Set<String> {
        let file = open("/proc/\(process)/mem", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Failure("the memory of \(process) cannot be read") }
        defer { close(file) }
        var found: Set<String> = []
        var total = 0
        for range in try ranges() {
            var piece = [UInt8](repeating: 0, count: range.count)
            // A part that cannot be read, such as [vvar], is nobody's data.
            let count = pread(file, &piece, piece.count, off_t(range.lowerBound))
            guard count > 0 else { continue }
            total += count
            piece.withUnsafeBytes { all in
                let bytes = UnsafeRawBufferPointer(rebasing: all.prefix(count))
                for text in texts where !found.contains(text) && ByteSearch.finds(text, in: bytes) {
                    found.insert(text)
                }
            }
        }
        guard total > 1 << 20 else { throw Failure("only \(total) bytes of \(process) could be read") }
        return found
    }

    /// What it may write to: no program text, no libraries.
    private func ranges() throws -> [Range<Int>] {
        try String(contentsOfFile: "/proc/\(process)/maps", encoding: .utf8).split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            let bounds = words.first?.split(separator: "-").compactMap { Int($0, radix: 16) } ?? []
            guard bounds.count == 2, words.count > 1, words[1].hasPrefix("rw") else { return nil }
            return bounds[0]..<bounds[1]
        }
    }
}
