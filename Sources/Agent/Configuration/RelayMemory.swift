import FoundationEssentials
import RelayAPI

/// The authorities of relays that were met before, in a file of the person who runs the agent.
public struct RelayMemory: Sendable {
    /// The file.
    public let file: String

    /// A memory in `file`, which need not exist yet.
    public init(file: String) { self.file = file }

    /// What is known about one relay.
    public struct Known: Sendable, Equatable {
        /// SPKI SHA-256 of its authority.
        public var authority: [UInt8]
        /// When it was first seen.
        public var since: Timestamp
    }

    private struct Content: Codable {
        var relays: [Entry] = []
    }

    private struct Entry: Codable {
        var relay: String
        var authority: String
        var since: Timestamp
    }

    /// What is known about `relay`.
    ///
    /// - Throws: `AgentError` (`configuration`) where the file is there and cannot be read: a damaged memory is not a first contact.
    public func authority(of relay: RelayEndpoint) throws(AgentError) -> Known? {
        do {
            guard let bytes = try SmallFile.read(file) else { return nil }
            return try Self.known(relay, in: try JSONDecoder().decode(Content.self, from: Data(bytes)))
        } catch let failure as SystemFailure {
            throw AgentError(
                .configuration,
                "\(file) cannot be read: \(SystemReason.sentence(failure.code)) (mend or remove it)"
            )
        } catch {
            throw AgentError(
                .configuration,
                "\(file) is damaged (remove it, and ask your supporter for the relay's --pin)"
            )
        }
    }

    private struct Damaged: Error {}

    private static func known(_ relay: RelayEndpoint, in content: Content) throws -> Known? {
        guard let entry = content.relays.first(where: { $0.relay == relay.description }) else { return nil }
        guard let authority = Hexadecimal.decode(entry.authority), authority.count == 32 else { throw Damaged() }
        return Known(authority: authority, since: entry.since)
    }

    /// Remembers the authority of `relay`; nothing changes where it is known already.
    ///
    /// - Throws: what the file system says, in one sentence.
    public func remember(_ authority: [UInt8], of relay: RelayEndpoint, at moment: Timestamp) throws(AgentError) {
        if let known = try self.authority(of: relay), known.authority == authority { return }
        do {
            try SmallFile.update(file) { present in
                var content = try present.map { try JSONDecoder().decode(Content.self, from: Data($0)) } ?? Content()
                content.relays.removeAll { $0.relay == relay.description }
                content.relays.append(
                    Entry(relay: relay.description, authority: Hexadecimal.encode(authority), since: moment)
                )
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
                return Array(try encoder.encode(content)) + [UInt8(ascii: "\n")]
            }
        } catch let failure as SystemFailure {
            throw AgentError(.configuration, SystemReason.sentence(failure.code))
        } catch {
            throw AgentError(.configuration, "the file is damaged")
        }
    }
}
