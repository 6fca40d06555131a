/// A reader of bytes that strangers send, and what holds whatever these bytes are.
///
/// The same targets run among the tests, over a few thousand inputs, and under libFuzzer (`scripts/stress fuzz`), which looks for
/// inputs that reach new code.
struct FuzzTarget: Sendable {
    /// Its name on the command line.
    let name: String
    /// Longer inputs say nothing new, in bytes.
    let longest: Int
    /// Inputs from which others are made.
    let seeds: [[UInt8]]
    /// Words that inputs of this kind have in them.
    let words: [String]
    /// Reads one input. Throws `Finding` where something does not hold.
    let read: @Sendable (_ input: [UInt8]) throws -> Void

    init(
        _ name: String,
        longest: Int,
        seeds: [[UInt8]],
        words: [String],
        read: @escaping @Sendable (_ input: [UInt8]) throws -> Void
    ) {
        self.name = name
        self.longest = longest
        self.seeds = seeds
        self.words = words
        self.read = read
    }

    static let all: [FuzzTarget] = [
        actions, code, compression, contractFile, http2, ledger, links, longLines, pairing, proxy, receipts, redaction,
        relayAPI,
        terminal,
    ]

    static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// Something that should hold for every input and does not for this one.
struct Finding: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// - Throws: `Finding` where `condition` is false.
func hold(_ condition: Bool, _ what: @autoclosure () -> String) throws {
    guard condition else { throw Finding(what()) }
}

/// What comes of reading something that may be refused.
func outcome<Value, Failure: Error>(of body: () throws(Failure) -> Value) -> Result<Value, Failure> {
    do throws(Failure) { return .success(try body()) } catch { return .failure(error) }
}

extension [UInt8] {
    /// An input that begins with the number of a reader.
    static func input(_ reader: UInt8, _ text: String) -> [UInt8] { [reader] + Array(text.utf8) }

    /// The bytes in pieces of 1 to `longest` bytes. The same bytes are always cut alike.
    func pieces(upTo longest: Int = 16) -> [ArraySlice<UInt8>] {
        // FNV-1a.
        var random = SplitMix(state: reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 })
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        while start < count {
            let end = Swift.min(count, start + 1 + random.below(longest))
            pieces.append(self[start..<end])
            start = end
        }
        return pieces
    }
}

extension String {
    /// Whether a terminal obeys nothing in it and shows all of it in order; newlines and tabs apart.
    var isSafeToShow: Bool {
        unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0x09, 0x0a: true
            case 0x00..<0x20, 0x7f...0x9f, 0x061c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: false
            default: true
            }
        }
    }
}
