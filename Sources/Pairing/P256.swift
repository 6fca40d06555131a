import COpenSSL

/// The arithmetic of SPAKE2 on P-256. One value serves one thread for the length of one call.
///
/// A secret scalar meets one point at a time: for that OpenSSL's multiplication takes the same steps whatever the scalar is, while
/// the sum of two products in one call does not.
final class P256 {
    /// Bytes of a scalar, and of an uncompressed point (SEC 1 §2.3.3).
    static let scalarBytes = 32
    static let pointBytes = 65

    /// The points of RFC 9382 §4 that blind the shares of A and of B.
    static let blindingA: [UInt8] = [
        0x02, 0x88, 0x6e, 0x2f, 0x97, 0xac, 0xe4, 0x6e, 0x55, 0xba, 0x9d, 0xd7, 0x24, 0x25, 0x79, 0xf2, 0x99,
        0x3b, 0x64, 0xe1, 0x6e, 0xf3, 0xdc, 0xab, 0x95, 0xaf, 0xd4, 0x97, 0x33, 0x3d, 0x8f, 0xa1, 0x2f,
    ]
    static let blindingB: [UInt8] = [
        0x03, 0xd8, 0xbb, 0xd6, 0xc6, 0x39, 0xc6, 0x29, 0x37, 0xb0, 0x4d, 0x99, 0x7f, 0x38, 0xc3, 0x77, 0x07,
        0x19, 0xc6, 0x29, 0xd7, 0x01, 0x4d, 0x49, 0xa2, 0x4b, 0x4f, 0x98, 0xba, 0xa1, 0x29, 0x2b, 0x49,
    ]

    private let group: OpaquePointer
    private let numbers: OpaquePointer

    init() throws(PairingError) {
        ERR_clear_error()
        guard let group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1) else { throw Self.failure("P-256") }
        guard let numbers = BN_CTX_secure_new() else {
            EC_GROUP_free(group)
            throw Self.failure("numbers")
        }
        self.group = group
        self.numbers = numbers
    }

    deinit {
        BN_CTX_free(numbers)
        EC_GROUP_free(group)
    }

    // MARK: What SPAKE2 needs

    /// A random scalar, 0 < scalar < n, by rejection sampling.
    ///
    /// - Parameter random: fills its buffer with random bytes; false where it cannot.
    func scalar(
        random: (UnsafeMutableRawBufferPointer) -> Bool = { RAND_priv_bytes($0.baseAddress, Int32($0.count)) == 1 }
    ) throws(PairingError) -> SecretBytes {
        // A candidate is refused once in 2³² times.
        for _ in 0..<64 {
            let candidate = try SecretBytes(count: Self.scalarBytes) { bytes throws(PairingError) in
                guard random(bytes) else { throw Self.failure("random numbers") }
            }
            let isInRange = try Number(candidate).with {
                BN_is_zero($0) == 0 && BN_cmp($0, EC_GROUP_get0_order(group)) < 0
            }
            if isInRange { return candidate }
        }
        throw PairingError(.cryptoFailed, "no random number")
    }

    /// 1 + (`bytes` mod (n - 1)): never 0, and, with 48 bytes, as good as uniform.
    func nonZeroScalar(from bytes: SecretBytes) throws(PairingError) -> SecretBytes {
        let (number, modulus) = (try Number(bytes), try Number())
        let isReduced = number.with { number in
            modulus.with { modulus in
                BN_copy(modulus, EC_GROUP_get0_order(group)) != nil && BN_sub_word(modulus, 1) == 1
                    && BN_div(nil, number, number, modulus, numbers) == 1 && BN_add_word(number, 1) == 1
            }
        }
        guard isReduced else { throw Self.failure("a scalar") }
        return try SecretBytes(count: Self.scalarBytes) { bytes throws(PairingError) in
            let count = number.with { BN_bn2binpad($0, bytes.baseAddress, Int32(clamping: bytes.count)) }
            guard count == Int32(bytes.count) else { throw Self.failure("encode a scalar") }
        }
    }

    /// `w` · blinding + `scalar` · P, uncompressed.
    func share(scalar: SecretBytes, w: SecretBytes, blinding: [UInt8]) throws(PairingError) -> [UInt8] {
        let (own, number) = (try Point(group), try Number(scalar))
        let isMultiplied = own.with { own in number.with { EC_POINT_mul(group, own, $0, nil, nil, numbers) == 1 } }
        guard isMultiplied else { throw Self.failure("multiply") }
        try add(product(w, point(blinding)), to: own)
        let encoded = try encode(own)
        return encoded.withBytes { [UInt8]($0) }
    }

    /// `scalar` · (`peer` - `w` · blinding), uncompressed. `peer` comes from the other end.
    func sharedPoint(
        scalar: SecretBytes,
        w: SecretBytes,
        peer: [UInt8],
        blinding: [UInt8]
    ) throws(PairingError) -> SecretBytes {
        guard peer.count == Self.pointBytes, peer.first == 0x04 else {
            throw PairingError(.badMessage, "not an uncompressed point")
        }
        let shared: Point
        do throws(PairingError) {
            shared = try point(peer)
        } catch {
            throw PairingError(.badMessage, "not a point of the curve")
        }
        let blinded = try product(w, point(blinding))
        guard blinded.with({ EC_POINT_invert(group, $0, numbers) }) == 1 else { throw Self.failure("subtract") }
        try add(blinded, to: shared)
        let result = try product(scalar, shared)
        guard result.with({ EC_POINT_is_at_infinity(group, $0) }) == 0 else {
            throw PairingError(.badMessage, "a point that leads to infinity")
        }
        return try encode(result)
    }

    // MARK: Points and numbers

    private func point(_ bytes: [UInt8]) throws(PairingError) -> Point {
        let point = try Point(group)
        ERR_clear_error()
        // Checks that the point is on the curve (EC_POINT_oct2point(3)); the cofactor of P-256 is 1, so that is all there is to check.
        guard point.with({ EC_POINT_oct2point(group, $0, bytes, bytes.count, numbers) }) == 1 else {
            throw Self.failure("decode")
        }
        return point
    }

    private func product(_ scalar: SecretBytes, _ point: Point) throws(PairingError) -> Point {
        let (result, number) = (try Point(group), try Number(scalar))
        let isMultiplied = result.with { result in
            point.with { point in number.with { EC_POINT_mul(group, result, nil, point, $0, numbers) == 1 } }
        }
        guard isMultiplied else { throw Self.failure("multiply") }
        return result
    }

    private func add(_ term: Point, to sum: Point) throws(PairingError) {
        let isAdded = sum.with { sum in term.with { EC_POINT_add(group, sum, sum, $0, numbers) == 1 } }
        guard isAdded else { throw Self.failure("add") }
    }

    private func encode(_ point: Point) throws(PairingError) -> SecretBytes {
        try SecretBytes(count: Self.pointBytes) { bytes throws(PairingError) in
            let count = point.with { point in
                EC_POINT_point2oct(
                    group,
                    point,
                    POINT_CONVERSION_UNCOMPRESSED,
                    bytes.bindMemory(to: UInt8.self).baseAddress,
                    bytes.count,
                    numbers
                )
            }
            guard count == Self.pointBytes else { throw Self.failure("encode") }
        }
    }

    private final class Point {
        private let pointer: OpaquePointer

        init(_ group: OpaquePointer) throws(PairingError) {
            guard let pointer = EC_POINT_new(group) else { throw P256.failure("a point") }
            self.pointer = pointer
        }

        deinit { EC_POINT_clear_free(pointer) }

        /// Lends the point. Only so, since nothing else keeps this object alive until a call with the bare pointer is done.
        func with<Result>(_ body: (OpaquePointer) -> Result) -> Result {
            withExtendedLifetime(self) { body(pointer) }
        }
    }

    private final class Number {
        private let pointer: OpaquePointer

        init() throws(PairingError) {
            guard let pointer = BN_secure_new() else { throw P256.failure("a number") }
            BN_set_flags(pointer, BN_FLG_CONSTTIME)
            self.pointer = pointer
        }

        convenience init(_ bytes: SecretBytes) throws(PairingError) {
            try self.init()
            let read = bytes.withBytes { bytes in
                with { BN_bin2bn(bytes.baseAddress, Int32(clamping: bytes.count), $0) }
            }
            guard read != nil else { throw P256.failure("a number") }
        }

        deinit { BN_clear_free(pointer) }

        /// Lends the number, as `Point` does.
        func with<Result>(_ body: (OpaquePointer) -> Result) -> Result {
            withExtendedLifetime(self) { body(pointer) }
        }
    }

    private static func failure(_ what: String) -> PairingError {
        let text = ERR_reason_error_string(ERR_get_error()).map { String(cString: $0) }
        ERR_clear_error()
        return PairingError(.cryptoFailed, [what, text].compactMap(\.self).joined(separator: ": "))
    }
}
