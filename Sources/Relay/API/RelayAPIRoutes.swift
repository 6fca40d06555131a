import Contracts
import ContractFiles
import HTTPTypes
import Hummingbird
import Ledger
import RelayAPI
import Receipts

/// All routes of the relay. There is no route beside this table, and no row without its `access`.
struct RelayAPIRoutes: Sendable {
    let desk: SupportDesk
    let enrolment: Enrolment
    let metrics: RelayMetrics
    let usage: RelayUsage
    let ledgerCertificate: String
    /// The freelancer, where `supplier.yaml` is filled in: VAT rules look at both sides.
    let supplier: @Sendable () -> SupplierFile

    var all: [APIRoute] { service + people + contracts + meetings + sessions + settlement + invoices + ledger }

    private var service: [APIRoute] {
        [
            APIRoute(method: .get, path: RelayRoute.health, access: .anyone) { _, _ in
                _ = try await desk.ledger.head()
                return try .json(["status": "ok"])
            },
            APIRoute(method: .get, path: RelayRoute.metrics, access: .observers) { _, _ in
                metrics.ledgerEntries.record(try await desk.ledger.head().count)
                try await usage.record()
                return Response(
                    status: .ok,
                    headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                    body: .init(byteBuffer: ByteBuffer(string: metrics.registry.text))
                )
            },
        ]
    }

    private var people: [APIRoute] {
        [
            APIRoute(method: .post, path: RelayRoute.enrol, access: .anyone) { request, _ in
                try .json(try await enrolment.enrol(request.body(EnrolRequest.self)))
            },
            APIRoute(method: .post, path: RelayRoute.renew, access: .operators(.auditor)) { request, caller in
                try .json(try await enrolment.renew(request.body(RenewRequest.self), for: caller.requireOperator()))
            },
            APIRoute(method: .get, path: RelayRoute.whoami, access: .operators(.auditor)) { _, caller in
                let person = try caller.requireOperator()
                return try .json(Whoami(operator: person.name, role: person.role))
            },
        ]
    }

    private var contracts: [APIRoute] {
        [
            APIRoute(method: .get, path: RelayRoute.contracts, access: .operators(.auditor)) { _, _ in
                try .json(try await desk.contracts())
            },
            APIRoute(method: .post, path: RelayRoute.contracts, access: .operators(.owner)) { request, caller in
                let new = try await request.body(NewContract.self)
                return try .json(try await add(new, by: caller.requireOperator()), status: .created)
            },
            APIRoute(method: .get, path: RelayRoute.contracts + "/:id", access: .operators(.auditor)) { request, _ in
                let version = request.query["version"]
                guard version == nil || version.flatMap(Int64.init) != nil else {
                    throw Refusal.badRequest("a version is a number")
                }
                return try .json(try await desk.contract(request.parameter("id"), version: version.flatMap(Int64.init)))
            },
        ]
    }

    private var meetings: [APIRoute] {
        [
            APIRoute(method: .get, path: RelayRoute.invitations, access: .operators(.operator)) { _, caller in
                try .json(try await desk.openInvitations(of: caller.requireOperator()))
            },
            APIRoute(method: .post, path: RelayRoute.invitations, access: .operators(.operator)) { request, caller in
                let new = try await request.body(NewInvitation.self)
                return try .json(try await desk.invite(new, by: caller.requireOperator()), status: .created)
            },
            APIRoute(method: .post, path: RelayRoute.invitations + "/:id/outcome", access: .operators(.operator)) {
                request,
                caller in
                let outcome = try await request.body(PairingOutcome.self)
                return try .json(
                    try await desk.report(outcome, invitation: request.parameter("id"), by: caller.requireOperator())
                )
            },
            APIRoute(method: .delete, path: RelayRoute.invitations + "/:id", access: .operators(.operator)) {
                request,
                caller in
                try await desk.withdraw(request.parameter("id"), by: caller.requireOperator())
                return try .json([String: String]())
            },
            // The first request of a connection never comes here: `FirstRequestHandler` answers it, so that the tunnel can follow.
            APIRoute(method: .post, path: RelayRoute.join, access: .anyone) { request, caller in
                guard case .anyone(let address) = caller else { throw Refusal.codeNotValid }
                return try .json(try await desk.join(request.body(JoinRequest.self), from: address))
            },
            // A request that asks for the upgrade never comes here: `FirstRequestHandler` has taken the connection.
            APIRoute(method: .get, path: RelayRoute.tunnel, access: .anyone) { request, _ in
                let credentials = TunnelCredentials(
                    peer: request.context.connection.peer,
                    token: BearerToken.from(request.request.headers[.authorization]),
                    invitation: request.query["invitation"]
                )
                _ = try await desk.admit(credentials)
                throw Refusal(
                    .upgradeRequired,
                    "upgradeRequired",
                    "a tunnel needs Upgrade: \(RelayRoute.tunnelProtocol)"
                )
            },
            APIRoute(method: .post, path: RelayRoute.consent, access: .agent) { request, caller in
                let consent = try await request.body(ConsentRequest.self)
                let session = try await desk.consent(consent, token: caller.requireToken())
                return try .json(
                    RelayAPI.SessionStarted(
                        session: session.session,
                        startedAt: Timestamp(seconds: session.startedAt),
                        maximumSeconds: session.maximumSeconds,
                        head: try await desk.signedHead(),
                        certificate: ledgerCertificate
                    ),
                    status: .created
                )
            },
            APIRoute(method: .post, path: RelayRoute.pause, access: .agent) { _, caller in
                try .json(try await desk.setPaused(true, token: caller.requireToken()))
            },
            APIRoute(method: .post, path: RelayRoute.resume, access: .agent) { _, caller in
                try .json(try await desk.setPaused(false, token: caller.requireToken()))
            },
            APIRoute(method: .post, path: RelayRoute.end, access: .agent) { request, caller in
                let end = try await request.body(EndRequest.self)
                return try .json(try await desk.end(end, token: caller.requireToken()))
            },
        ]
    }

    private var sessions: [APIRoute] {
        let path = RelayRoute.sessions + "/:id/"
        return [
            APIRoute(method: .get, path: RelayRoute.sessions, access: .operators(.auditor)) { request, caller in
                let query = request.query
                let visible = try caller.requireOperator().visibleOperator
                return try .json(
                    try await desk.sessions(
                        contract: query["contract"],
                        isLive: query["live"] == "true",
                        operator: visible
                    )
                )
            },
            APIRoute(method: .get, path: RelayRoute.sessions + "/:id", access: .operators(.auditor)) {
                request,
                caller in
                let visible = try caller.requireOperator().visibleOperator
                return try .json(try await desk.session(request.parameter("id"), visibleTo: visible))
            },
            APIRoute(method: .post, path: path + "cap", access: .operators(.operator)) { request, caller in
                let answer = try await request.body(CapAnswerRequest.self)
                return try .json(
                    try await desk.answerCap(answer, session: request.parameter("id"), by: caller.requireOperator())
                )
            },
            APIRoute(method: .post, path: path + "pause", access: .operators(.operator)) { request, caller in
                try .json(
                    try await desk.setPaused(true, session: request.parameter("id"), by: caller.requireOperator())
                )
            },
            APIRoute(method: .post, path: path + "resume", access: .operators(.operator)) { request, caller in
                try .json(
                    try await desk.setPaused(false, session: request.parameter("id"), by: caller.requireOperator())
                )
            },
            APIRoute(method: .post, path: path + "note", access: .operators(.operator)) { request, caller in
                let note = try await request.body(NoteRequest.self)
                return try .json(
                    try await desk.note(note.text, session: request.parameter("id"), by: caller.requireOperator())
                )
            },
            APIRoute(method: .post, path: path + "category", access: .operators(.operator)) { request, caller in
                let change = try await request.body(CategoryRequest.self)
                let id = try request.parameter("id")
                return try .json(
                    try await desk.changeCategory(change.category, session: id, by: caller.requireOperator())
                )
            },
            APIRoute(method: .post, path: path + "end", access: .operators(.operator)) { request, caller in
                let end = try await request.body(EndRequest.self)
                return try .json(
                    try await desk.end(end, session: request.parameter("id"), by: caller.requireOperator())
                )
            },
            APIRoute(method: .post, path: path + "closing", access: .operators(.operator)) { request, caller in
                let closing = try await request.body(ClosingRequest.self)
                return try .json(
                    try await desk.close(closing, session: request.parameter("id"), by: caller.requireOperator())
                )
            },
            APIRoute(method: .post, path: path + "receipt", access: .operators(.operator)) { request, caller in
                let outcome = try await request.body(ReceiptRequest.self)
                return try .json(
                    try await desk.conclude(outcome, session: request.parameter("id"), by: caller.requireOperator())
                )
            },
            APIRoute(method: .get, path: path + "receipt", access: .operators(.auditor)) { request, caller in
                let visible = try caller.requireOperator().visibleOperator
                return try .json(try await desk.receipt(request.parameter("id"), visibleTo: visible))
            },
            APIRoute(method: .get, path: RelayRoute.work, access: .bookkeepers) { request, _ in
                guard let contract = request.query["contract"] else {
                    throw Refusal.badRequest("say which contract (?contract=ID)")
                }
                return try .json(try await desk.accounts.work(of: contract))
            },
            APIRoute(method: .get, path: RelayRoute.timesheet, access: .operators(.auditor)) { request, caller in
                guard let contract = request.query["contract"] else {
                    throw Refusal.badRequest("say which contract (?contract=ID)")
                }
                let visible = try caller.requireOperator().visibleOperator
                return try .json(
                    try await desk.timesheet(contract: contract, month: request.query["month"], operator: visible)
                )
            },
        ]
    }

    private var office: InvoiceOffice {
        InvoiceOffice(
            ledger: desk.ledger,
            accounts: desk.accounts,
            book: desk.settlement.book,
            clock: desk.clock,
            supplier: supplier
        )
    }

    private var invoices: [APIRoute] {
        [
            APIRoute(method: .get, path: RelayRoute.invoices, access: .bookkeepers) { _, _ in
                try .json(try await office.list())
            },
            APIRoute(method: .get, path: RelayRoute.services, access: .bookkeepers) { request, _ in
                guard let contract = request.query["contract"] else {
                    throw Refusal.badRequest("say which contract (?contract=ID)")
                }
                return try .json(try await office.services(contract: contract, month: request.query["month"]))
            },
            APIRoute(method: .get, path: RelayRoute.invoice, access: .bookkeepers) { request, _ in
                guard let number = request.query["number"] else {
                    throw Refusal.badRequest("say which invoice (?number=N)")
                }
                return try .json(try await office.show(number))
            },
            APIRoute(method: .get, path: RelayRoute.explanation, access: .bookkeepers) { request, _ in
                guard let number = request.query["number"] else {
                    throw Refusal.badRequest("say which invoice (?number=N)")
                }
                return try .json(try await office.explain(number, line: request.query["line"]))
            },
            APIRoute(method: .post, path: RelayRoute.invoices, access: .operators(.owner)) { request, _ in
                try .json(try await office.invoice(request.body(InvoiceRequest.self)))
            },
            APIRoute(method: .post, path: RelayRoute.monthInvoices, access: .operators(.owner)) { request, _ in
                try .json(try await office.invoices(request.body(MonthInvoicesRequest.self)))
            },
            APIRoute(method: .post, path: RelayRoute.cancelInvoice, access: .operators(.owner)) { request, _ in
                try .json(try await office.cancel(request.body(CancelInvoice.self)))
            },
            APIRoute(method: .post, path: RelayRoute.payInvoice, access: .operators(.owner)) { request, _ in
                try .json(try await office.paid(request.body(InvoicePayment.self)))
            },
            APIRoute(method: .post, path: RelayRoute.continueNumbers, access: .operators(.owner)) { request, caller in
                let continuation = try await request.body(NumbersContinuation.self)
                return try .json(
                    try await office.continueNumbers(continuation, by: caller.requireOperator().name)
                )
            },
            APIRoute(method: .get, path: RelayRoute.datev, access: .bookkeepers) { request, _ in
                try .json(try await office.datev(month: request.query["month"] ?? ""))
            },
        ]
    }

    private var ledger: [APIRoute] {
        [
            APIRoute(method: .get, path: RelayRoute.head, access: .operators(.auditor)) { request, _ in
                var hash: String?
                if let after = request.query["after"] {
                    guard let count = Int64(after), count > 0 else {
                        throw Refusal.badRequest("after= is a count of entries")
                    }
                    hash = try await desk.ledger.hash(at: count)?.hex
                }
                return try .json(
                    HeadAnswer(head: try await desk.signedHead(), hashAtCount: hash, certificate: ledgerCertificate)
                )
            }
        ]
    }

    /// The relay reads the file itself: what is stored and hashed is its own reading of it.
    func add(_ new: NewContract, by person: OperatorIdentity) async throws -> ContractSummary {
        let file = ContractFile.load(text: new.source, supplier: supplier().supplier)
        guard let contract = file.contract else {
            let problems = file.problems.map { $0.rendered(file: "contract") }.joined(separator: "\n")
            throw Refusal(
                .unprocessableContent,
                "contractNotValid",
                "the contract has errors (lotse contract check FILE):\n\(problems)"
            )
        }
        let canonical = contract.canonicalBytes
        let record = try await desk.ledger.addContract(
            contract.contract,
            canonical: String(decoding: canonical, as: UTF8.self),
            hash: Digest.sha256(canonical).hex,
            source: new.source,
            by: person.name
        )
        return try await desk.contract(record.contract, version: record.version).summary
    }
}

extension OperatorIdentity {
    /// Whose sessions this operator may see: all, or only their own.
    fileprivate var visibleOperator: String? { role == .operator ? name : nil }
}
