import Compression

extension FuzzTarget {
    /// What an operator unpacks of a client's answer, and an agent of a packed log file.
    static let compression = FuzzTarget(
        "compression",
        longest: 4096,
        seeds: CompressionSamples.seeds,
        words: ["\u{1f}\u{8b}\u{8}"]
    ) { input in
        let bytes = Array(input.dropFirst())
        switch input.first {
        case 0:
            let (whole, cut) = (
                try CompressionSamples.expand([bytes[...]]), try CompressionSamples.expand(bytes.pieces(upTo: 64))
            )
            let count = min(whole.bytes.count, cut.bytes.count)
            try hold(whole.bytes.prefix(count) == cut.bytes.prefix(count), "what comes out depends on the pieces")
            try hold(whole.failed || cut.failed || whole.bytes.count == cut.bytes.count, "so does how much comes out")
        case 1: try CompressionSamples.gunzip(bytes)
        default: return
        }
    }
}

private enum CompressionSamples {
    /// More is not unpacked of one input, in bytes.
    private static let most = 1 << 20

    static let seeds: [[UInt8]] = {
        var packed: [UInt8] = []
        if let packing = try? ZstdPacking() {
            for line in 0..<40 {
                Array("line \(line) of a log\n".utf8).withUnsafeBytes { try? packing.append($0, into: &packed) }
            }
            try? packing.finish(into: &packed)
            [UInt8](repeating: 0x61, count: 5000).withUnsafeBytes { try? packing.append($0, into: &packed) }
            try? packing.finish(into: &packed)
        }
        // `printf 'hello\n' | gzip -n`, twice.
        let member: [UInt8] = [
            0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0xe7, 0x02, 0, 0x20, 0x30, 0x3a,
            0x36, 0x06,
            0, 0, 0,
        ]
        return [[0] + packed, [1] + member + member, [1] + member + [0, 0, 0]]
    }()

    static func expand(_ pieces: [ArraySlice<UInt8>]) throws -> (bytes: [UInt8], failed: Bool) {
        let expansion = try ZstdExpansion()
        var bytes: [UInt8] = []
        for piece in pieces {
            expansion.feed(Array(piece))
            do {
                while let part = try expansion.next() {
                    try hold(!part.isEmpty && part.count <= 128 * 1024, "a part of \(part.count) bytes")
                    bytes += part
                    if bytes.count > most { return (bytes, true) }
                }
            } catch is CompressionError { return (bytes, true) }
        }
        return (bytes, false)
    }

    static func gunzip(_ bytes: [UInt8]) throws {
        let expansion = try GzipExpansion()
        var total = 0
        do {
            for piece in bytes.pieces(upTo: 512) {
                guard expansion.isHungry else { break }
                expansion.feed(Array(piece))
                while true {
                    let part = try expansion.next(limit: 1000)
                    try hold(part.count <= 1000, "a part of \(part.count) bytes")
                    total += part.count
                    if part.isEmpty || total > most { break }
                }
            }
            try expansion.finish()
        } catch is CompressionError {}
        // Deflate does 1032 at most.
        try hold(total <= 1100 * (bytes.count + 1), "\(total) bytes of \(bytes.count)")
    }
}
