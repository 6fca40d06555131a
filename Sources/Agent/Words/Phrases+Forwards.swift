/// Hosts and ports that are reached from here, told to the client.
extension Phrases {
    var asksForward: String {
        say(
            "reach other programs and machines from here (you are asked for each)",
            "von hier aus andere Programme und Geräte erreichen (Sie werden nach jedem gefragt)"
        )
    }
    func asksToReach(_ number: Int, _ target: String) -> String {
        say("[\(number)] wants to reach from here: \(target)", "[\(number)] möchte von hier erreichen: \(target)")
    }
    func reaches(_ number: Int, _ target: String) -> String {
        say("[\(number)] reaches from here: \(target)", "[\(number)] erreicht von hier: \(target)")
    }
    func reached(_ number: Int, after time: String, connections: Int, sent: String, received: String) -> String {
        let count =
            connections == 1
            ? say("1 connection", "1 Verbindung") : say("\(connections) connections", "\(connections) Verbindungen")
        return say(
            "[\(number)] ended after \(time): \(count), \(sent) from there, \(received) to there",
            "[\(number)] endete nach \(time): \(count), \(sent) von dort, \(received) dorthin"
        )
    }
}
