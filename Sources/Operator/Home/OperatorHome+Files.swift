import FoundationEssentials
import Glibc

extension OperatorHome {
    /// The bytes of a file; `nil` where there is none.
    func read(_ name: String) throws -> [UInt8]? {
        let descriptor = open(path(of: name), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw Self.failure("read", path(of: name))
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("read", path(of: name)) }
            bytes += buffer.prefix(count)
        }
    }

    /// Replaces a file as a whole: whatever happens, it holds the old bytes or the new ones.
    func write(_ bytes: [UInt8], to name: String) throws {
        try prepare()
        let target = path(of: name)
        let temporary = "\(target).\(getpid()).\(UInt32.random(in: .min ... .max)).new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("write", target) }
        let isWritten = Self.write(bytes, to: descriptor) && fsync(descriptor) == 0
        let isClosed = close(descriptor) == 0
        guard isWritten, isClosed, rename(temporary, target) == 0 else {
            let error = Self.failure("write", target)
            unlink(temporary)
            throw error
        }
        syncFolder(of: target)
    }

    /// Writes behind what a file has.
    func append(_ bytes: [UInt8], to name: String) throws {
        let target = path(of: name)
        let descriptor = open(target, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("write", target) }
        let isWritten = Self.write(bytes, to: descriptor)
        guard close(descriptor) == 0, isWritten else { throw Self.failure("write", target) }
    }

    /// Removes a file; that there is none is no error.
    func remove(_ name: String) { unlink(path(of: name)) }

    /// Reads a file as JSON; `nil` where there is none.
    func read<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value? {
        guard let bytes = try read(name) else { return nil }
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw OperatorError(.home, "\(path(of: name)) cannot be understood (move it away and try again)")
        }
    }

    /// Writes a value as JSON.
    func write(_ value: some Encodable, to name: String) throws { try write(JSON.bytes(value), to: name) }

    /// The ids of the JSON files in a folder, in no order.
    func ids(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path(of: folder))) ?? []
        return names.filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }.map { String($0.dropLast(".json".count)) }
    }

    /// An id that the relay made up, as the name of a file: it must not lead anywhere else.
    static func file(_ folder: String, _ id: String, _ suffix: String) throws -> String {
        let isPlain = id.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: "_")
        }
        guard isPlain, (1...64).contains(id.utf8.count) else {
            throw OperatorError(
                .home,
                "the relay uses an id that cannot be a file's name (use the same release everywhere)"
            )
        }
        return "\(folder)/\(id).\(suffix)"
    }

    private static func write(_ bytes: [UInt8], to descriptor: CInt) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// A rename is on the disk when its folder is; a file system that cannot do that loses at worst the newest change.
    private func syncFolder(of target: String) {
        let folder = String(target[..<(target.lastIndex(of: "/") ?? target.endIndex)])
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}

/// JSON as this program writes it: keys in order, so that two outputs can be compared.
public enum JSON {
    /// The bytes of a value.
    public static func bytes(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    /// The same as text.
    public static func text(_ value: some Encodable) throws -> String {
        String(decoding: try bytes(value), as: UTF8.self)
    }
}
