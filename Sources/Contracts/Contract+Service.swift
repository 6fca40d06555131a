extension Contract {
    /// Hours in which support is open.
    public struct ServiceHours: Codable, Hashable, Sendable {
        /// The days.
        public var days: DaySet
        /// When it opens.
        public var from: LocalTime
        /// When it closes; at or before `from` it closes on the next day.
        public var to: LocalTime

        /// Service hours from their parts.
        public init(days: DaySet, from: LocalTime, to: LocalTime) {
            self.days = days
            self.from = from
            self.to = to
        }
    }

    /// How fast a human reacts to a request of one priority.
    public struct Reaction: Codable, Hashable, Sendable {
        /// The priority's name, `P1`.
        public var priority: String
        /// What makes a request this urgent, in words.
        public var means: String
        /// The promised reaction time.
        public var withinSeconds: Int64
        /// Which seconds count.
        public var clock: Clock

        /// A reaction time from its parts.
        public init(priority: String, means: String, withinSeconds: Int64, clock: Clock = .service) {
            self.priority = priority
            self.means = means
            self.withinSeconds = withinSeconds
            self.clock = clock
        }

        /// Which seconds count towards a reaction time.
        public enum Clock: String, Codable, Hashable, Sendable, CaseIterable {
            /// Seconds within service hours.
            case service
            /// All seconds.
            case calendar
        }
    }

    /// The holidays that close the service and that surcharges of `holidays` mean.
    public struct Holidays: Codable, Hashable, Sendable {
        /// Whose holidays: those of the whole Land.
        public var region: Region
        /// Days that count as holidays besides.
        public var add: [HolidayDate]
        /// Days that do not count although the region has them.
        public var drop: [HolidayDate]

        /// Holidays from their parts.
        public init(region: Region, add: [HolidayDate] = [], drop: [HolidayDate] = []) {
            self.region = region
            self.add = add
            self.drop = drop
        }
    }

    /// A Land by its ISO 3166-2 code, or Germany for the nationwide holidays alone.
    public enum Region: String, Codable, Hashable, Sendable, CaseIterable {
        /// The holidays that all Länder share.
        case germany = "DE"
        /// Baden-Württemberg.
        case badenWürttemberg = "DE-BW"
        /// Bavaria.
        case bavaria = "DE-BY"
        /// Berlin.
        case berlin = "DE-BE"
        /// Brandenburg.
        case brandenburg = "DE-BB"
        /// Bremen.
        case bremen = "DE-HB"
        /// Hamburg.
        case hamburg = "DE-HH"
        /// Hesse.
        case hesse = "DE-HE"
        /// Mecklenburg-Western Pomerania.
        case mecklenburgWesternPomerania = "DE-MV"
        /// Lower Saxony.
        case lowerSaxony = "DE-NI"
        /// North Rhine-Westphalia.
        case northRhineWestphalia = "DE-NW"
        /// Rhineland-Palatinate.
        case rhinelandPalatinate = "DE-RP"
        /// Saarland.
        case saarland = "DE-SL"
        /// Saxony.
        case saxony = "DE-SN"
        /// Saxony-Anhalt.
        case saxonyAnhalt = "DE-ST"
        /// Schleswig-Holstein.
        case schleswigHolstein = "DE-SH"
        /// Thuringia.
        case thuringia = "DE-TH"
    }

    /// A day added to or dropped from the holidays: of one year, or of every year.
    public enum HolidayDate: Hashable, Sendable {
        /// One day, `2026-12-24`.
        case on(LocalDate)
        /// The same day of every year, `12-24`: month 1 to 12 and a day that the month can have.
        case yearly(month: Int, day: Int)

        /// Whether a date is this day.
        public func matches(_ date: LocalDate) -> Bool {
            switch self {
            case .on(let day): date == day
            case .yearly(let month, let day): date.month == month && date.day == day
            }
        }
    }
}

extension Contract.HolidayDate: TextCodable {
    /// Reads `2026-12-24` or, for every year, `12-24`.
    public static func parse(_ text: String) throws(ContractsError) -> Self {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return .on(try LocalDate.parse(text)) }
        // 2000 is a leap year: 02-29 is a day of some years.
        guard parts.allSatisfy({ $0.utf8.count == 2 }), let month = decimal(parts[0].utf8),
            let day = decimal(parts[1].utf8), LocalDate(year: 2000, month: month, day: day) != nil
        else {
            throw .text("\(quoted(text)) is not a day", mend: "write 2026-12-24, or 12-24 for every year")
        }
        return .yearly(month: month, day: day)
    }

    /// `2026-12-24` or `12-24`.
    public var description: String {
        switch self {
        case .on(let date): date.description
        case .yearly(let month, let day): "\(twoDigits(month))-\(twoDigits(day))"
        }
    }
}
