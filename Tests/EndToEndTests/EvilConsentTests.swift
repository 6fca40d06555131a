import Foundation
import RelayAPI
import Testing

extension EvilRelayTests {
    @Suite("When both have agreed")
    struct Consent {
        enum Lie: CaseIterable {
            case otherSession, otherSignature

            func told(_ body: String) throws -> String {
                var answer = try JSONDecoder().decode(SessionStarted.self, from: Data(body.utf8))
                switch self {
                case .otherSession: answer.session = "s-another"
                case .otherSignature: answer.head.signature = String(answer.head.signature.reversed())
                }
                return String(decoding: try JSONEncoder().encode(answer), as: UTF8.self)
            }
        }

        @Test("a relay that answers with another session or signature gets none", arguments: Lie.allCases)
        func lies(_ lie: Lie) async throws {
            var meddling = Meddling()
            meddling.answer = { path, body in path == RelayRoute.consent ? try lie.told(body) : body }
            try await Self.fails(meddling, "the relay did not confirm the session that both of you signed")
        }

        @Test("a relay that never answers gets none after ten seconds")
        func silent() async throws {
            var meddling = Meddling()
            meddling.answer = { path, body in
                if path == RelayRoute.consent { try await Meddling.withhold() }
                return body
            }
            try await Self.fails(meddling, "the relay does not answer")
        }

        private static func fails(_ meddling: Meddling, _ reason: String) async throws {
            try await Stage.with { stage in
                try await EvilRelay.with(stage, meddling) { evil in
                    let attempt = try await Attempt(stage, evil)
                    // The relay has committed it, and closes it with the tunnel.
                    try await attempt.fails(
                        "the relay did not record your consent, so nothing was started: \(reason)",
                        "lotse: there is no session: the relay did not record the client's consent: \(reason)",
                        sessions: 1
                    )
                    let run = try await stage.run("run", "--", "true")
                    #expect(run.status == 255)
                    #expect(run.errorOutput.contains("there is no live session"))
                }
            }
        }
    }
}
