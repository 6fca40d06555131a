import Receipts

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
    func receiptState(_ state: Receipt.State) -> String {
        switch state {
        case .signed: say("receipt signed by both", "Leistungsnachweis von beiden unterschrieben")
        case .refused: say("receipt not signed by you", "Leistungsnachweis von Ihnen nicht unterschrieben")
        case .disputed: say("receipt signed with an objection", "Leistungsnachweis mit Einwand unterschrieben")
        case .timeout: say("receipt without an answer", "Leistungsnachweis ohne Antwort")
        }
    }
    func notSignedWithKnownKey(_ signer: Signature.Signer) -> String {
        switch signer {
        case .relay:
            say(
                "no key that is trusted here signed it for the relay",
                "kein hier bekannter Schlüssel eines Relays hat ihn unterschrieben"
            )
        case .operator:
            say(
                "no key that is trusted here signed it for the supporter",
                "kein hier bekannter Schlüssel eines Helfers hat ihn unterschrieben"
            )
        case .client:
            say(
                "no key that is trusted here signed it for the client",
                "kein hier bekannter Schlüssel eines Kunden hat ihn unterschrieben"
            )
        }
    }
    func receiptDiffers(_ session: String, said: String, kept: String) -> String {
        say(
            "session \(session): the invoice says its receipt was \(said), the one kept here is \(kept)",
            "Sitzung \(session): laut Rechnung ist der Nachweis \(said), der hier aufbewahrte ist \(kept)"
        )
    }
    func receiptNotRight(_ session: String, _ findings: String) -> String {
        say(
            "session \(session): its receipt is not right: \(findings)",
            "Sitzung \(session): ihr Leistungsnachweis stimmt nicht: \(findings)"
        )
    }
    func feeDiffers(_ line: String, said: String, agreed: String) -> String {
        say(
            "line \(line): the fee is \(said), but the contract says \(agreed)",
            "Zeile \(line): die Pauschale ist \(said), im Vertrag steht \(agreed)"
        )
    }
    func taxDiffers(_ said: String, agreed: String) -> String {
        say("the VAT is \(said), but the contract says \(agreed)", "die USt ist \(said), im Vertrag steht \(agreed)")
    }
    var termsNotChecked: String {
        say(
            "fee and VAT were not checked: this computer does not keep the version of the contract that they are from",
            "Pauschale und USt wurden nicht geprüft: Dieser Computer hat die Fassung des Vertrags nicht, aus der sie sind"
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
    func cannotBeCheckedHere(_ file: String) -> String {
        say(
            "\(file) adds up, but cannot be checked here: check it on the computer on which you agreed, or name its keys with --trust.",
            "\(file) geht auf, kann hier aber nicht geprüft werden: auf dem Computer prüfen, an dem Sie zugestimmt haben, oder dessen Schlüssel mit --trust angeben."
        )
    }
    func noSuchFile(_ file: String) -> String {
        say("there is no file \(file) (check the name)", "es gibt keine Datei \(file) (Namen prüfen)")
    }
    func cannotBeChecked(_ file: String, _ reason: String) -> String {
        say(
            "\(file) cannot be checked: \(reason) (give it the invoice's .xml or a receipt's .json as it came)",
            "\(file) kann nicht geprüft werden: \(reason) (die .xml der Rechnung oder die .json des Nachweises angeben, wie sie kam)"
        )
    }
}
