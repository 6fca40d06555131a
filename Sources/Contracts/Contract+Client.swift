extension Contract {
    /// Who gets the support and the invoice.
    public struct Client: Codable, Hashable, Sendable {
        /// The name on the invoice.
        public var name: String
        /// Whether consumer protection or public procurement rules apply.
        public var kind: Kind
        /// Street and number.
        public var street: String
        /// The postal code, as text: German ones may start with 0.
        public var postalCode: String
        /// The town.
        public var city: String
        /// ISO 3166-1 alpha-2, `DE`.
        public var country: String
        /// The client's VAT id, `DE123456788`.
        public var vatId: String?
        /// What the client wants to find on the invoice (BT-10); the Leitweg-ID for public bodies.
        public var buyerReference: String?
        /// Where the electronic invoice goes (BT-49).
        public var eInvoiceAddress: ElectronicAddress?
        /// Whom to speak to.
        public var contacts: [Contact]

        /// A client from its parts.
        public init(
            name: String,
            kind: Kind,
            street: String,
            postalCode: String,
            city: String,
            country: String,
            vatId: String? = nil,
            buyerReference: String? = nil,
            eInvoiceAddress: ElectronicAddress? = nil,
            contacts: [Contact] = []
        ) {
            self.name = name
            self.kind = kind
            self.street = street
            self.postalCode = postalCode
            self.city = city
            self.country = country
            self.vatId = vatId
            self.buyerReference = buyerReference
            self.eInvoiceAddress = eInvoiceAddress
            self.contacts = contacts
        }

        /// What the client is before the law.
        public enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
            /// An entrepreneur, § 14 BGB.
            case business
            /// A consumer, § 13 BGB.
            case consumer
            /// A public body, which is invoiced through its Leitweg-ID.
            case `public`
        }
    }

    /// A person at the client.
    public struct Contact: Codable, Hashable, Sendable {
        /// The person's name.
        public var name: String
        /// Where mail reaches them.
        public var email: String?
        /// Where a call does.
        public var phone: String?
        /// Whether they may order paid work. Default false.
        public var mayOrder: Bool

        /// A contact from its parts.
        public init(name: String, email: String? = nil, phone: String? = nil, mayOrder: Bool = false) {
            self.name = name
            self.email = email
            self.phone = phone
            self.mayOrder = mayOrder
        }
    }

    /// A system that is supported.
    public struct System: Codable, Hashable, Sendable {
        /// Its id within the contract.
        public var id: String
        /// What it is, in words.
        public var name: String

        /// A system from its parts.
        public init(id: String, name: String) {
            self.id = id
            self.name = name
        }
    }

    /// Work that the contract does not include.
    public struct Exclusion: Codable, Hashable, Sendable {
        /// What is excluded, in words.
        public var text: String
        /// What happens when it is asked for.
        public var treatment: Treatment
        /// The category it is billed in; only and always with `billAtRate`.
        public var category: String?

        /// An exclusion from its parts.
        public init(text: String, treatment: Treatment, category: String? = nil) {
            self.text = text
            self.treatment = treatment
            self.category = category
        }

        /// What happens with excluded work.
        public enum Treatment: String, Codable, Hashable, Sendable, CaseIterable {
            /// It is done, and billed in the exclusion's category.
            case billAtRate
            /// It is not done.
            case refuse
        }
    }

    /// The agreement on processing personal data (Art. 28 GDPR), or why none is needed.
    public enum DataProcessingAgreement: Hashable, Sendable {
        /// The day it was signed.
        case signed(LocalDate)
        /// Why none is needed, in words.
        case notApplicable(String)
    }
}

extension Contract.DataProcessingAgreement: TextCodable {
    private static let exemption = "notApplicable:"

    /// Reads a date or `notApplicable: why`.
    public static func parse(_ text: String) throws(ContractsError) -> Self {
        let advice = "write the day it was signed, or \"notApplicable: why\""
        if text.hasPrefix(exemption) {
            let reason = text.dropFirst(exemption.count).trimmingSpaces
            guard !reason.isEmpty else { throw .text("the reason after \(exemption) is missing", mend: advice) }
            return .notApplicable(reason)
        }
        if let date = try? LocalDate.parse(text) { return .signed(date) }
        throw .text("\(quoted(text)) is neither a date nor a reason", mend: advice)
    }

    /// The date, or `notApplicable: why`.
    public var description: String {
        switch self {
        case .signed(let date): date.description
        case .notApplicable(let reason): "\(Self.exemption) \(reason)"
        }
    }
}

/// An address for electronic invoices: the party's address in a scheme of the EAS code list.
public struct ElectronicAddress: Codable, Hashable, Sendable {
    /// The scheme, `EM` for e-mail, `0204` for a Leitweg-ID.
    public var scheme: String
    /// The address in that scheme.
    public var value: String

    /// An address from its parts.
    public init(scheme: String, value: String) {
        self.scheme = scheme
        self.value = value
    }
}
