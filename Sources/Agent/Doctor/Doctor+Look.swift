import RelayAPI
import Synchronization
import TLS
import TerminalText

/// What one request to the relay shows of everything beyond the connection.
extension Doctor {
    /// How `lotse-relay init` begins its authority's name. It proves nothing, but who opens connections has another.
    private static let authorityPrefix = "Lotse authority of "

    /// One request to the relay, whose end tells how far it came.
    func look() async -> [Finding] {
        let refused = Mutex<[Certificate]>([])
        let outcome: Result<RelaySight, any Error>
        do {
            let client = try RelayClient(
                endpoint: relay,
                trust: trust.tls(),
                proxy: proxy,
                whenRefused: { sent in refused.withLock { $0 = sent } }
            )
            outcome = .success(try await client.look())
        } catch {
            outcome = .failure(error)
        }
        let error = outcome.failure as? RelayAPIError
        if let proxy, case .proxy(let failure) = error?.kind {
            let message = phrases.sentence(phrases.proxyFailed(failure, proxy: "\(proxy)", relay: "\(relay)"))
            return [Finding(check: .proxy, ok: false, message: message)]
        }
        let passed = Finding(check: .proxy, ok: true, message: phrases.proxyPassed(proxy?.description))
        switch outcome {
        case .success(let sight): return [passed] + judge(sight)
        case .failure:
            return [passed]
                + judge(error?.kind, detail: "\(outcome.failure.map { "\($0)" } ?? "")", refused.withLock { $0 })
        }
    }

    private func judge(_ sight: RelaySight) -> [Finding] {
        let authority = sight.chain.last
        let interception: Finding
        if case .firstContact = trust {
            let name = TerminalText.name(authority?.commonName ?? "", limit: 80)
            let pin = Hexadecimal.encode(authority?.spkiSHA256 ?? [])
            let isOurs = name.hasPrefix(Self.authorityPrefix)
            interception = Finding(
                check: .interception,
                ok: isOurs,
                message: isOurs ? phrases.unknownAuthority(pin) : phrases.intercepted(by: name, relay: "\(relay)")
            )
        } else {
            interception = Finding(check: .interception, ok: true, message: phrases.notIntercepted)
        }
        guard interception.ok else { return [interception] }
        guard let date = sight.date else { return [interception] }
        let difference = now() - date.seconds
        let isRight = difference.magnitude <= Self.clockTolerance
        let message = isRight ? phrases.clockRight(difference) : phrases.clockWrong(difference)
        return [interception, Finding(check: .clock, ok: isRight, message: message)]
    }

    private func judge(_ kind: RelayAPIError.Kind?, detail: String, _ refused: [Certificate]) -> [Finding] {
        let issuer = TerminalText.name(refused.first?.issuerName ?? "", limit: 80)
        func interception(_ message: String) -> [Finding] {
            [Finding(check: .interception, ok: false, message: message)]
        }
        switch kind {
        case .tls(.certificateExpired):
            // The signatures were verified before the times were looked at: nobody else has made these certificates.
            let moment = now()
            let outside = refused.first { !($0.notBefore...max($0.notBefore, $0.notAfter)).contains(moment) }
            let message = phrases.clockOutside(
                Timestamp(seconds: moment).rfc3339,
                from: outside.map { Timestamp(seconds: $0.notBefore).rfc3339 },
                to: outside.map { Timestamp(seconds: $0.notAfter).rfc3339 }
            )
            return [
                Finding(check: .interception, ok: true, message: phrases.notIntercepted),
                Finding(check: .clock, ok: false, message: message),
            ]
        case .tls(.wrongPin), .tls(.certificateRejected):
            guard issuer.hasPrefix(Self.authorityPrefix) else {
                return interception(phrases.intercepted(by: issuer, relay: "\(relay)"))
            }
            return interception(phrases.sentence(otherAuthority))
        case .tls(.wrongHost):
            return interception(phrases.otherHost(TerminalText.name(names(refused), limit: 120), relay: relay.host))
        case .tls: return interception(phrases.noSecureConnection("\(relay)"))
        default: return interception(phrases.noRelay("\(relay)", detail: TerminalText.name(detail, limit: 300)))
        }
    }

    /// A Lotse relay answers, and not the one that is trusted.
    private var otherAuthority: String {
        switch trust {
        case .pinned(_, let source): phrases.authorityNotPinned("\(relay)", source: source)
        case .authorities(_, let file): phrases.authorityNotPinned("\(relay)", source: file)
        case .remembered(_, let since): phrases.authorityChanged("\(relay)", since: since.rfc3339, file: memory)
        case .firstContact: phrases.authorityContradicts("\(relay)")
        }
    }

    private func names(_ chain: [Certificate]) -> String {
        guard let certificate = chain.first else { return "" }
        let names = certificate.dnsNames.isEmpty ? [certificate.commonName ?? ""] : certificate.dnsNames
        return names.prefix(3).joined(separator: ", ")
    }
}

extension Result {
    fileprivate var failure: Failure? { if case .failure(let failure) = self { failure } else { nil } }
}
