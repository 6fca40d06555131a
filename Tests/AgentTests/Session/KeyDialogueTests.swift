import Contracts
import Testing

@testable import Agent

@Suite("Single keys")
struct KeyDialogueTests {
    private let all: [Contract.Grant] = [.run, .logs]

    private func press(_ dialogue: inout KeyDialogue, _ keys: String, at now: Duration = .seconds(1)) -> [KeyDialogue
        .Effect]
    {
        keys.map { dialogue.press($0, granted: all, isPerson: true, at: now) }
    }

    @Test("p, q and r mean the same at any time, in both cases; other keys mean nothing")
    func always() {
        var dialogue = KeyDialogue()
        #expect(
            press(&dialogue, "pPqQxyna1 ") == [.pause, .pause, .end, .end]
                + [KeyDialogue.Effect](repeating: .nothing, count: 6)
        )
        dialogue.ask(.init(number: 1, grant: .run), at: .zero)
        #expect(press(&dialogue, "pq") == [.pause, .end])
        #expect(dialogue.question?.number == 1)
    }

    @Test("questions are answered in their order, one key each")
    func order() {
        var dialogue = KeyDialogue()
        dialogue.ask(.init(number: 1, grant: .run), at: .zero)
        dialogue.ask(.init(number: 2, grant: .logs), at: .zero)
        #expect(press(&dialogue, "y") == [.answered(.init(number: 1, grant: .run), .yes)])
        #expect(dialogue.question?.number == 2)
        #expect(press(&dialogue, "n", at: .seconds(2)) == [.answered(.init(number: 2, grant: .logs), .no)])
        #expect(dialogue.question == nil)
    }

    @Test("v shows what a question about logs would send, and answers nothing")
    func preview() {
        var dialogue = KeyDialogue()
        dialogue.ask(.init(number: 1, grant: .run), at: .zero)
        dialogue.ask(.init(number: 2, grant: .logs), at: .zero)
        #expect(press(&dialogue, "v") == [.nothing])
        #expect(press(&dialogue, "y") == [.answered(.init(number: 1, grant: .run), .yes)])
        #expect(press(&dialogue, "v", at: .seconds(2)) == [.preview(.init(number: 2, grant: .logs))])
        #expect(dialogue.question?.number == 2)
    }

    @Test("a key that comes before a question can have been read is not its answer; a script's is")
    func typeAhead() {
        var dialogue = KeyDialogue()
        dialogue.ask(.init(number: 1, grant: .run), at: .seconds(1))
        dialogue.ask(.init(number: 2, grant: .run), at: .seconds(1))
        #expect(press(&dialogue, "y", at: .milliseconds(1499)) == [.nothing])
        // Pressed twice: the second one is for a question that nobody has seen.
        #expect(
            press(&dialogue, "yy", at: .milliseconds(1500)) == [
                .answered(.init(number: 1, grant: .run), .yes), .nothing,
            ]
        )
        let scripted = dialogue.press("y", granted: all, isPerson: false, at: .milliseconds(1500))
        #expect(scripted == .answered(.init(number: 2, grant: .run), .yes))
    }

    @Test("r and a digit take back what stands behind the digit; every other key takes back nothing")
    func takeBack() {
        var dialogue = KeyDialogue()
        #expect(press(&dialogue, "r2") == [.choosing, .takeBack(.logs)])
        for key in "3 0ynq" {
            #expect(press(&dialogue, "r\(key)") == [.choosing, .choseNothing])
            #expect(dialogue.choosing == nil)
        }
        let nothingLeft = dialogue.press("r", granted: [], isPerson: true, at: .zero)
        #expect(nothingLeft == .choosing)
        #expect(dialogue.choosing == nil)
    }

    @Test("what does not wait any more is not asked about, and the next question begins anew")
    func withdrawn() {
        var dialogue = KeyDialogue()
        for number in 1...3 { dialogue.ask(.init(number: number, grant: number == 2 ? .logs : .run), at: .zero) }
        dialogue.withdraw(1, at: .seconds(5))
        #expect(dialogue.question?.number == 2)
        #expect(press(&dialogue, "y", at: .seconds(5)) == [.nothing])
        let withdrawn = dialogue.withdrawAll(of: .run, at: .seconds(6))
        #expect(withdrawn == [3])
        #expect(press(&dialogue, "a", at: .seconds(7)) == [.answered(.init(number: 2, grant: .logs), .yesToAll)])
    }

    @Test("t takes a terminal back at once, where one is allowed")
    func terminal() {
        var dialogue = KeyDialogue()
        #expect(press(&dialogue, "t") == [.nothing])
        let granted: [Contract.Grant] = [.run, .shell]
        dialogue.ask(.init(number: 1, grant: .run), at: .zero)
        #expect(dialogue.press("T", granted: granted, isPerson: true, at: .zero) == .takeBack(.shell))
        #expect(dialogue.question?.number == 1)
    }
}
