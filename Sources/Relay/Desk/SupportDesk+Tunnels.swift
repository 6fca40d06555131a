import NIOCore
import RelayAPI

extension SupportDesk: TunnelAdmission {
    /// Which end of which invitation a tunnel belongs to.
    enum Side: Sendable, Equatable {
        case agent(token: String)
        case `operator`(invitation: String)
    }

    nonisolated func admit(_ request: TunnelCredentials) async throws -> TunnelTicket {
        let side = try await place(request)
        let (traffic, queueBytes) = (traffic, tunnelQueueBytes)
        return TunnelTicket { channel in
            let handler = try Splice.addEnd(to: channel, queueBytes: queueBytes) { traffic.add($0) }
            let endpoint = TunnelEndpoint(channel: channel, handler: handler)
            // In this order also for a channel that closes at once; and no task waits meanwhile.
            Task {
                await self.arrived(endpoint, side)
                handler.ended.futureResult.whenComplete { _ in Task { await self.left(endpoint, side) } }
            }
        }
    }

    /// Checks a request's credentials.
    private func place(_ request: TunnelCredentials) throws -> Side {
        if let token = request.token {
            guard let room = rooms.room(token: token), let meeting = meetings[room.invitation] else {
                throw Refusal.tokenNeeded
            }
            if let session = meeting.session {
                guard isRunning(session) else { throw Refusal.sessionEnded }
            } else if meeting.agent != nil {
                throw Refusal.tokenNeeded
            }
            return .agent(token: token)
        }
        guard let person = directory.identity(of: request.peer) else { throw Refusal.certificateNeeded }
        guard let invitation = request.invitation else {
            throw Refusal.badRequest("say which invitation (?invitation=ID)")
        }
        guard person.role != .auditor else { throw Refusal.forbidden("an auditor may only read") }
        guard let room = rooms.room(invitation: invitation), room.operator == person.name else {
            throw Refusal(.notFound, "invitationOver", "this invitation is over (lotse invite makes a new one)")
        }
        if let session = meetings[invitation]?.session {
            guard isRunning(session) else { throw Refusal.sessionEnded }
        } else if meetings[invitation]?.isJoined == true {
            throw Refusal.conflict("you are connected already (lotse sessions --live shows it)")
        } else {
            try requirePlace(for: person.name)
        }
        return .operator(invitation: invitation)
    }

    private func arrived(_ endpoint: TunnelEndpoint, _ side: Side) async {
        if let (invitation, session) = running(of: side) {
            return await arrivedAgain(endpoint, side, invitation, session)
        }
        switch side {
        case .agent(let token):
            guard let invitation = rooms.room(token: token)?.invitation, meetings[invitation]?.session == nil,
                meetings[invitation]?.agent == nil
            else {
                endpoint.channel.close(promise: nil)
                return
            }
            meetings[invitation]?.agent = endpoint
            joinIfComplete(invitation)
        case .operator(let invitation):
            guard let room = rooms.room(invitation: invitation), meetings[invitation]?.session == nil,
                meetings[invitation]?.isJoined != true
            else {
                endpoint.channel.close(promise: nil)
                return
            }
            // A second `lotse connect` takes the place of the first that still waits.
            meetings[invitation]?.operatorEnd?.channel.close(promise: nil)
            meetings[invitation, default: Meeting(invitation: invitation, operator: room.operator)].operatorEnd =
                endpoint
            joinIfComplete(invitation)
        }
    }

    private func joinIfComplete(_ invitation: String) {
        guard var meeting = meetings[invitation], let token = meeting.token, let agent = meeting.agent,
            let operatorEnd = meeting.operatorEnd, rooms.meet(token: token)
        else { return }
        meeting.isJoined = true
        meeting.agentWaitsUntil = nil
        meetings[invitation] = meeting
        Splice.join(agent, operatorEnd)
        recordTunnels()
    }

    private func left(_ endpoint: TunnelEndpoint, _ side: Side) async {
        guard
            let (invitation, meeting) = meetings.first(where: {
                $0.value.agent?.channel === endpoint.channel || $0.value.operatorEnd?.channel === endpoint.channel
            })
        else { return }
        let isAgent = meeting.agent?.channel === endpoint.channel
        if isAgent { meetings[invitation]?.agent = nil } else { meetings[invitation]?.operatorEnd = nil }
        defer { recordTunnels() }

        if let session = meeting.session, isRunning(session) {
            // A session goes on without its tunnel for a while.
            guard meeting.isJoined else { return }
            await part(invitation, session, isAgent ? .client : .operator)
        } else if let session = meeting.session {
            // The session has ended, and this is its farewell.
            if settling[session] != nil { awaitReceipt(of: session, within: Self.signingTimeAlone) }
            if !isStopping { closeEnds(of: invitation) }
        } else if meeting.isJoined {
            // Paired without a session: the client said no, or went. Not paired: somebody failed.
            if meeting.isPaired {
                await conclude(invitation, as: .used, reason: "no session came of it")
            } else {
                await burn(invitation, reason: "the ends did not meet")
            }
        } else if isAgent, let token = meeting.token {
            agentLeft(token, invitation)
        } else if meetings[invitation]?.token == nil {
            meetings[invitation] = nil
        }
    }

    /// An agent went before it met anybody.
    func agentLeft(_ token: String, _ invitation: String) {
        meetings[invitation]?.token = nil
        meetings[invitation]?.agentWaitsUntil = nil
        if let (_, ending) = rooms.agentLeft(token: token, at: clock.monotonicMilliseconds()) {
            let operatorEnd = meetings.removeValue(forKey: invitation)?.operatorEnd
            operatorEnd?.channel.close(promise: nil)
            Task { await self.record(ending, of: invitation, reason: "the agent left") }
        }
    }

    /// Cuts what is left of a meeting.
    func closeEnds(of invitation: String) {
        guard let meeting = meetings.removeValue(forKey: invitation) else { return }
        _ = rooms.end(invitation: invitation, as: .used)
        for end in [meeting.agent, meeting.operatorEnd] { end?.channel.close(promise: nil) }
    }

    /// How much is held of the tunnel direction of which most is held, in bytes.
    var longestQueue: Int {
        meetings.values.reduce(0) { longest, meeting in
            [meeting.agent, meeting.operatorEnd].reduce(longest) { max($0, $1?.handler.heldBytes ?? 0) }
        }
    }

    func recordTunnels() { metrics.tunnels.record(Int64(meetings.values.count { $0.isJoined })) }
}
