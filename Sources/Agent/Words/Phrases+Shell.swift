/// A terminal in the operator's hands.
extension Phrases {
    var aTerminal: String { say("a terminal", "ein Terminal") }
    var isShellOpen: String { say("one is open already", "eines ist schon offen") }
    func asksForShell(_ number: Int, _ name: String) -> String {
        say(
            "[\(number)] wants to type in a terminal on this computer: \(name) (you watch, t takes it back)",
            "[\(number)] möchte in einem Terminal auf diesem Computer tippen: \(name) (Sie sehen zu, t nimmt es zurück)"
        )
    }
    func opensShell(_ number: Int, _ name: String) -> String {
        say(
            "[\(number)] \(name) types in a terminal on this computer. Press t to take it back.",
            "[\(number)] \(name) tippt in einem Terminal auf diesem Computer. Mit t nehmen Sie es zurück."
        )
    }
    func typesHere(_ name: String) -> String { say("\(name) types here", "\(name) tippt hier") }
    var statusShell: String {
        say("t take the terminal back  p pause  q end", "t Terminal zurücknehmen  p Pause  q Ende")
    }
}
