import Foundation

/// AddressSanitizer or ThreadSanitizer, with which tests and programs may be built (`scripts/stress sanitizers`).
///
/// Such programs have terabytes of shadow memory, take several times as much for themselves, and bear no library in front of theirs.
enum Sanitizer {
    /// What it is told; the programs are told it too.
    static let options = ProcessInfo.processInfo.environment.filter {
        ["ASAN_OPTIONS", "TSAN_OPTIONS"].contains($0.key)
    }

    static var isPresent: Bool { !options.isEmpty }
}
