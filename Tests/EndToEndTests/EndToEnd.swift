import Testing

/// What the three programs do together.
///
/// Each test has a relay and a few processes on a `Stage` of its own; one after the other, since most of them keep both cores busy.
@Suite("The three programs", .serialized, .timeLimit(.minutes(3)))
enum EndToEnd {}
