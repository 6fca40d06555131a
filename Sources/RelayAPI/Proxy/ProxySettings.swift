import FoundationEssentials

/// Which proxy leads to which relay, as curl reads the environment: `https_proxy`, else `all_proxy`, and `no_proxy` for what is
/// reached without one; each in small letters first, then in capitals. What is empty is not set.
public struct ProxySettings: Sendable, Equatable {
    private struct Address: Equatable {
        /// Where it was written, for a person who has to mend it.
        var source: String
        var text: String
    }

    private let address: Address?
    private let exceptions: ProxyExceptions

    /// The settings of an environment.
    ///
    /// - Parameters:
    ///   - address: takes the place of what the environment says: the address of a proxy, or `none`.
    ///   - source: where `address` was written, such as `proxy in /etc/lotse/agent.yaml`.
    public init(environment: [String: String], address: String? = nil, source: String = "proxy") {
        func variable(_ name: String) -> Address? {
            for name in [name, name.uppercased()] {
                if let text = environment[name], !text.isEmpty { return Address(source: name, text: text) }
            }
            return nil
        }
        if let address {
            self.address = address == "none" ? nil : Address(source: source, text: address)
        } else {
            self.address = variable("https_proxy") ?? variable("all_proxy")
        }
        exceptions = ProxyExceptions(variable("no_proxy")?.text ?? "")
    }

    /// Those of this process's environment.
    public static var ofProcess: ProxySettings { ProxySettings(environment: ProcessInfo.processInfo.environment) }

    /// The proxy on the way to `relay`; nil where there is none.
    ///
    /// - Throws: `RelayAPIError` (`badProxy`) where there should be one and its address cannot be used. The sentence never has it, for
    ///   a password may be in it.
    public func proxy(for relay: RelayEndpoint) throws(RelayAPIError) -> Proxy? {
        guard let address, !exceptions.contains(relay) else { return nil }
        do throws(Proxy.Mistake) {
            return try Proxy(url: address.text)
        } catch {
            throw RelayAPIError(kind: .badProxy(source: address.source, scheme: error.scheme), diagnostics: "")
        }
    }
}

extension Proxy.Mistake {
    fileprivate var scheme: String? { if case .scheme(let scheme) = self { scheme } else { nil } }
}
