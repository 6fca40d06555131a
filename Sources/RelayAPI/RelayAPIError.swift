import Glibc
import NIOCore
import NIOPosix
import TLS

/// Why the relay could not be asked.
public struct RelayAPIError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Kind: Sendable, Equatable {
        /// Not `https://HOST:PORT`.
        case badAddress
        /// No such name, nobody listens, no route.
        case unreachable
        /// No answer in time.
        case timedOut
        /// TLS failed; `tls` says how.
        case tls(TLSError.Kind)
        /// An answer that is none of ours.
        case badAnswer
        /// The connection ended before the answer.
        case closed
        /// What `source` says is not the address of a proxy, or that of a proxy of another kind, `scheme`.
        case badProxy(source: String, scheme: String?)
        /// The proxy, whose address the diagnostics are, did not let the connection through.
        case proxy(ProxyFailure)
    }

    /// What kind of failure it is.
    public let kind: Kind
    /// What was seen.
    public let diagnostics: String

    /// A failure.
    public init(kind: Kind, diagnostics: String) {
        self.kind = kind
        self.diagnostics = diagnostics
    }

    /// One sentence: what failed, what to do next.
    public var description: String {
        switch kind {
        case .badAddress: "\"\(diagnostics)\" is not the address of a relay (write https://HOST:PORT)"
        case .unreachable:
            "the relay cannot be reached: \(diagnostics) (check the address, the network and whether the relay runs)"
        case .timedOut: "the relay does not answer: \(diagnostics) (check the network and try again)"
        case .tls: diagnostics
        case .badAnswer:
            "the relay's answer makes no sense: \(diagnostics) (is this address a Lotse relay of the same release?)"
        case .closed: "the relay closed the connection: \(diagnostics)"
        case .badProxy(let source, let scheme?):
            "\(source) names a \(scheme) proxy, and only HTTP proxies are supported (write http://HOST:PORT)"
        case .badProxy(let source, nil):
            "\(source) is not the address of a proxy (write http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, special characters as in %40)"
        case .proxy(let failure): failure.sentence(diagnostics)
        }
    }

    /// Whether the relay may have done what it was asked for, and its answer alone was lost.
    public var mayHaveArrived: Bool {
        switch kind {
        case .timedOut, .tls, .badAnswer, .closed: true
        case .badAddress, .unreachable, .badProxy, .proxy: false
        }
    }

    /// The same failure in our words.
    static func from(_ error: any Error, _ endpoint: RelayEndpoint) -> any Error {
        switch error {
        case is RelayAPIError, is Problem, is CancellationError:
            return error
        case let error as TLSError:
            return RelayAPIError(kind: .tls(error.kind), diagnostics: "\(endpoint): \(error)")
        case let error as NIOConnectionError:
            return RelayAPIError(kind: .unreachable, diagnostics: "\(endpoint): \(reason(error))")
        case let error as IOError where [ECONNRESET, EPIPE].contains(error.errnoCode):
            return RelayAPIError(kind: .closed, diagnostics: "\(endpoint)")
        case let error as IOError:
            return RelayAPIError(kind: .unreachable, diagnostics: "\(endpoint): \(plain(error.description))")
        case let error as ChannelError:
            if case .connectTimeout = error {
                return RelayAPIError(kind: .timedOut, diagnostics: "\(endpoint)")
            }
            return RelayAPIError(kind: .closed, diagnostics: "\(endpoint)")
        default:
            return RelayAPIError(kind: .closed, diagnostics: "\(endpoint): \(error)")
        }
    }

    /// A connection to `proxy` that could not be made, in our words.
    static func from(_ error: any Error, proxy: Proxy) -> any Error {
        let failure: ProxyFailure
        switch error {
        case let error as ProxyFailure: failure = error
        case let error as NIOConnectionError: failure = .unreachable(reason(error))
        case let error as IOError: failure = .unreachable(plain(error.description))
        case ChannelError.connectTimeout: failure = .unreachable("no answer")
        default: return error
        }
        return RelayAPIError(kind: .proxy(failure), diagnostics: proxy.description)
    }

    /// What kept each address from being reached, each reason once.
    private static func reason(_ error: NIOConnectionError) -> String {
        var reasons: [String] = []
        for failure in error.connectionErrors {
            let reason =
                if case ChannelError.connectTimeout = failure.error { "no answer" } else { plain("\(failure.error)") }
            if !reasons.contains(reason) { reasons.append(reason) }
        }
        return reasons.isEmpty ? "no such host name" : reasons.joined(separator: ", ")
    }

    /// `connect(descriptor:addr:size:): Connection refused (errno: 111)` → `Connection refused`.
    private static func plain(_ description: String) -> String {
        // What NIO was doing comes first, the system's own words last.
        let sentence = description.split(separator: " (errno").first ?? Substring(description)
        return String((sentence.split(separator: ": ").last ?? sentence).prefix { $0 != ")" })
    }
}
