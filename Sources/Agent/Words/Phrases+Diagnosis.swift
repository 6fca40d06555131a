// Many commands that are asked for together.
extension Phrases {
    func diagnosis(_ count: Int) -> String {
        say("a check of this computer (\(count) commands)", "eine Prüfung dieses Computers (\(count) Befehle)")
    }
    func checkListTitle(_ number: Int) -> String {
        say(
            "[\(number)] A check of this computer. Exactly these commands:",
            "[\(number)] Eine Prüfung dieses Computers. Genau diese Befehle:"
        )
    }
    func asksToDiagnose(_ number: Int, _ count: Int) -> String {
        say(
            "[\(number)] wants to run the commands above (\(count)), each for 10 seconds at most, and to see what they print",
            "[\(number)] möchte die Befehle darüber ausführen (\(count)), jeden höchstens 10 Sekunden, und sehen, was sie ausgeben"
        )
    }
    func runsChecks(_ number: Int, _ count: Int) -> String {
        say("[\(number)] runs the commands above (\(count))", "[\(number)] führt die Befehle darüber aus (\(count))")
    }
    func checksEnded(_ number: Int, _ tally: DiagnosisTally, after time: String) -> String {
        var parts = [say("\(tally.ended) ran", "\(tally.ended) ausgeführt")]
        if tally.absent > 0 {
            parts.append(say("\(tally.absent) not on this computer", "\(tally.absent) hier nicht vorhanden"))
        }
        if tally.failed > 0 {
            parts.append(
                say("\(tally.failed) stopped or failed", "\(tally.failed) angehalten oder gescheitert")
            )
        }
        let list = parts.joined(separator: ", ")
        return say("[\(number)] ended after \(time): \(list)", "[\(number)] beendet nach \(time): \(list)")
    }
}
