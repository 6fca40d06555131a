extension Contract {
    /// A kind of work.
    public struct Category: Codable, Hashable, Sendable {
        /// Its id within the contract.
        public var id: String
        /// Whether it is billed.
        public var kind: Kind
        /// The name of its hourly rate.
        public var rate: String
        /// Whether it uses the retainer's quota first. Default false.
        public var usesQuota: Bool

        /// A category from its parts.
        public init(id: String, kind: Kind, rate: String, usesQuota: Bool = false) {
            self.id = id
            self.kind = kind
            self.rate = rate
            self.usesQuota = usesQuota
        }

        /// Whether work is billed.
        public enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
            /// Billed at its rate.
            case support
            /// A defect of what was delivered: listed, at 0.00.
            case warranty
        }
    }

    /// How raw seconds become billed seconds (the seconds of a session, never its start or end).
    public struct Rounding: Codable, Hashable, Sendable {
        /// What is rounded as one. Default `session`.
        public var per: Unit
        /// The step, above 0. Default one minute.
        public var stepSeconds: Int64
        /// What a billed unit counts at least. Default 0.
        public var minimumSeconds: Int64
        /// Where to. Default `up`.
        public var mode: Mode
        /// Up to this a unit is free. Default 0.
        public var freeUpToSeconds: Int64
        /// A break longer than this starts a new unit; nil: no break does.
        public var mergeGapSeconds: Int64?
        /// Which band gets what rounding adds. Default `last`.
        public var excess: Excess

        /// Rounding from its parts; the defaults are those of a silent contract.
        public init(
            per: Unit = .session,
            stepSeconds: Int64 = 60,
            minimumSeconds: Int64 = 0,
            mode: Mode = .up,
            freeUpToSeconds: Int64 = 0,
            mergeGapSeconds: Int64? = nil,
            excess: Excess = .last
        ) {
            self.per = per
            self.stepSeconds = stepSeconds
            self.minimumSeconds = minimumSeconds
            self.mode = mode
            self.freeUpToSeconds = freeUpToSeconds
            self.mergeGapSeconds = mergeGapSeconds
            self.excess = excess
        }

        /// What is rounded as one.
        public enum Unit: String, Codable, Hashable, Sendable, CaseIterable {
            /// Each session, or each part of it between breaks longer than `mergeGapSeconds`.
            case session
            /// All of a category on one local day.
            case day
            /// All of a category in one local month.
            case period
        }

        /// Where seconds between two steps go.
        public enum Mode: String, Codable, Hashable, Sendable, CaseIterable {
            /// To the next step.
            case up
            /// To the nearer step, half up.
            case nearest
            /// To the step before.
            case down
        }

        /// Which surcharge band gets what rounding adds.
        public enum Excess: String, Codable, Hashable, Sendable, CaseIterable {
            /// The last in time.
            case last
            /// The last of those with the lowest percentage.
            case cheapest
        }
    }

    /// What certain hours cost on top.
    public struct Surcharge: Codable, Hashable, Sendable {
        /// Its name on the invoice.
        public var label: String
        /// The percentage of the category's rate, in basis points.
        public var percentBp: Int64
        /// The days on which the window starts.
        public var days: DaySet
        /// When it starts.
        public var from: LocalTime
        /// When it ends; at or before `from` it ends on the next day.
        public var to: LocalTime

        /// A surcharge from its parts.
        public init(label: String, percentBp: Int64, days: DaySet, from: LocalTime, to: LocalTime) {
            self.label = label
            self.percentBp = percentBp
            self.days = days
            self.from = from
            self.to = to
        }
    }

    /// What holds where surcharges meet.
    public enum SurchargeStacking: String, Codable, Hashable, Sendable, CaseIterable {
        /// The highest percentage.
        case max
        /// The sum of them.
        case sum
    }

    /// Whether time that the quota covers still costs its surcharge.
    public enum SurchargeOnQuota: String, Codable, Hashable, Sendable, CaseIterable {
        /// It does.
        case billed
        /// It does not.
        case absorbed
    }
}
