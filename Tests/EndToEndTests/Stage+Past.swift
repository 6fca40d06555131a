import Foundation
import RelayAPI
import TLS
import Testing

extension Stage {
    /// Makes a relay with sessions of the month that was over last, lets it serve and logs its owner in.
    ///
    /// - Returns: the month, `2026-10`.
    func makePast(contracts: Int, sessions: Int) async throws -> String {
        struct Made: Decodable { var month: String }
        let maker = try start(
            Programs.bench,
            ["ledger", relayFolder, "--contracts", "\(contracts)", "--sessions", "\(sessions)"]
        )
        guard try await maker.ended() == 0 else { throw Failure(maker.story) }
        try Data(ExampleSupplier.text.utf8).write(to: URL(fileURLWithPath: relayFolder + "/supplier.yaml"))
        try await serve()
        try await logIn("jana")
        return try JSONDecoder().decode(Made.self, from: Data(maker.output.utf8)).month
    }

    /// The relay that serves, asked as `lotse` asks it, without starting that.
    func client(home: String = "home") throws -> RelayClient {
        struct Login: Decodable { var authority, certificate, privateKey: String }
        let file = URL(fileURLWithPath: folder + "/" + home + "/login.json")
        let login = try JSONDecoder().decode(Login.self, from: Data(contentsOf: file))
        return try RelayClient(
            endpoint: RelayEndpoint(url: address),
            trust: .authorities([Certificate(pem: login.authority)]),
            certificate: Certificate(pem: login.certificate),
            privateKey: PrivateKey(pem: login.privateKey)
        )
    }
}

/// The head of the invoices.
enum ExampleSupplier {
    static let text = """
        name: Jana Lotse IT-Service
        contact: Jana Lotse
        street: Deichweg 3
        postalCode: "20457"
        city: Hamburg
        country: DE
        phone: "+49 40 5550100"
        email: jana@lotse.example
        eInvoiceAddress: { scheme: EM, value: jana@lotse.example }
        taxNumber: 22/815/08154
        timeZone: Europe/Berlin
        iban: DE02120300000000202051
        smallBusiness: false
        invoiceNumbers: "{year}-{number:4}"

        """
}
