import Testing

@testable import Agent

@Suite("The rules of a session")
struct SessionStateMachineTests {
    typealias Machine = AgentSession.StateMachine

    enum Stage: CaseIterable {
        case waiting, deciding, signing, consenting, running, paused, over

        var machine: Machine {
            var machine = Machine()
            if self == .waiting { return machine }
            _ = machine.offer()
            if self == .deciding { return machine }
            _ = machine.agree()
            if self == .signing { return machine }
            _ = machine.sign()
            if self == .consenting { return machine }
            _ = machine.start()
            if self == .running { return machine }
            if self == .paused { _ = machine.pause() } else { machine.finish() }
            return machine
        }
    }

    /// Status of the refusal, or 200; in the order of `Stage.allCases`.
    static let table: [(AgentSession.Action, [Int])] = [
        (.events, [403, 403, 403, 403, 200, 200, 200]),
        (.run, [403, 403, 403, 403, 200, 409, 409]),
        (.shell, [403, 403, 403, 403, 200, 409, 409]),
        (.logs, [403, 403, 403, 403, 200, 409, 409]),
        (.diagnose, [403, 403, 403, 403, 200, 409, 409]),
        (.get, [403, 403, 403, 403, 200, 409, 409]),
        (.put, [403, 403, 403, 403, 200, 409, 409]),
        (.forward, [403, 403, 403, 403, 200, 409, 409]),
        (.connection, [403, 403, 403, 403, 200, 409, 409]),
        (.names, [403, 403, 403, 403, 200, 409, 409]),
        (.pause, [403, 403, 403, 403, 200, 409, 409]),
        (.resume, [403, 403, 403, 403, 409, 200, 409]),
        (.note, [403, 403, 403, 403, 200, 200, 409]),
        (.cap, [403, 403, 403, 403, 200, 200, 409]),
    ]

    @Test("each action is allowed in its stages and refused in all others", arguments: table)
    func admits(action: AgentSession.Action, statuses: [Int]) {
        #expect(Stage.allCases.map { $0.machine.admit(action)?.status ?? 200 } == statuses)
    }

    @Test("the table has every action")
    func complete() { #expect(Self.table.map(\.0) == AgentSession.Action.allCases) }

    @Test("terms are taken once, and first")
    func offer() {
        let statuses = Stage.allCases.map { stage in
            var machine = stage.machine
            return machine.offer()?.status ?? 200
        }
        #expect(statuses == [200, 409, 409, 409, 409, 409, 409])
    }

    @Test("only a client who was asked can agree")
    func agree() {
        let answers = Stage.allCases.map { stage in
            var machine = stage.machine
            return machine.agree()
        }
        #expect(answers == [false, true, false, false, false, false, false])
    }

    @Test("only what the client agreed to can be signed, and once")
    func sign() {
        let statuses = Stage.allCases.map { stage in
            var machine = stage.machine
            return machine.sign()?.status ?? 200
        }
        #expect(statuses == [403, 403, 200, 409, 409, 409, 409])
    }

    @Test("the clock runs when neither of the two stops it, and each lets go of their own pause alone")
    func bothPause() {
        var machine = Stage.running.machine
        let first = [machine.pauseByClient(), machine.pauseByClient()]
        #expect(first == [true, false])
        #expect(machine.admit(.run)?.message.contains("the client paused") == true)
        #expect(machine.resume()?.message.contains("only they") == true)
        #expect(machine.pause() == nil)
        let lettingGo = [machine.resumeByClient(), machine.resumeByClient()]
        #expect(lettingGo == [true, false])
        #expect(machine.pausedBy == [.operator])
        let again = machine.pauseByClient()
        #expect(again)
        #expect(machine.resume() == nil)
        #expect(machine.pausedBy == [.client])
        let last = machine.resumeByClient()
        #expect(last && !machine.isPaused)
        for stage in Stage.allCases where ![.running, .paused].contains(stage) {
            var machine = stage.machine
            let changed = machine.pauseByClient()
            #expect(!changed)
        }
    }

    @Test("the clock starts only for a consent that is under way")
    func start() {
        let starts = Stage.allCases.map { stage in
            var machine = stage.machine
            return machine.start()
        }
        #expect(starts == [.tooLate, .tooLate, .tooLate, .begin, .tooLate, .tooLate, .tooLate])
    }

    @Test("what the client's wish to end leads to")
    func interrupt() {
        let results = Stage.allCases.map { stage in
            var machine = stage.machine
            return machine.interrupt()
        }
        #expect(results == [.leave, .leave, .leave, .wait, .end, .end, .nothing])
    }

    @Test("a wish to end while the relay is asked comes true when the session begins")
    func interruptWhileConsenting() {
        var machine = Stage.consenting.machine
        #expect(machine.interrupt() == .wait)
        #expect(machine.start() == .beginAndEnd)
        #expect(machine.interrupt() == .end)
    }

    @Test("pause and resume alternate")
    func pauses() {
        var machine = Stage.running.machine
        #expect(machine.pause() == nil)
        #expect(machine.isPaused)
        #expect(machine.pause()?.status == 409)
        #expect(machine.resume() == nil)
        #expect(!machine.isPaused)
        #expect(machine.resume()?.status == 409)
    }

    @Test("over is over, and says whether there was a session")
    func finish() {
        let results = Stage.allCases.map { stage in
            var machine = stage.machine
            return machine.finish()
        }
        #expect(results == [false, false, false, false, true, true, false])
        var machine = Stage.over.machine
        #expect(machine.resume()?.status == 409)
        #expect(machine.isOver)
    }
}
