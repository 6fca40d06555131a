import Contracts

extension Fields {
    /// The supplier of a file. Texts that are missing are left empty: `Supplier.problems` says which law wants each.
    func supplier() -> Supplier {
        defer { reportUnknown() }
        return Supplier(
            name: explainedText("name"),
            contact: explainedText("contact"),
            street: explainedText("street"),
            postalCode: explainedText("postalCode"),
            city: explainedText("city"),
            country: explainedText("country"),
            phone: explainedText("phone"),
            email: explainedText("email"),
            eInvoiceAddress: electronicAddress("eInvoiceAddress"),
            vatId: text("vatId"),
            taxNumber: text("taxNumber"),
            timeZone: explainedText("timeZone"),
            datev: fields("datev")?.datev(),
            // An IBAN is printed in groups of four; the spaces are no part of it.
            iban: explainedText("iban").filter { $0 != " " },
            bic: text("bic"),
            smallBusiness: bool("smallBusiness") ?? false,
            invoiceNumbers: text("invoiceNumbers") ?? Supplier.defaultInvoiceNumbers
        )
    }

    private func datev() -> Supplier.DATEV {
        defer { reportUnknown() }
        return Supplier.DATEV(
            consultant: required("consultant", FieldError.integer, fallback: 0),
            client: required("client", FieldError.integer, fallback: 0),
            revenueAccount: required("revenueAccount", FieldError.integer, fallback: 0)
        )
    }
}
