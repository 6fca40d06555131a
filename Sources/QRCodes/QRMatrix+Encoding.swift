import CQREncode
import Invoicing

extension QRMatrix {
    /// The QR code (ISO/IEC 18004) of these bytes with error correction M, which mends 15 % of it; the system's
    /// libqrencode encodes it.
    ///
    /// - Parameter mostVersion: 1 to 40.
    /// - Returns: nil where the bytes need a larger version, or where there are none.
    public static func encode(_ bytes: [UInt8], mostVersion: Int) -> QRMatrix? {
        guard !bytes.isEmpty, let count = Int32(exactly: bytes.count),
            let code = bytes.withUnsafeBufferPointer({ QRcode_encodeData(count, $0.baseAddress, 0, QR_ECLEVEL_M) })
        else { return nil }
        defer { QRcode_free(code) }
        guard code.pointee.version <= mostVersion, let data = code.pointee.data else { return nil }
        let size = Int(code.pointee.width)
        // The lowest bit is the module's colour, the others say what it is for.
        let modules = UnsafeBufferPointer(start: data, count: size * size).map { $0 & 1 == 1 }
        return QRMatrix(size: size, modules: modules)
    }
}
