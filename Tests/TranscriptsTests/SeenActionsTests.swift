import SupportChannel
import Testing

@testable import Transcripts

@Suite("What the operator's end saw, against the agent's list")
struct SeenActionsTests {
    private let whole = record("run", runParameters("df"), [.output("a"), .result("{}")])
    private let cut = record("run", runParameters("df"), [.output("a")])

    private func seen(asked: Int, _ accepted: [ActionRecord]) -> SeenActions {
        var seen = SeenActions()
        for _ in 0..<asked { seen.ask(.init(name: "run", parameters: runParameters("df"))) }
        seen.accept(accepted)
        return seen
    }

    @Test("an action that both saw to its end is the same at both")
    func same() {
        #expect(seen(asked: 1, [whole]).agrees(with: [whole]))
        let other = record("run", runParameters("df"), [.output("b"), .result("{}")])
        #expect(!seen(asked: 1, [whole]).agrees(with: [other]))
        let another = record("run", runParameters("df"), [.output("a"), .result("{\"status\":1}")])
        #expect(!seen(asked: 1, [whole]).agrees(with: [another]))
    }

    @Test("one that broke off on the way may have been sent further, or less far, than was seen")
    func broken() {
        #expect(seen(asked: 1, [cut]).agrees(with: [whole]))
        #expect(seen(asked: 1, [cut]).agrees(with: [record("run", runParameters("df"), [])]))
        #expect(seen(asked: 2, [cut, whole]).agrees(with: [whole, cut]))
        // An agent that did not get to see the end of what was seen to its end here tells something else.
        #expect(!seen(asked: 1, [whole]).agrees(with: [cut]))
    }

    @Test("what was accepted is listed; what was asked for may be; nothing else is, and nothing more often")
    func amounts() {
        #expect(!seen(asked: 1, [whole]).agrees(with: []))
        #expect(!seen(asked: 1, [cut]).agrees(with: []))
        #expect(seen(asked: 2, [whole]).agrees(with: [whole, cut]))
        #expect(!seen(asked: 1, [whole]).agrees(with: [whole, cut]))
        #expect(!seen(asked: 1, []).agrees(with: [record("run", runParameters("rm"), [])]))
        #expect(!seen(asked: 1, []).agrees(with: [record("shell", runParameters("df"), [])]))
        #expect(!seen(asked: 2, [whole, whole]).agrees(with: [whole, cut]))
        #expect(seen(asked: 0, []).agrees(with: []))
    }

    @Test("a text that is not the one of its digest is not believed")
    func texts() {
        var lie = whole
        lie.parameters = "{\"arguments\":[\"true\"]}"
        #expect(!seen(asked: 1, [whole]).agrees(with: [lie]))
        lie = whole
        lie.result = "{\"status\":0}"
        #expect(!seen(asked: 1, [whole]).agrees(with: [lie]))
        lie = whole
        (lie.parameters, lie.result) = (nil, nil)
        #expect(seen(asked: 1, [whole]).agrees(with: [lie]))
    }
}
