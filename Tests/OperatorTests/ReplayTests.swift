import Glibc
import Receipts
import Synchronization
import Testing
import Transcripts

@testable import Operator

@Suite("Playing a recording", .timeLimit(.minutes(1)))
struct ReplayTests {
    private static let recording = Array(
        """
        {"version":2,"width":80,"height":24}
        [0.0,"o","one\\r\\n"]
        [1.5,"m","1 run df"]
        [3600.0,"o","\\u001b[31mtwo\\u001b[m\\u001b]0;title\\u0007\\r\\n"]
        [3601.0,"x","later"]
        [3601.0,"o","half
        """.utf8
    )

    private func played(_ recording: [UInt8], isTerminal: Bool = false, signal: Int32? = nil) async throws -> (
        status: Int32, text: String, told: [String]
    ) {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { close(ends[0]) }
        let told = Mutex<[String]>([])
        let (signals, send) = AsyncStream<Int32>.makeStream()
        if let signal { send.yield(signal) }
        let replay = Replay(
            output: OutputDescriptor(ends[1], isTerminal: isTerminal),
            signals: signals,
            tell: { sentence in told.withLock { $0.append(sentence) } }
        )
        let result: Result<Int32, any Error>
        do { result = .success(try await replay.play(recording)) } catch { result = .failure(error) }
        close(ends[1])
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(ends[0], &bytes, bytes.count)
        return (try result.get(), String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self), told.withLock { $0 })
    }

    @Test("to a pipe all of it comes at once, as text; a line that was cut off is told of")
    func plain() async throws {
        let (status, text, told) = try await played(Self.recording)
        #expect(status == 0)
        #expect(text == "one\ntwo\n")
        #expect(told == ["a line of the recording cannot be read; it goes on behind it"])
    }

    @Test("on a terminal a signal leaves in the middle of a pause")
    func signal() async throws {
        let (status, text, _) = try await played(Self.recording, isTerminal: true, signal: SIGINT)
        #expect(status == 130)
        #expect(text.hasPrefix("one\r\n"))
        #expect(!text.contains("two"))
    }

    @Test("what a recording was made to hold passes the filter, and what it leaves behind is undone")
    func hostile() async throws {
        let recording = Array(
            """
            {"version":2,"width":80,"height":24}
            [0,"o","\\u001b]52;c;aGk=\\u0007\\u001b[?1049h\\u001b[6nx"]
            """.utf8
        )
        let (status, text, _) = try await played(recording, isTerminal: true)
        #expect(status == 0)
        #expect(text.hasPrefix("\u{1b}[?1049hx"))
        #expect(text.contains("\u{1b}[?1049l"))
        #expect(!text.contains("]52"))
    }

    @Test("what is no recording is refused")
    func other() async throws {
        for text in ["", "{}", "one\n"] {
            await #expect(throws: TranscriptError.self) { try await played(Array(text.utf8)) }
        }
    }

    @Test("pauses are those of the recording, faster by the speed, and none is longer than the limit")
    func pace() {
        var plain = ReplayPace(speed: 1, longestPause: nil)
        #expect(
            [1, 3, 2, 4].map { plain.pause(before: .seconds($0)) } == [.seconds(1), .seconds(2), .zero, .seconds(1)]
        )
        var fast = ReplayPace(speed: 4, longestPause: .seconds(2))
        #expect([4, 100].map { fast.pause(before: .seconds($0)) } == [.seconds(1), .seconds(2)])
    }
}
