/// Why bytes cannot be packed or unpacked.
public struct CompressionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong.
    public enum Kind: Sendable, Equatable {
        /// The bytes are no such archive, or are damaged.
        case damaged
        /// They end before the archive does.
        case cutShort
        /// They unpack to so much more than they are that they are meant to do harm.
        case bomb
        /// There is no memory for it.
        case outOfMemory
    }

    /// What went wrong.
    public let kind: Kind

    init(_ kind: Kind) { self.kind = kind }

    /// Half a sentence.
    public var description: String {
        switch kind {
        case .damaged: "the compressed data is damaged"
        case .cutShort: "the compressed data is cut short"
        case .bomb: "the compressed data unpacks to more than any log does"
        case .outOfMemory: "there is no memory for it"
        }
    }
}
