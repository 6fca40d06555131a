import Contracts

extension Fields {
    /// The terms of a contract file. What is silent gets its default (Billing's page of rules: per session, steps of a minute,
    /// up, nothing free, and so on); what cannot be read gets a stand-in, and a problem.
    func contract() -> Contract {
        defer { reportUnknown() }
        let parties = head()
        return scope(parties)
    }

    private func head() -> Contract {
        Contract(
            contract: requiredText("contract"),
            title: requiredText("title"),
            language: choice("language"),
            timeZone: requiredText("timeZone"),
            validFrom: required("validFrom", LocalDate.parse, fallback: .unixEpoch),
            validUntil: value("validUntil", LocalDate.parse),
            minimumTermMonths: integer("minimumTermMonths"),
            noticeDays: integer("noticeDays"),
            signedOn: value("signedOn", LocalDate.parse),
            dataProcessingAgreement: value("dataProcessingAgreement", Contract.DataProcessingAgreement.parse),
            client: client(),
            ratesCentsPerHour: [:],
            categories: [],
            vat: Contract.VAT(category: .standard, percentBp: 1900)
        )
    }

    private func scope(_ head: Contract) -> Contract {
        var contract = head
        contract.systems = list("systems") { $0.system() } ?? []
        contract.included = texts("included") ?? []
        contract.excluded = list("excluded") { $0.exclusion() } ?? []
        contract.serviceHours = list("serviceHours") { $0.serviceHours() } ?? []
        contract.holidays = fields("holidays")?.holidays()
        contract.reaction = list("reaction") { $0.reaction() } ?? []
        if !has("rates") { missing("rates") }
        contract.ratesCentsPerHour = fields("rates")?.rates() ?? [:]
        if !has("categories") { missing("categories") }
        contract.categories = list("categories") { $0.category() } ?? []
        contract.rounding = fields("rounding")?.rounding() ?? Contract.Rounding()
        contract.surcharges = list("surcharges") { $0.surcharge() } ?? []
        contract.surchargeStacking = choice("surchargeStacking") ?? .max
        contract.surchargeOnQuota = choice("surchargeOnQuota") ?? .billed
        contract.retainer = fields("retainer")?.retainer()
        contract.cap = fields("cap")?.cap()
        contract.payment = fields("payment")?.payment() ?? Contract.Payment()
        if !has("vat") { missing("vat") }
        contract.vat = fields("vat")?.vat() ?? contract.vat
        contract.access = fields("access")?.access() ?? Contract.Access()
        contract.privacy = fields("privacy")?.privacy() ?? Contract.Privacy()
        return contract
    }

    // MARK: - Parties and scope

    private func client() -> Contract.Client {
        if !has("client") { missing("client") }
        guard let fields = fields("client") else {
            return Contract.Client(name: "", kind: .business, street: "", postalCode: "", city: "", country: "")
        }
        defer { fields.reportUnknown() }
        return Contract.Client(
            name: fields.explainedText("name"),
            kind: fields.requiredChoice("kind", fallback: .business),
            street: fields.explainedText("street"),
            postalCode: fields.explainedText("postalCode"),
            city: fields.explainedText("city"),
            country: fields.requiredText("country"),
            vatId: fields.text("vatId"),
            buyerReference: fields.text("buyerReference"),
            eInvoiceAddress: fields.electronicAddress("eInvoiceAddress"),
            contacts: fields.list("contacts") { $0.contact() } ?? []
        )
    }

    func electronicAddress(_ name: String) -> ElectronicAddress? {
        guard let fields = fields(name) else { return nil }
        defer { fields.reportUnknown() }
        return ElectronicAddress(scheme: fields.requiredText("scheme"), value: fields.requiredText("value"))
    }

    private func contact() -> Contract.Contact {
        defer { reportUnknown() }
        return Contract.Contact(
            name: requiredText("name"),
            email: text("email"),
            phone: text("phone"),
            mayOrder: bool("mayOrder") ?? false
        )
    }

    private func system() -> Contract.System {
        defer { reportUnknown() }
        return Contract.System(id: requiredText("id"), name: requiredText("name"))
    }

    private func exclusion() -> Contract.Exclusion {
        defer { reportUnknown() }
        return Contract.Exclusion(
            text: requiredText("text"),
            treatment: requiredChoice("treatment", fallback: .refuse),
            category: text("category")
        )
    }

    // MARK: - Service

    private func serviceHours() -> Contract.ServiceHours {
        defer { reportUnknown() }
        return Contract.ServiceHours(
            days: days(),
            from: required("from", LocalTime.parse, fallback: .midnight),
            to: required("to", LocalTime.parse, fallback: .endOfDay)
        )
    }

    /// Days as one text, `mon,wed`, or as a list of such texts, `[mon, wed]`.
    func days() -> DaySet {
        guard let entry = entries.first(where: { $0.key == "days" }), case .list(let elements, _) = entry.value,
            !elements.isEmpty
        else { return required("days", DaySet.parse, fallback: .all) }
        return values(of: "days", DaySet.parse).reduce(into: DaySet()) { $0.formUnion($1) }
    }

    /// The elements of a list by their parser; those that cannot be read are problems and left out.
    private func values<Value>(
        of name: String,
        _ parse: (String) throws(ContractsError) -> Value
    ) -> [Value] {
        list(name) { tree, path in
            guard let scalar = Self.scalar(tree, path, at: tree.place, reading) else { return nil }
            do {
                return try parse(scalar.text)
            } catch let error as ContractsError {
                reading.unreadable(path, at: scalar.place, error.sentence, mend: error.mend)
                return nil
            } catch {
                return nil
            }
        } ?? []
    }

    private func holidays() -> Contract.Holidays {
        defer { reportUnknown() }
        return Contract.Holidays(
            region: requiredChoice("region", fallback: .germany),
            add: values(of: "add", Contract.HolidayDate.parse),
            drop: values(of: "drop", Contract.HolidayDate.parse)
        )
    }

    private func reaction() -> Contract.Reaction {
        defer { reportUnknown() }
        return Contract.Reaction(
            priority: requiredText("priority"),
            means: requiredText("means"),
            withinSeconds: required("within", Seconds.parse, fallback: 1),
            clock: choice("clock") ?? .service
        )
    }
}
