import NIOCore
import Testing

@testable import SupportChannel

@Suite("The size of a window") struct TerminalSizeTests {
    @Test("a size goes through a frame")
    func frame() {
        let size = TerminalSize(columns: 132, rows: 50)
        #expect(size.frame.kind == .resize)
        #expect(TerminalSize(size.frame.payload) == size)
    }

    @Test(
        "garbage is no size",
        arguments: [[], [0], [0, 80], [0, 80, 0], [0, 80, 0, 24, 0], [0, 0, 0, 24], [0, 80, 0, 0], [0, 0, 0, 0]]
            as [[UInt8]]
    )
    func garbage(bytes: [UInt8]) {
        #expect(TerminalSize(ByteBuffer(bytes: bytes)) == nil)
    }

    @Test("what no window can have is bent to what one can")
    func bounds() {
        #expect(TerminalSize(ByteBuffer(bytes: [255, 255, 255, 255])) == TerminalSize(columns: 1000, rows: 1000))
        #expect(TerminalSize(columns: .min, rows: .max) == TerminalSize(columns: 1, rows: 1000))
        let fitted = TerminalSize(columns: 80, rows: 50).intersection(TerminalSize(columns: 120, rows: 24))
        #expect(fitted == TerminalSize(columns: 80, rows: 24))
    }
}
