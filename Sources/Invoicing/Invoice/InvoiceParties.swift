import Contracts

extension Invoice {
    /// A postal address (BG-5, BG-8).
    public struct Address: Codable, Hashable, Sendable {
        /// Street and number (BT-35, BT-50).
        public var street: String
        /// The postal code (BT-38, BT-53).
        public var postalCode: String
        /// The town (BT-37, BT-52).
        public var city: String
        /// ISO 3166-1 alpha-2 (BT-40, BT-55).
        public var country: String
    }

    /// Who sends the invoice (BG-4), as the supplier was at its issue.
    public struct Seller: Codable, Hashable, Sendable {
        /// The name or firm (BT-27).
        public var name: String
        /// Where they are.
        public var address: Address
        /// The VAT id (BT-31); nil also where the invoice must not show it (BR-O-02).
        public var vatId: String?
        /// The tax number (BT-32).
        public var taxNumber: String?
        /// The person to ask (BT-41).
        public var contact: String
        /// Their telephone (BT-42).
        public var phone: String
        /// Their e-mail (BT-43).
        public var email: String
        /// The sender's address for electronic invoices (BT-34).
        public var eInvoiceAddress: ElectronicAddress?
        /// Where to pay (BT-84), without spaces.
        public var iban: String
        /// The bank (BT-86).
        public var bic: String?
    }

    /// Who gets it (BG-7), as the contract was at its issue.
    public struct Buyer: Codable, Hashable, Sendable {
        /// The name (BT-44).
        public var name: String
        /// What the client is before the law; a consumer reads gross prices.
        public var kind: Contract.Client.Kind
        /// Where they are.
        public var address: Address
        /// The VAT id (BT-48); nil also where the invoice must not show it (BR-O-02).
        public var vatId: String?
        /// What the client wants to find on the invoice (BT-10); the contract's id where they said nothing.
        public var reference: String
        /// Where the electronic invoice goes (BT-49).
        public var eInvoiceAddress: ElectronicAddress?
    }
}

extension Invoice.Seller {
    /// - Parameter isOutsideScope: the invoice's category is O, which shows no VAT id (BR-O-02).
    init(_ supplier: Supplier, isOutsideScope: Bool) {
        name = supplier.name
        address = Invoice.Address(
            street: supplier.street,
            postalCode: supplier.postalCode,
            city: supplier.city,
            country: supplier.country
        )
        vatId = isOutsideScope ? nil : supplier.vatId
        taxNumber = supplier.taxNumber
        contact = supplier.contact
        phone = supplier.phone
        email = supplier.email
        eInvoiceAddress = supplier.eInvoiceAddress
        iban = supplier.iban
        bic = supplier.bic
    }
}

extension Invoice {
    /// Whether the page is the whole invoice: an electronic one is for businesses (§ 14 (2) UStG), and a consumer may have no address for it.
    public var isPageAlone: Bool { buyer.kind == .consumer && buyer.eInvoiceAddress == nil }
}

extension Invoice.Buyer {
    /// - Parameter isOutsideScope: the invoice's category is O, which shows no VAT id (BR-O-02).
    init(_ contract: Contract, isOutsideScope: Bool) {
        let client = contract.client
        name = client.name
        kind = client.kind
        address = Invoice.Address(
            street: client.street,
            postalCode: client.postalCode,
            city: client.city,
            country: client.country
        )
        vatId = isOutsideScope ? nil : client.vatId
        reference = client.buyerReference ?? contract.contract
        let mail = client.contacts.lazy.compactMap(\.email).first
        eInvoiceAddress = client.eInvoiceAddress ?? mail.map { ElectronicAddress(scheme: "EM", value: $0) }
    }
}
