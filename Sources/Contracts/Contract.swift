/// The terms of support that a freelancer and a client agreed on: one immutable version of a contract.
///
/// A person writes a contract as YAML (`ContractFiles` reads it); from there on it is this value. The relay stores
/// it, the agent shows it, `Billing` computes with it, and consent and receipts name its hash. What is hashed are the
/// `canonicalBytes`; they hold every term, the defaults of a silent file written out, so that a later change of a
/// default never changes an agreed contract.
///
/// Units are part of the names: `…Cents` are whole cents, `…Seconds` whole seconds, `…Bp` basis points (1900 is
/// 19 %). Dates and times of day are local to `timeZone`. Nothing here does I/O, and nothing is floating point.
///
/// A `Contract` in memory may be nonsense: `problems(…)` finds what would make billing wrong or illegal.
public struct Contract: Codable, Hashable, Sendable {
    /// The contract's name for people and commands, `acme-2026`; the same in all its versions.
    public var contract: String
    /// What the contract is about, in one line.
    public var title: String
    /// What the client reads; nil leaves it to the client's locale.
    public var language: Language?
    /// The IANA time zone that dates, times of day and months are local to.
    public var timeZone: String
    /// The first day on which these terms are in force.
    public var validFrom: LocalDate
    /// The last day on which they are, where the contract has an end.
    public var validUntil: LocalDate?
    /// How many months the client is bound at least; nil where the contract says nothing.
    public var minimumTermMonths: Int64?
    /// Notice of termination in days; nil where the contract says nothing.
    public var noticeDays: Int64?
    /// When both signed; without it there is no session.
    public var signedOn: LocalDate?
    /// The agreement on processing personal data, Art. 28 GDPR.
    public var dataProcessingAgreement: DataProcessingAgreement?
    /// Who gets the support and the invoice.
    public var client: Client
    /// The systems that are supported.
    public var systems: [System]
    /// What the support includes, in words.
    public var included: [String]
    /// What it does not, and what happens when it is asked for all the same.
    public var excluded: [Exclusion]
    /// When support is open; none where the contract promises no hours.
    public var serviceHours: [ServiceHours]
    /// Which holidays close the service and may cost a surcharge.
    public var holidays: Holidays?
    /// How fast a human reacts.
    public var reaction: [Reaction]
    /// Prices by name, in cents per hour.
    public var ratesCentsPerHour: [String: Int64]
    /// Kinds of work; the first of kind `support` is the default.
    public var categories: [Category]
    /// How seconds become billed seconds.
    public var rounding: Rounding
    /// What certain hours cost on top; of two with the same percentage the first one stands.
    public var surcharges: [Surcharge]
    /// What holds where surcharges meet. Default `max`.
    public var surchargeStacking: SurchargeStacking
    /// Whether time covered by the quota still costs its surcharge. Default `billed`.
    public var surchargeOnQuota: SurchargeOnQuota
    /// A monthly fee with its quota, or a prepaid block.
    public var retainer: Retainer?
    /// What a session or a month may cost at most.
    public var cap: Cap?
    /// When invoices are written and due.
    public var payment: Payment
    /// How the invoice treats value-added tax.
    public var vat: VAT
    /// What the operator may ask the client for.
    public var access: Access
    /// What becomes of transcripts.
    public var privacy: Privacy

    /// A contract from its terms; what has a default in a silent file has it here.
    public init(
        contract: String,
        title: String,
        language: Language? = nil,
        timeZone: String,
        validFrom: LocalDate,
        validUntil: LocalDate? = nil,
        minimumTermMonths: Int64? = nil,
        noticeDays: Int64? = nil,
        signedOn: LocalDate? = nil,
        dataProcessingAgreement: DataProcessingAgreement? = nil,
        client: Client,
        systems: [System] = [],
        included: [String] = [],
        excluded: [Exclusion] = [],
        serviceHours: [ServiceHours] = [],
        holidays: Holidays? = nil,
        reaction: [Reaction] = [],
        ratesCentsPerHour: [String: Int64],
        categories: [Category],
        rounding: Rounding = Rounding(),
        surcharges: [Surcharge] = [],
        surchargeStacking: SurchargeStacking = .max,
        surchargeOnQuota: SurchargeOnQuota = .billed,
        retainer: Retainer? = nil,
        cap: Cap? = nil,
        payment: Payment = Payment(),
        vat: VAT,
        access: Access = Access(),
        privacy: Privacy = Privacy()
    ) {
        self.contract = contract
        self.title = title
        self.language = language
        self.timeZone = timeZone
        self.validFrom = validFrom
        self.validUntil = validUntil
        self.minimumTermMonths = minimumTermMonths
        self.noticeDays = noticeDays
        self.signedOn = signedOn
        self.dataProcessingAgreement = dataProcessingAgreement
        self.client = client
        self.systems = systems
        self.included = included
        self.excluded = excluded
        self.serviceHours = serviceHours
        self.holidays = holidays
        self.reaction = reaction
        self.ratesCentsPerHour = ratesCentsPerHour
        self.categories = categories
        self.rounding = rounding
        self.surcharges = surcharges
        self.surchargeStacking = surchargeStacking
        self.surchargeOnQuota = surchargeOnQuota
        self.retainer = retainer
        self.cap = cap
        self.payment = payment
        self.vat = vat
        self.access = access
        self.privacy = privacy
    }
}

extension Contract {
    /// What the client reads.
    public enum Language: String, Codable, Hashable, Sendable, CaseIterable {
        /// German.
        case german = "de"
        /// English.
        case english = "en"
    }

    /// Whether a text can be a contract's name: at most 64 letters, digits, hyphens, dots and underscores, the first a
    /// letter or digit. It appears in commands, file names and addresses.
    public static func isID(_ text: String) -> Bool { Identifiers.isID(text) }

    /// The currency of every amount, ISO 4217.
    public var currency: String { "EUR" }

    /// The category with this id.
    public func category(_ id: String) -> Category? { categories.first { $0.id == id } }

    /// The category of a session that names none: the first of kind `support`.
    public var defaultCategory: Category? { categories.first { $0.kind == .support } }

    /// The hourly rate of a category in cents, or nil where `problems` finds its rate unknown.
    public func rateCentsPerHour(of category: Category) -> Int64? { ratesCentsPerHour[category.rate] }

    /// Whether the terms are in force on a day.
    public func isInForce(on date: LocalDate) -> Bool {
        validFrom <= date && validUntil.map { date <= $0 } ?? true
    }
}
