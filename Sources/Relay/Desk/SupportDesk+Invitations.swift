import Contracts
import Ledger
import RelayAPI

extension SupportDesk {
    /// Opens a room for an invitation.
    ///
    /// - Throws: `Refusal` where the contract, its category or the duration does not allow it.
    func invite(_ request: NewInvitation, by person: OperatorIdentity) async throws -> InvitationSummary {
        guard !isStopping else {
            throw Refusal(.serviceUnavailable, "stopping", "the relay is being stopped (try again soon)")
        }
        guard (60...86_400).contains(request.validSeconds) else {
            throw Refusal.badRequest("a code is good for one minute to one day (--valid 10m)")
        }
        guard !request.purpose.isEmpty, request.purpose.utf8.count <= 2000 else {
            throw Refusal.badRequest("say in up to 2000 bytes what the session is for (--for TEXT)")
        }
        let now = clock.wall()
        let (record, contract) = try await contractInForce(request.contract, at: now)
        let category = try category(request.category, of: contract)
        let invitation = identifiers.id("i-")
        let expiresAt = now + request.validSeconds
        for _ in 0..<500 {
            let digits = identifiers.room()
            guard !rooms.isTaken(digits) else { continue }
            // Taken now, so that nobody else gets it while the ledger is written.
            rooms.open(
                .init(
                    invitation: invitation,
                    room: digits,
                    operator: person.name,
                    closesAt: clock.monotonicMilliseconds() + request.validSeconds * 1000
                )
            )
            do {
                try await ledger.openInvitation(
                    invitation,
                    room: digits,
                    contract: record.contract,
                    version: record.version,
                    category: category.id,
                    purpose: request.purpose,
                    operator: person.name,
                    expiresAt: expiresAt
                )
            } catch {
                _ = rooms.end(invitation: invitation, as: .withdrawn)
                if (error as? LedgerError)?.kind == .roomTaken { continue }
                throw error
            }
            metrics.invitations.increment()
            return try await summary(of: invitation)
        }
        throw Refusal(.serviceUnavailable, "noRoom", "all rooms are taken or rest (try again in an hour)")
    }

    /// The caller's invitations that are not over.
    func openInvitations(of person: OperatorIdentity) async throws -> [InvitationSummary] {
        var result: [InvitationSummary] = []
        for record in try await ledger.openInvitations() where record.operator == person.name {
            result.append(try await summary(of: record.invitation))
        }
        return result
    }

    /// What the operator saw at its end of the tunnel. Asked again it gives the same session.
    func report(_ outcome: PairingOutcome, invitation: String, by person: OperatorIdentity) async throws
        -> MeetingAnswer
    {
        guard var meeting = meetings[invitation], meeting.operator == person.name, meeting.isJoined else {
            throw Refusal.conflict("nobody is in this invitation's room (the client may have left; invite again)")
        }
        guard meeting.session == nil else { throw Refusal.conflict("there is a session already (lotse end ends it)") }
        guard outcome.paired else {
            await burn(invitation, reason: "the ends did not agree")
            return MeetingAnswer(session: nil)
        }
        let session = meeting.nextSession ?? identifiers.id("s-")
        meeting.nextSession = session
        meetings[invitation] = meeting
        return try await standing(of: invitation, session: session)
    }

    /// What the contract's account says now, for the operator's terms.
    private func standing(of invitation: String, session: String) async throws -> MeetingAnswer {
        guard let record = try await ledger.invitation(invitation),
            let version = try await ledger.contract(record.contract, version: record.version)
        else { throw Refusal.notFound("no such invitation") }
        let contract = try Self.terms(of: version)
        guard contract.retainer != nil || contract.cap != nil else { return MeetingAnswer(session: session) }
        let account = try await accounts.account(of: record.contract, at: clock.wall())
        return MeetingAnswer(
            session: session,
            quotaLeftSeconds: contract.retainer == nil ? nil : account.quota.leftSeconds,
            monthNetCents: try? account.workNetCents()
        )
    }

    /// Takes an invitation back.
    func withdraw(_ invitation: String, by person: OperatorIdentity) async throws {
        guard let room = rooms.room(invitation: invitation), room.operator == person.name || person.role == .owner
        else {
            throw Refusal.notFound("no such open invitation (lotse invite makes one)")
        }
        guard meetings[invitation]?.session == nil else {
            throw Refusal.conflict("there is a session already (lotse end ends it)")
        }
        await conclude(invitation, as: .withdrawn, reason: "withdrawn by the operator")
    }

    /// An agent comes with a room's digits.
    func join(_ request: JoinRequest, from address: AddressBlock) throws -> JoinAnswer {
        guard !isStopping else {
            throw Refusal(.serviceUnavailable, "stopping", "the relay is being stopped (try again soon)")
        }
        let now = clock.monotonicMilliseconds()
        let wait = penalties.remaining(for: address, at: now / 1000)
        guard wait == 0 else {
            metrics.joinsRefused.increment()
            throw Refusal(
                .tooManyRequests,
                "tooManyAttempts",
                "too many codes that were not valid; wait \(wait) seconds",
                retryAfterSeconds: wait
            )
        }
        let token = identifiers.token()
        guard let room = rooms.join(request.room, token: token, at: now) else {
            penalties.add(.unknownRoom, by: address, at: now / 1000)
            metrics.joinsRefused.increment()
            throw Refusal.codeNotValid
        }
        var meeting = meetings[room.invitation] ?? Meeting(invitation: room.invitation, operator: room.operator)
        meeting.token = token
        meeting.agentAddress = address
        meeting.agentWaitsUntil = now + Self.agentWait * 1000
        meetings[room.invitation] = meeting
        metrics.joins.increment()
        return JoinAnswer(token: token, authority: authority, waitSeconds: Self.agentWait)
    }

    /// A failed run: the code is spent, and who failed waits.
    func burn(_ invitation: String, reason: String) async {
        countFailure()
        if let address = meetings[invitation]?.agentAddress {
            penalties.add(.failedConfirmation, by: address, at: clock.monotonicMilliseconds() / 1000)
        }
        await conclude(invitation, as: .burnt, reason: reason)
    }

    /// Ends an invitation and cuts whoever is in its room.
    func conclude(_ invitation: String, as ending: RoomTable.Ending, reason: String) async {
        let meeting = meetings.removeValue(forKey: invitation)
        for end in [meeting?.agent, meeting?.operatorEnd] { end?.channel.close(promise: nil) }
        guard rooms.end(invitation: invitation, as: ending) != nil else { return }
        await record(ending, of: invitation, reason: reason)
    }

    /// Writes an invitation's end down. Where that fails, the next start finds the invitation past its time.
    func record(_ ending: RoomTable.Ending, of invitation: String, reason: String) async {
        let state: InvitationState =
            switch ending {
            case .used: .used
            case .burnt: .burnt
            case .expired: .expired
            case .withdrawn: .withdrawn
            }
        do {
            try await ledger.changeInvitation(invitation, to: state, reason: reason)
        } catch {
            logger.error("an invitation's end was not written", metadata: ["error": "\(error)"])
        }
    }

    private func category(_ id: String?, of contract: Contract) throws -> Contract.Category {
        guard let id else {
            guard let category = contract.defaultCategory else {
                throw Refusal.conflict("the contract has no category of kind support")
            }
            return category
        }
        guard let category = contract.category(id) else {
            let known = contract.categories.map(\.id).joined(separator: ", ")
            throw Refusal.badRequest("the contract has no category \"\(id)\" (it has \(known))")
        }
        return category
    }

    private func summary(of invitation: String) async throws -> InvitationSummary {
        guard let record = try await ledger.invitation(invitation) else { throw Refusal.notFound("no such invitation") }
        let version = try await ledger.contract(record.contract, version: record.version)
        var state = InvitationSummary.State(rawValue: record.state.rawValue) ?? .expired
        if state == .open, meetings[invitation]?.token != nil { state = .joined }
        return InvitationSummary(
            invitation: record.invitation,
            room: record.room,
            contract: record.contract,
            version: record.version,
            hash: version?.hash ?? "",
            category: record.category,
            purpose: record.purpose,
            operator: record.operator,
            state: state,
            expiresAt: Timestamp(seconds: record.expiresAt),
            secretDigits: secretDigits
        )
    }
}
