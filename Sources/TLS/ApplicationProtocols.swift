import COpenSSL

/// The application protocols of one side (ALPN, RFC 7301), best first.
struct ApplicationProtocols: Sendable {
    private let names: [[UInt8]]

    /// Throws `invalidInput` for a name that is empty or over 255 bytes.
    init(_ names: [String]) throws {
        self.names = names.map { [UInt8]($0.utf8) }
        guard self.names.allSatisfy({ (1...255).contains($0.count) }) else {
            throw TLSError(.invalidInput, "an application protocol's name of 0 or over 255 bytes")
        }
    }

    /// A client offers its names; a server picks from what is offered.
    func install(on context: OpaquePointer, role: TLSContext.Role) throws {
        guard !names.isEmpty else { return }
        switch role {
        case .client:
            let offer = names.flatMap { [UInt8($0.count)] + $0 }
            // 0 is success here, unlike everywhere else.
            guard SSL_CTX_set_alpn_protos(context, offer, UInt32(offer.count)) == 0 else {
                throw OpenSSLErrorQueue.error(.cryptoFailed, "set the application protocols")
            }
        case .server:
            SSL_CTX_set_alpn_select_cb(context, selectApplicationProtocol, nil)
        }
    }

    /// Where in `offer` (length-prefixed names) our best common name stands. The offer comes from the peer.
    func select(from offer: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        for name in names {
            var index = 0
            while index < offer.count {
                let end = index + 1 + Int(offer[index])
                guard end <= offer.count else { return nil }
                if offer[(index + 1)..<end].elementsEqual(name) { return (index + 1)..<end }
                index = end
            }
        }
        return nil
    }
}

/// OpenSSL's callback. The selected bytes may lie in the offer: OpenSSL copies them before it frees that.
private func selectApplicationProtocol(
    ssl: OpaquePointer?,
    selected: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    length: UnsafeMutablePointer<UInt8>?,
    offer: UnsafePointer<UInt8>?,
    offerLength: UInt32,
    argument: UnsafeMutableRawPointer?
) -> Int32 {
    guard let connection = TLSConnection.of(ssl), let offer, let selected, let length else {
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }
    let offered = UnsafeBufferPointer(start: offer, count: Int(offerLength))
    guard let range = connection.context.applicationProtocols.select(from: offered),
        let count = UInt8(exactly: range.count)
    else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    selected.pointee = offer + range.lowerBound
    length.pointee = count
    return SSL_TLSEXT_ERR_OK
}
