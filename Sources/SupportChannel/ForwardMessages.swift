// The JSON of forwards:
//
//   forward     ForwardParameters    → notice ForwardOpened; result ForwardResult when it ends
//   connection  ConnectionParameters → output, result Empty where the host says nothing more; input, inputEnd go in

/// A host and port behind the client's machine to be reached.
public struct ForwardParameters: Codable, Sendable {
    /// A name or an address, as the client's machine resolves it.
    public var host: String
    /// 1 to 65535.
    public var port: Int

    /// Parameters.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}

/// The client allows it.
public struct ForwardOpened: Codable, Sendable {
    /// Names it in `ConnectionParameters`.
    public var forward: Int

    /// An opened forward.
    public init(forward: Int) { self.forward = forward }
}

/// A forward has ended from the client's side.
public struct ForwardResult: Codable, Sendable {
    /// Why.
    public var message: String?

    /// A result.
    public init(message: String? = nil) { self.message = message }
}

/// One connection through a forward that is open.
public struct ConnectionParameters: Codable, Sendable {
    /// Of `ForwardOpened`.
    public var forward: Int

    /// Parameters.
    public init(forward: Int) { self.forward = forward }
}
