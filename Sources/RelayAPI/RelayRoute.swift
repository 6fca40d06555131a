/// The paths of the relay's API, said once for both sides.
public enum RelayRoute {
    /// `GET`: whether the relay serves.
    public static let health = "/healthz"
    /// `GET`: counters as Prometheus text.
    public static let metrics = "/metrics"
    /// `POST`: an operator's first certificate.
    public static let enrol = "/v1/enrol"
    /// `POST`: an operator's next certificate.
    public static let renew = "/v1/renew"
    /// `GET`: who the relay takes the caller for.
    public static let whoami = "/v1/whoami"
    /// `GET`: newest versions; `POST`: the next version.
    public static let contracts = "/v1/contracts"
    /// `GET`: the caller's open invitations; `POST`: a new one.
    public static let invitations = "/v1/invitations"
    /// `POST`: an agent with a room.
    public static let join = "/v1/join"
    /// `GET` with `Upgrade: lotse-tunnel`.
    public static let tunnel = "/v1/tunnel"
    /// `POST`: the client's consent.
    public static let consent = "/v1/consent"
    /// `POST`: the client stops the clock.
    public static let pause = "/v1/pause"
    /// `POST`: the client lets it go on.
    public static let resume = "/v1/resume"
    /// `POST`: the client's end of the session.
    public static let end = "/v1/end"
    /// `GET`: sessions.
    public static let sessions = "/v1/sessions"
    /// `GET`: the ended sessions of a contract with their breaks, in the form that `lotse simulate --sessions` reads.
    public static let work = "/v1/work"
    /// `POST`: work without a session.
    public static let records = "/v1/records"
    /// `GET`: a contract's month.
    public static let timesheet = "/v1/timesheet"
    /// `GET`: a contract's month as rows of the proof of service, for other programs.
    public static let services = "/v1/services"
    /// `GET`: all invoices; `POST`: a month's.
    public static let invoices = "/v1/invoices"
    /// `POST`: a month's of several contracts.
    public static let monthInvoices = "/v1/invoices/month"
    /// `GET`: one invoice with its documents.
    public static let invoice = "/v1/invoice"
    /// `GET`: how its lines were computed.
    public static let explanation = "/v1/invoice/explanation"
    /// `POST`: a Storno.
    public static let cancelInvoice = "/v1/invoices/cancel"
    /// `POST`: the money came.
    public static let payInvoice = "/v1/invoices/paid"
    /// `POST`: numbers up to one were given elsewhere.
    public static let continueNumbers = "/v1/invoices/numbers"
    /// `GET`: the booking batch of a month.
    public static let datev = "/v1/export/datev"
    /// `GET`: the ledger's signed head.
    public static let head = "/v1/ledger/head"

    /// Name of the protocol in `Upgrade`.
    public static let tunnelProtocol = "lotse-tunnel"

    /// `GET /v1/contracts/ID?version=N`.
    public static func contract(_ id: String, version: Int64? = nil) -> String {
        "\(contracts)/\(escaped(id))" + (version.map { "?version=\($0)" } ?? "")
    }

    /// `POST /v1/invitations/ID/outcome`.
    public static func outcome(_ invitation: String) -> String { "\(invitations)/\(escaped(invitation))/outcome" }

    /// `GET /v1/tunnel?invitation=ID`, the operator's end.
    public static func tunnel(invitation: String) -> String { "\(tunnel)?invitation=\(escaped(invitation))" }

    /// `POST /v1/contracts/ID/VERB` with `end`, `balance`.
    public static func contract(_ id: String, _ verb: String) -> String { "\(contracts)/\(escaped(id))/\(verb)" }

    /// `POST /v1/sessions/ID/VERB` with `pause`, `resume`, `note`, `category`, `cap`, `end`, `closing`, `receipt`, `credit`; `GET`
    /// with `receipt`.
    public static func session(_ id: String, _ verb: String) -> String { "\(sessions)/\(escaped(id))/\(verb)" }

    /// `GET /v1/sessions/ID`.
    public static func session(_ id: String) -> String { "\(sessions)/\(escaped(id))" }

    /// `GET /v1/sessions?contract=ID&live=true`.
    public static func sessions(contract: String?, live: Bool) -> String {
        let queries = [contract.map { "contract=\(escaped($0))" }, live ? "live=true" : nil].compactMap(\.self)
        return queries.isEmpty ? sessions : "\(sessions)?\(queries.joined(separator: "&"))"
    }

    /// `GET /v1/work?contract=ID`.
    public static func work(contract: String) -> String { "\(work)?contract=\(escaped(contract))" }

    /// `GET /v1/timesheet?contract=ID&month=YYYY-MM`.
    public static func timesheet(contract: String, month: String?) -> String {
        "\(timesheet)?contract=\(escaped(contract))" + (month.map { "&month=\(escaped($0))" } ?? "")
    }

    /// `GET /v1/services?contract=ID&month=YYYY-MM`.
    public static func services(contract: String, month: String?) -> String {
        "\(services)?contract=\(escaped(contract))" + (month.map { "&month=\(escaped($0))" } ?? "")
    }

    /// `GET /v1/invoice?number=N`: numbers may have a slash in them.
    public static func invoice(_ number: String) -> String { "\(invoice)?number=\(escaped(number))" }

    /// `GET /v1/invoice/explanation?number=N&line=L`; all lines without one.
    public static func explanation(_ number: String, line: Int?) -> String {
        "\(explanation)?number=\(escaped(number))" + (line.map { "&line=\($0)" } ?? "")
    }

    /// `GET /v1/export/datev?month=YYYY-MM`.
    public static func datev(month: String) -> String { "\(datev)?month=\(escaped(month))" }

    /// `GET /v1/ledger/head?after=N`.
    public static func head(after count: Int64?) -> String { head + (count.map { "?after=\($0)" } ?? "") }

    /// RFC 3986 §2.1: everything but unreserved characters as `%XX`.
    public static func escaped(_ text: String) -> String {
        let hexadecimal = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { result, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                result.append(Character(Unicode.Scalar(byte)))
            default:
                result.append("%")
                result.append(hexadecimal[Int(byte >> 4)])
                result.append(hexadecimal[Int(byte & 15)])
            }
        }
    }
}
