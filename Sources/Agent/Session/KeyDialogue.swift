import Contracts

/// What single keys mean during a session: a value without I/O.
///
/// Actions that wait for the client's yes stand in a queue, of which the first is on the screen. `v` shows what one about logs would send. `p`, `r`, `t` and `q` mean the same
/// at any time. A key that comes sooner than a person can have read a question is not its answer.
struct KeyDialogue: Sendable {
    /// The client's answer to one action.
    enum Answer: Sendable, Equatable {
        case yes
        /// And to everything else of its kind.
        case yesToAll
        case no
    }

    /// An action that waits.
    struct Question: Sendable, Equatable {
        /// Its number on the screen.
        var number: Int
        /// What it needs.
        var grant: Contract.Grant
    }

    /// What a key leads to.
    enum Effect: Sendable, Equatable {
        case nothing
        case pause
        case end
        case answered(Question, Answer)
        /// `v` was pressed: what would be sent of the logs in the question.
        case preview(Question)
        /// `r` was pressed: the next digit takes something back.
        case choosing
        case takeBack(Contract.Grant)
        /// Any other key after `r`.
        case choseNothing
    }

    /// How long a question has to be on the screen before a key is its answer.
    static let readingTime: Duration = .milliseconds(500)

    private var questions: [Question] = []
    private var shownAt: Duration?
    private var choices: [Contract.Grant]?

    /// The question on the screen.
    var question: Question? { questions.first }
    /// What the next digit takes back; nil where it takes nothing.
    var choosing: [Contract.Grant]? { choices }

    /// An action waits for an answer.
    mutating func ask(_ question: Question, at now: Duration) {
        questions.append(question)
        if questions.count == 1 { shownAt = now }
    }

    /// An action does not wait any more.
    mutating func withdraw(_ number: Int, at now: Duration) {
        let isFirst = questions.first?.number == number
        questions.removeAll { $0.number == number }
        if isFirst { shownAt = now }
    }

    /// None of this kind waits any more.
    ///
    /// - Returns: Their numbers.
    mutating func withdrawAll(of grant: Contract.Grant, at now: Duration) -> [Int] {
        let numbers = questions.filter { $0.grant == grant }.map(\.number)
        for number in numbers { withdraw(number, at: now) }
        return numbers
    }

    /// A key was pressed.
    ///
    /// - Parameters:
    ///   - granted: what is allowed, and could be taken back.
    ///   - isPerson: whether somebody sits in front of it; a script's answer needs no time to be read.
    mutating func press(_ key: Character, granted: [Contract.Grant], isPerson: Bool, at now: Duration) -> Effect {
        let key = Character(key.lowercased())
        if let choices {
            self.choices = nil
            // The question was hidden behind the choice.
            shownAt = now
            guard let digit = key.wholeNumberValue, choices.indices.contains(digit - 1) else { return .choseNothing }
            return .takeBack(choices[digit - 1])
        }
        switch key {
        case "q": return .end
        case "p": return .pause
        // A terminal is the one thing that must go with one key, without a choice.
        case "t": return granted.contains(.shell) ? .takeBack(.shell) : .nothing
        case "r":
            if !granted.isEmpty { choices = granted }
            return .choosing
        case "y", "j": return answer(.yes, isPerson, now)
        case "a": return answer(.yesToAll, isPerson, now)
        case "n": return answer(.no, isPerson, now)
        case "v":
            guard let question = questions.first, question.grant == .logs else { return .nothing }
            return .preview(question)
        default: return .nothing
        }
    }

    private mutating func answer(_ answer: Answer, _ isPerson: Bool, _ now: Duration) -> Effect {
        guard let question = questions.first, !isPerson || now - (shownAt ?? now) >= Self.readingTime else {
            return .nothing
        }
        questions.removeFirst()
        shownAt = now
        return .answered(question, answer)
    }
}
