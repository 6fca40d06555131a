/// `POST /v1/records`: writes work down that no session was for.
public struct NewWorkRecord: Codable, Sendable {
    /// The contract's id.
    public var contract: String
    /// When it began: RFC 3339, or a local time of the contract's zone such as `2026-11-26T14:30`.
    public var from: String
    /// When it was over.
    public var to: String
    /// The category's id.
    public var category: String
    /// What was done.
    public var summary: String
    /// Whether the operator may have worked on something else meanwhile.
    public var allowsOverlap: Bool

    /// A request.
    public init(
        contract: String,
        from: String,
        to: String,
        category: String,
        summary: String,
        allowsOverlap: Bool = false
    ) {
        self.contract = contract
        self.from = from
        self.to = to
        self.category = category
        self.summary = summary
        self.allowsOverlap = allowsOverlap
    }
}

/// `POST /v1/sessions/ID/credit`: gives a session back.
public struct CreditRequest: Codable, Sendable {
    /// Why, in words; it stands on the invoice.
    public var reason: String
    /// Whether the work is warranty after all.
    public var asWarranty: Bool

    /// A request.
    public init(reason: String, asWarranty: Bool) {
        self.reason = reason
        self.asWarranty = asWarranty
    }
}

/// A session that is given back.
public struct SessionCreditAnswer: Codable, Sendable, Equatable {
    /// The session.
    public var session: String
    /// Its contract.
    public var contract: String
    /// The month whose invoice the credit stands on, `2026-12`.
    public var month: String
    /// Why.
    public var reason: String
    /// Whether its time stays as warranty.
    public var asWarranty: Bool
    /// Minus what the session had come to, net, in cents.
    public var netCents: Int64
    /// ISO 4217.
    public var currency: String
    /// Included time that came back, in rounded seconds.
    public var quotaReturnedSeconds: Int64
    /// The number of the invoice that had billed it, where there is one.
    public var invoice: String?

    /// An answer.
    public init(
        session: String,
        contract: String,
        month: String,
        reason: String,
        asWarranty: Bool,
        netCents: Int64,
        currency: String,
        quotaReturnedSeconds: Int64,
        invoice: String?
    ) {
        self.session = session
        self.contract = contract
        self.month = month
        self.reason = reason
        self.asWarranty = asWarranty
        self.netCents = netCents
        self.currency = currency
        self.quotaReturnedSeconds = quotaReturnedSeconds
        self.invoice = invoice
    }
}

/// `POST /v1/contracts/ID/end`: ends a contract, or takes that back.
public struct ContractEndRequest: Codable, Sendable {
    /// The last day, `2026-12-31`; nil takes the end back.
    public var endsOn: String?

    /// A request.
    public init(endsOn: String?) { self.endsOn = endsOn }
}

/// When a contract ends.
public struct ContractEndAnswer: Codable, Sendable, Equatable {
    /// The contract.
    public var contract: String
    /// The last day; nil where it goes on.
    public var endsOn: String?
    /// What both sides should know, such as that term or notice would allow a later day only.
    public var warning: String?

    /// An answer.
    public init(contract: String, endsOn: String?, warning: String? = nil) {
        self.contract = contract
        self.endsOn = endsOn
        self.warning = warning
    }
}

/// `POST /v1/contracts/ID/balance`: sets included time by hand.
public struct QuotaBalanceRequest: Codable, Sendable {
    /// Adds a lot of this month; negative takes back at most what is left.
    public var seconds: Int64

    /// A request.
    public init(seconds: Int64) { self.seconds = seconds }
}

/// Included time after it was set by hand.
public struct QuotaBalanceAnswer: Codable, Sendable, Equatable {
    /// The contract.
    public var contract: String
    /// By how much it changed, in rounded seconds.
    public var changedSeconds: Int64
    /// What is left now.
    public var quotaLeftSeconds: Int64

    /// An answer.
    public init(contract: String, changedSeconds: Int64, quotaLeftSeconds: Int64) {
        self.contract = contract
        self.changedSeconds = changedSeconds
        self.quotaLeftSeconds = quotaLeftSeconds
    }
}

/// What became of the included time in a month, in rounded seconds: left = carried + granted + returned - used - expired.
public struct QuotaMonth: Codable, Sendable, Equatable {
    /// The month, `2026-11`.
    public var month: String
    /// From the month before, with what was set by hand.
    public var carriedSeconds: Int64
    /// With the month.
    public var grantedSeconds: Int64
    /// With sessions that were given back.
    public var returnedSeconds: Int64
    /// By sessions.
    public var usedSeconds: Int64
    /// By age, the carry-over's cap or the contract's end.
    public var expiredSeconds: Int64
    /// What is left; of the running month so far.
    public var leftSeconds: Int64

    /// A month.
    public init(
        month: String,
        carriedSeconds: Int64,
        grantedSeconds: Int64,
        returnedSeconds: Int64,
        usedSeconds: Int64,
        expiredSeconds: Int64,
        leftSeconds: Int64
    ) {
        self.month = month
        self.carriedSeconds = carriedSeconds
        self.grantedSeconds = grantedSeconds
        self.returnedSeconds = returnedSeconds
        self.usedSeconds = usedSeconds
        self.expiredSeconds = expiredSeconds
        self.leftSeconds = leftSeconds
    }
}
