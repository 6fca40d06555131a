import HTTPTypes
import Ledger
import RelayAPI

/// A "no" with its HTTP status.
struct Refusal: Error, Sendable {
    let status: HTTPResponse.Status
    let problem: RelayAPI.Problem

    init(_ status: HTTPResponse.Status, _ code: String, _ message: String, retryAfterSeconds: Int64? = nil) {
        self.status = status
        problem = RelayAPI.Problem(code: code, message: message, retryAfterSeconds: retryAfterSeconds)
    }

    /// The one answer for a room that is unknown, used, burnt, expired or taken by another agent.
    static let codeNotValid = Refusal(
        .notFound,
        "codeNotValid",
        "This code is not valid (any more); ask for a new one."
    )

    /// The code where a month has nothing to invoice (any more).
    static let nothingToInvoice = "nothingToInvoice"

    static func badRequest(_ message: String) -> Refusal { Refusal(.badRequest, "badRequest", message) }
    static func notFound(_ message: String) -> Refusal { Refusal(.notFound, "notFound", message) }
    static func conflict(_ message: String) -> Refusal { Refusal(.conflict, "conflict", message) }
    static func forbidden(_ message: String) -> Refusal { Refusal(.forbidden, "forbidden", message) }
    static let sessionEnded = Refusal(
        .conflict,
        "sessionEnded",
        "this session has ended (lotse sessions shows it)"
    )
    static let certificateNeeded = Refusal(
        .unauthorized,
        "certificateNeeded",
        "this is for operators with a valid certificate (lotse login gets one)"
    )
    static let tokenNeeded = Refusal(
        .unauthorized,
        "tokenNeeded",
        "this is for an agent that has joined (start lotse-agent and type the code)"
    )

    /// What the ledger refused, for the caller.
    init(_ error: LedgerError) {
        let status: HTTPResponse.Status =
            switch error.kind {
            case .notFound: .notFound
            case .exists, .conflict, .used, .roomTaken, .sessionEnded, .outdated: .conflict
            case .revoked: .forbidden
            case .expired: .gone
            case .invalid: .badRequest
            case .diskFull: .insufficientStorage
            case .busy: .serviceUnavailable
            case .missing, .corrupt, .otherVersion, .tampered, .io, .internal: .internalServerError
            }
        self.init(status, error.kind.rawValue, error.diagnostics)
    }

    /// Any error as a "no"; one that is not meant for callers keeps its details to itself.
    static func from(_ error: any Error) -> Refusal {
        switch error {
        case let refusal as Refusal: refusal
        case let error as LedgerError: Refusal(error)
        default: Refusal(.internalServerError, "internal", "the relay failed at this (its log says why)")
        }
    }
}

extension HTTPResponse.Status {
    /// RFC 4918 §11.5.
    static var insufficientStorage: Self { .init(code: 507, reasonPhrase: "Insufficient Storage") }
}
