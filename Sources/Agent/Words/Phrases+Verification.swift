// What `lotse-agent verify` says.
extension Phrases {
    func invoice(number: String, from seller: String, gross: String) -> String {
        say("Invoice \(number) of \(seller): \(gross)", "Rechnung \(number) von \(seller): \(gross)")
    }
    func consent(_ session: String, contract: String, price: String) -> String {
        say(
            "Session \(session) under the contract \(contract), \(price) per hour",
            "Sitzung \(session) unter dem Vertrag \(contract), \(price) je Stunde"
        )
    }
    func agreedTo(_ purpose: String, _ name: String) -> String {
        say("agreed to here: \(purpose) (\(name))", "hier zugestimmt: \(purpose) (\(name))")
    }
    var notAgreedToHere: String {
        say(
            "this computer knows nothing of it; if no other of yours does, ask your supporter",
            "dieser Computer weiß davon nichts; weiß es auch kein anderer von Ihnen, fragen Sie Ihren Helfer"
        )
    }
    var recordedLater: String {
        say(
            "work without a session, written down later; ask your supporter where you know nothing of it",
            "Arbeit ohne Sitzung, nachgetragen; fragen Sie Ihren Helfer, wenn Sie nichts davon wissen"
        )
    }
    func givenBack(_ isWarranty: Bool) -> String {
        isWarranty
            ? say("accepted as warranty", "als Gewährleistung anerkannt") : say("given back", "zurückgegeben")
    }
    var notSignedByBoth: String {
        say("it does not carry the signatures of both", "es trägt nicht die Unterschriften von beiden")
    }
    var anotherClientsKey: String {
        say(
            "it was signed with the key of another computer",
            "es ist mit dem Schlüssel eines anderen Computers unterschrieben"
        )
    }
    func isRight(_ file: String) -> String {
        say("\(file) is right: everything was computed again.", "\(file) stimmt: Alles wurde nachgerechnet.")
    }
    func isNotRight(_ file: String) -> String {
        say(
            "\(file) is NOT right. Show your supporter these lines.",
            "\(file) stimmt NICHT. Zeigen Sie Ihrem Helfer diese Zeilen."
        )
    }
    func noSuchFile(_ file: String) -> String {
        say("there is no file \(file) (check the name)", "es gibt keine Datei \(file) (Namen prüfen)")
    }
    func cannotBeChecked(_ file: String, _ reason: String) -> String {
        say(
            "\(file) cannot be checked: \(reason) (give it the invoice's .xml as it came)",
            "\(file) kann nicht geprüft werden: \(reason) (die .xml der Rechnung angeben, wie sie kam)"
        )
    }
}
