import Contracts

/// A line of a bill (rules 7, 8, 10).
public struct Line: Hashable, Sendable {
    /// What a line is for.
    public enum Kind: String, Hashable, Codable, Sendable {
        /// The monthly fee: 1 month at `netCents`.
        case retainer
        /// A session's time: what the quota does not cover, or, at 0.00, what it does.
        case time
        /// What certain hours cost on top. Its seconds stand on a `time` line already.
        case surcharge
        /// A defect's time, at 0.00.
        case warranty
    }

    /// What a person reads, in the contract's language.
    public var text: String
    /// What the line is for.
    public var kind: Kind
    /// The session's id; nil for a retainer.
    public var session: String?
    /// How long; 0 for a retainer.
    public var seconds: Int64
    /// The hourly price; of a surcharge the price that it is a percentage of; 0 for a retainer and for what is free.
    public var centsPerHour: Int64
    /// A surcharge's percentage in basis points, else 0.
    public var percentBp: Int64
    /// The net amount.
    public var netCents: Int64

    /// A line from its parts.
    public init(
        text: String,
        kind: Kind,
        session: String?,
        seconds: Int64,
        centsPerHour: Int64,
        percentBp: Int64,
        netCents: Int64
    ) {
        self.text = text
        self.kind = kind
        self.session = session
        self.seconds = seconds
        self.centsPerHour = centsPerHour
        self.percentBp = percentBp
        self.netCents = netCents
    }

    /// The line that takes this one back (Storno): quantity and amount negative, the price as it is.
    public var negated: Line {
        var line = self
        // Int64.min has no opposite and stays; no contract that was checked comes near it.
        line.seconds = 0 &- seconds
        line.netCents = 0 &- netCents
        return line
    }
}

extension Line: Codable {
    private enum CodingKeys: String, CodingKey {
        case text, kind, session, seconds, centsPerHour, percentBp, netCents
    }

    /// Writes every member, a missing session as null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(text, forKey: .text)
        try container.encode(kind, forKey: .kind)
        try container.encode(session, forKey: .session)
        try container.encode(seconds, forKey: .seconds)
        try container.encode(centsPerHour, forKey: .centsPerHour)
        try container.encode(percentBp, forKey: .percentBp)
        try container.encode(netCents, forKey: .netCents)
    }
}

/// The words on lines. German where the contract is, English else.
struct LineText {
    var language: Contract.Language?

    private var isGerman: Bool { language == .german }

    func retainer(_ period: LocalMonth) -> String { "\(isGerman ? "Pauschale" : "Retainer") \(period)" }
    func time(_ category: String) -> String { category }
    func covered(_ category: String) -> String { "\(category) (\(isGerman ? "im Kontingent" : "within the quota"))" }
    func warranty(_ category: String) -> String { "\(category) (\(isGerman ? "Gewährleistung" : "warranty"))" }

    /// Never Gutschrift: that would be a self-billed invoice (§ 14 (2) UStG).
    func returned(_ text: String) -> String { "\(isGerman ? "Zurückgegeben" : "Given back"): \(text)" }

    func surcharge(_ band: Band) -> String {
        let percent = BasisPoints.text(band.percentBp)
        guard isGerman else { return "Surcharge \(band.label) \(percent) %" }
        return "Zuschlag \(band.label) \(String(percent.map { $0 == "." ? "," : $0 })) %"
    }
}
