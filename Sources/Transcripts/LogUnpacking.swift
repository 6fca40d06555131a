import Compression
import FoundationEssentials
import NIOCore
import SupportChannel

/// Finds the frames in packed log lines.
struct LogUnpacking {
    /// Nil where there is no memory for it, and once what came made no sense.
    private var expansion: ZstdExpansion?
    private var decoder = ActionFrameDecoder()

    init() { expansion = try? ZstdExpansion() }

    mutating func feed(_ payload: ByteBuffer) { expansion?.feed(Array(payload.readableBytesView)) }

    /// The next frame; nil where more input is needed, or nothing can be made of it.
    mutating func next() -> ActionFrame? {
        do {
            while let expansion {
                if let frame = try decoder.next() { return frame }
                guard let part = try expansion.next() else { return nil }
                decoder.append(ByteBuffer(bytes: part))
            }
        } catch {
            expansion = nil
        }
        return nil
    }
}

extension LogNotice {
    init?(_ frame: ActionFrame) {
        guard let notice = try? JSONDecoder().decode(LogNotice.self, from: Data(frame.payload.readableBytesView)) else {
            return nil
        }
        self = notice
    }
}
