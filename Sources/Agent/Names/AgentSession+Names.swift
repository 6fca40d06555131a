import Contracts
import NIOPosix
import SupportChannel
import TerminalText

extension AgentSession {
    /// Tells names beneath what the client shares: the operator completes a path.
    ///
    /// It needs no yes, since what is shared was agreed to, and no contents are shown. It is no action of the closing statement, has no
    /// number and keeps nobody from being idle. The client sees once for each shared path that its names are looked at.
    func names(_ action: IncomingAction) async throws {
        let parameters = try action.parameters(as: NamesParameters.self)
        let paths = try shared(for: parameters.kind)
        // A folder that does not answer, as on a server that is gone, holds up one thread and no more.
        let isFirst = state.withLock { state in
            defer { state.isListing = true }
            return !state.isListing
        }
        guard isFirst else { throw Refusal(status: 409, message: "names are being looked at already") }
        let names = SharedNames(paths, for: parameters.kind)
        let found: SharedNames.Answer?
        do {
            defer { state.withLock { $0.isListing = false } }
            found = try await NIOThreadPool.singleton.runIfActive { names.continuing(parameters.prefix) }
        }
        guard let found else { throw Refusal(status: 400, message: "names are asked for by a whole path without ..") }
        for path in found.looked {
            let isNew = state.withLock { $0.looked.insert(path).inserted }
            let shown = TerminalText.commandLine([path])
            guard !isNew || show(phrases.looksAtNames(operatorName, shown)) else { throw Self.unseen }
        }
        try await action.accept().send(.result, json: NamesResult(names: found.names, isWhole: found.isWhole))
    }

    private func shared(for kind: NamesParameters.Kind) throws -> [String] {
        let (offer, granted) = state.withLock { ($0.offer, $0.granted) }
        let grant: Contract.Grant = kind == .logs ? .logs : .files
        // Not shown to the client: a key that completes nothing disturbs nobody.
        guard let offer, granted.contains(grant) else {
            throw Refusal(status: 403, message: "the client does not allow \(grant.rawValue)")
        }
        let paths = kind == .logs ? offer.logs : offer.files
        guard !paths.isEmpty else {
            throw Refusal(status: 403, message: "the client shares no folders of this kind, so none can be listed")
        }
        return paths
    }
}
