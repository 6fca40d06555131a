extension Contract {
    /// A fee with a quota of time.
    public struct Retainer: Codable, Hashable, Sendable {
        /// How fee and quota hang together.
        public var kind: Kind
        /// The net fee.
        public var feeCents: Int64
        /// Whether the fee is due at the start of its period. Default false for `takeOrPay`, true for `prepaidBlock`.
        public var dueInAdvance: Bool
        /// The quota that the fee buys.
        public var includedSeconds: Int64
        /// How often fee and quota come. Default `month`.
        public var period: Period
        /// The name of the rate of seconds beyond the quota; nil: the category's own.
        public var overageRate: String?
        /// What becomes of quota that is left at a period's end. Default: nothing is carried.
        public var carryOver: CarryOver

        /// A retainer from its parts.
        public init(
            kind: Kind,
            feeCents: Int64,
            dueInAdvance: Bool = false,
            includedSeconds: Int64,
            period: Period = .month,
            overageRate: String? = nil,
            carryOver: CarryOver = CarryOver(policy: .none)
        ) {
            self.kind = kind
            self.feeCents = feeCents
            self.dueInAdvance = dueInAdvance
            self.includedSeconds = includedSeconds
            self.period = period
            self.overageRate = overageRate
            self.carryOver = carryOver
        }

        /// How fee and quota hang together. A contract without a retainer (`none` in a file) has no `Retainer`.
        public enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
            /// The fee is owed each period, whether the quota is used or not.
            case takeOrPay
            /// A block of time, paid before it is used.
            case prepaidBlock
        }

        /// How often fee and quota come.
        public enum Period: String, Codable, Hashable, Sendable, CaseIterable {
            /// Each local month.
            case month
        }
    }

    /// What becomes of quota that is left at a period's end.
    public struct CarryOver: Codable, Hashable, Sendable {
        /// Whether it is carried.
        public var policy: Policy
        /// How much at most, before the new grant; only and always with `capped`.
        public var capSeconds: Int64?
        /// After how many periods a lot expires (2: January's is usable through March); nil: never.
        public var expiresAfterPeriods: Int64?

        /// A rule from its parts.
        public init(policy: Policy, capSeconds: Int64? = nil, expiresAfterPeriods: Int64? = nil) {
            self.policy = policy
            self.capSeconds = capSeconds
            self.expiresAfterPeriods = expiresAfterPeriods
        }

        /// Whether quota is carried into the next period.
        public enum Policy: String, Codable, Hashable, Sendable, CaseIterable {
            /// It is lost.
            case none
            /// It is carried up to a cap.
            case capped
            /// It is carried.
            case unlimited
        }
    }

    /// What a session or a month may cost at most, net.
    public struct Cap: Codable, Hashable, Sendable {
        /// For one session.
        public var perSessionCents: Int64?
        /// For one month, without the fee.
        public var perMonthCents: Int64?
        /// What happens when the next second would exceed it.
        public var onReach: Reach

        /// A cap from its parts.
        public init(perSessionCents: Int64? = nil, perMonthCents: Int64? = nil, onReach: Reach) {
            self.perSessionCents = perSessionCents
            self.perMonthCents = perMonthCents
            self.onReach = onReach
        }

        /// What happens at a cap.
        public enum Reach: String, Codable, Hashable, Sendable, CaseIterable {
            /// The client is told.
            case warn
            /// The client is asked; no answer within 60 s ends the session.
            case needConsent
            /// The session ends.
            case stop
        }
    }

    /// When invoices are written and due.
    public struct Payment: Codable, Hashable, Sendable {
        /// Days from the invoice to its due date. Default 30 (§ 286 (3) BGB).
        public var termDays: Int64
        /// How often an invoice is written. Default `monthly`.
        public var cycle: Cycle
        /// A net below this waits for the next invoice; nil: none waits.
        public var smallestInvoiceCents: Int64?

        /// Terms of payment from their parts.
        public init(termDays: Int64 = 30, cycle: Cycle = .monthly, smallestInvoiceCents: Int64? = nil) {
            self.termDays = termDays
            self.cycle = cycle
            self.smallestInvoiceCents = smallestInvoiceCents
        }

        /// How often an invoice is written.
        public enum Cycle: String, Codable, Hashable, Sendable, CaseIterable {
            /// After each local month.
            case monthly
        }
    }

    /// How the invoice treats value-added tax.
    public struct VAT: Codable, Hashable, Sendable {
        /// The category, UNCL 5305.
        public var category: Category
        /// The percentage in basis points; 0 in all categories but `S`.
        public var percentBp: Int64

        /// A treatment from its parts.
        public init(category: Category, percentBp: Int64) {
            self.category = category
            self.percentBp = percentBp
        }

        /// VAT categories, UNCL 5305.
        public enum Category: String, Codable, Hashable, Sendable, CaseIterable {
            /// Taxed at the standard or a reduced rate.
            case standard = "S"
            /// Exempt: the supplier is a small business, § 19 UStG.
            case exempt = "E"
            /// Reverse charge: a business elsewhere in the EU owes the tax, § 13b UStG.
            case reverseCharge = "AE"
            /// Outside the scope of German VAT: a business outside the EU.
            case outsideScope = "O"
        }
    }
}
