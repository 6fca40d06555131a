// The JSON of files on their way:
//
//   get   GetParameters → notice TransferHeader, output, result TransferResult
//   put   PutParameters → notice TransferHeader; then parameters TransferStart, input, inputEnd go in; result TransferResult

/// A file to fetch.
public struct GetParameters: Codable, Sendable {
    /// Absolute path on the client's machine.
    public var path: String
    /// Bytes of it that the operator has from an earlier attempt.
    public var offset: Int64?
    /// SHA-256 of these, in hexadecimal.
    public var prefix: String?

    /// Parameters.
    public init(path: String, offset: Int64? = nil, prefix: String? = nil) {
        self.path = path
        self.offset = offset
        self.prefix = prefix
    }
}

/// A file to put.
public struct PutParameters: Codable, Sendable {
    /// Absolute path on the client's machine.
    public var path: String
    /// Bytes.
    public var size: Int64
    /// SHA-256 of all of it, in hexadecimal.
    public var digest: String
    /// Whether it may take the place of a file that is there; false where absent.
    public var replaces: Bool?

    /// Parameters.
    public init(path: String, size: Int64, digest: String, replaces: Bool? = nil) {
        self.path = path
        self.size = size
        self.digest = digest
        self.replaces = replaces
    }
}

/// How long the file is, and from where on it can be carried over.
public struct TransferHeader: Codable, Sendable, Equatable {
    /// Bytes of the whole file.
    public var size: Int64
    /// `get`: where the bytes that follow begin: at what the operator has where its hash is right, else at 0. `put`: how much is there.
    public var offset: Int64
    /// `put`: SHA-256 of what is there, in hexadecimal; nil where nothing is.
    public var prefix: String?

    /// A header.
    public init(size: Int64, offset: Int64, prefix: String? = nil) {
        self.size = size
        self.offset = offset
        self.prefix = prefix
    }
}

/// From where on the operator puts a file: at what is there, where its hash is that of the file's beginning, else at 0.
public struct TransferStart: Codable, Sendable {
    /// Bytes that are not sent again.
    public var offset: Int64

    /// A start.
    public init(offset: Int64) { self.offset = offset }
}

/// How a transfer ended.
public struct TransferResult: Codable, Sendable, Equatable {
    /// Bytes of the whole file.
    public var size: Int64?
    /// SHA-256 of the whole file, in hexadecimal; nil where it was not carried over.
    public var digest: String?
    /// A sentence: why it was not, or what is to be said where it was.
    public var message: String?

    /// A result.
    public init(size: Int64? = nil, digest: String? = nil, message: String? = nil) {
        self.size = size
        self.digest = digest
        self.message = message
    }
}
