import Foundation
import Testing

/// What the three programs do together.
///
/// Each test has a relay and a few processes on a `Stage` of its own; one after the other, since most of them keep both cores busy.
@Suite("The three programs", .serialized, .timeLimit(.minutes(TestTime.longestMinutes)))
enum EndToEnd {}

/// What becomes of it when something breaks, is killed, or goes on for longer than was thought.
///
/// One after the other, but beside the rest: most of the time these wait for something to end.
@Suite("The three programs, when something goes wrong", .serialized, .timeLimit(.minutes(TestTime.longestMinutes)))
enum Mishaps {}

/// How long one test may take.
enum TestTime {
    /// What `scripts/stress` runs for hours says so itself: of several limits the shortest holds.
    static let longestMinutes = ProcessInfo.processInfo.environment["LOTSE_TEST_MINUTES"].flatMap { Int($0) } ?? 3
}
