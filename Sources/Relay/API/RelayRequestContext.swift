import Hummingbird

/// What a handler knows of a request beside the request itself.
struct RelayRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Who is at the other end of the connection.
    let connection: ConnectionIdentity

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        connection = .current
    }

    /// The longest body that is read: a contract file and its envelope.
    var maxUploadSize: Int { 3 << 20 }
}
