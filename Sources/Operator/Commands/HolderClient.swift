import FoundationEssentials
import NIOCore
import RelayAPI
import SupportChannel

/// A command's connection to the holder of a session.
public struct HolderClient: Sendable {
    /// The session.
    public let session: SessionFile
    let end: OperatorEnd

    /// Connects to the holder of the session with this id, or of the only one.
    ///
    /// - Throws: `OperatorError` (`noSession`) where there is none; what a dead holder left behind is removed.
    public static func connect(_ home: OperatorHome, session id: String? = nil) async throws -> HolderClient {
        while true {
            let session = try home.session(id)
            let socket = try HolderSocket(
                folder: home.path(of: OperatorHome.sessions),
                name: String(OperatorHome.file("", session.session, "socket").dropFirst())
            )
            defer { socket.release() }
            if let end = try await socket.connect() { return HolderClient(session: session, end: end) }
            try home.forget(session: session.session)
        }
    }

    /// Whether a process holds a session: one that listens, not one whose number may be another program's by now.
    static func isHeld(_ session: String, in home: OperatorHome) async throws -> Bool {
        let socket = try HolderSocket(
            folder: home.path(of: OperatorHome.sessions),
            name: String(OperatorHome.file("", session, "socket").dropFirst())
        )
        defer { socket.release() }
        guard let end = try await socket.connect() else { return false }
        try? await end.channel.close()
        return true
    }

    /// Ends the connection; what still runs on it is stopped.
    public func close() async { try? await end.channel.close() }

    /// Connects, does something and closes the connection again.
    public static func with<Result: Sendable>(
        _ home: OperatorHome,
        session id: String? = nil,
        _ body: @Sendable (HolderClient) async throws -> Result
    ) async throws -> Result {
        let client = try await connect(home, session: id)
        do {
            let result = try await body(client)
            await client.close()
            return result
        } catch {
            await client.close()
            throw error
        }
    }

    private func ask<Answer: Decodable & Sendable>(
        _ name: String,
        _ parameters: some Encodable & Sendable,
        as type: Answer.Type = Answer.self
    ) async throws -> Answer {
        do {
            return try await end.perform(name, parameters) { replies, _ in
                while let frame = try await replies.next() {
                    guard frame.kind == .result else { continue }
                    return try JSONDecoder().decode(type, from: Data(frame.payload.readableBytesView))
                }
                throw SupportChannelError(kind: .closed, diagnostics: "")
            }
        } catch let refusal as Refusal {
            throw OperatorError(refusal.status == 410 ? .sessionOver : .refused, refusal.message)
        } catch is SupportChannelError, is ChannelError {
            throw OperatorError(
                .sessionOver,
                "the session's holder is gone (lotse sessions shows how the session stands)"
            )
        }
    }

    /// How the session stands.
    public func status() async throws -> HolderStatus { try await ask("status", Empty()) }

    /// Names on the client's machine that continue `prefix`, among what is shared.
    func names(_ kind: NamesParameters.Kind, _ prefix: String) async throws -> NamesResult {
        try await ask("names", NamesParameters(kind: kind, prefix: prefix))
    }

    /// Stops the clock.
    public func pause() async throws -> SessionRecord { try await ask("pause", Empty()) }

    /// Lets the clock run again.
    public func resume() async throws -> SessionRecord { try await ask("resume", Empty()) }

    /// Writes something down, for the client to see.
    public func note(_ text: String) async throws -> SessionRecord { try await ask("note", NoteParameters(text: text)) }

    /// Changes what kind of work the session is.
    public func category(_ id: String) async throws -> SessionRecord {
        try await ask("category", CategoryRequest(category: id))
    }

    /// Ends the session; waits until the client has answered to the receipt, or has not in time.
    public func end(summary: String?) async throws -> EndedSession {
        try await ask("end", EndRequest(summary: summary))
    }
}
