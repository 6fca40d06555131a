/// Why a proxy did not let a connection through.
public enum ProxyFailure: Error, Sendable, Equatable {
    /// There is no connection to the proxy itself, for this reason of the system's.
    case unreachable(String)
    /// It did not answer in time.
    case silent
    /// It closed the connection before it had answered.
    case closed
    /// What it sent is no answer of an HTTP proxy.
    case nonsense
    /// 407: it wants a user name and a password, and none was given.
    case passwordNeeded
    /// 407 to the user name and password that were given.
    case passwordRefused
    /// 407: it takes no user name and password as they are (Basic), only these ways to sign in.
    case passwordUnusable([String])
    /// Any other status than success.
    case refused(status: Int)
}

extension ProxyFailure {
    /// The sentence for a person; `proxy` is the address without user name and password.
    func sentence(_ proxy: String) -> String {
        switch self {
        case .unreachable(let reason):
            "the proxy \(proxy) cannot be reached: \(reason) (check its address and the network)"
        case .silent: "the proxy \(proxy) does not answer (check its address and the network)"
        case .closed:
            "the proxy \(proxy) closed the connection without an answer (is that an HTTP proxy? check its address)"
        case .nonsense: "what \(proxy) answers is no answer of an HTTP proxy (check the proxy's address)"
        case .passwordNeeded:
            "the proxy \(proxy) asks for a user name and a password (write http://USER:PASSWORD@HOST:PORT into HTTPS_PROXY)"
        case .passwordRefused:
            "the proxy \(proxy) does not accept this user name and password (check both; special characters are written as in %40)"
        case .passwordUnusable(let ways):
            "the proxy \(proxy) takes no user name and password but only \(ways.isEmpty ? "other ways to sign in" : ways.joined(separator: ", ")), "
                + "which is not supported (ask who runs the network for a way without, or use a local proxy such as cntlm)"
        case .refused(403), .refused(405):
            "the proxy \(proxy) does not let connections to the relay through (ask who runs the network to allow it)"
        case .refused(let status):
            "the proxy \(proxy) does not get through to the relay, status \(status) (is the relay's address right, and does the relay run?)"
        }
    }
}
