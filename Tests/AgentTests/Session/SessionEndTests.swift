import Contracts
import NIOCore
import RelayAPI
import SupportChannel
import Testing

@testable import Agent

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("The end of a session", .timeLimit(.minutes(5)))
struct SessionEndTests {
    /// Starts a command that never ends by itself, tells its process id, and takes what comes until it is over.
    private static func endless(_ end: OperatorEnd, _ started: OneShot<pid_t>) async throws -> RunResult {
        let script = "echo $$; trap '' TERM; while :; do sleep 1000; done"
        return try await end.perform("run", RunParameters(arguments: ["sh", "-c", script])) { replies, _ in
            while let frame = try await replies.next() {
                switch frame.kind {
                case .output:
                    let text = String(buffer: frame.payload)
                    if let process = pid_t(text.filter(\.isNumber)) { started.resolve(process) }
                case .result: return try frame.decoded(as: RunResult.self)
                default: break
                }
            }
            throw ChannelError.eof
        }
    }

    private static func exists(_ process: pid_t) -> Bool { kill(process, 0) == 0 || errno != ESRCH }

    @Test("the client ends it during a command: relay and operator are told, the process is gone")
    func clientEnds() async throws {
        let run = try AgentRun()
        let process = OneShot<pid_t>()
        let status = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            let listening = OneShot<Void>()
            async let event = end.event(listening: listening)
            _ = await listening.wait()
            async let result = Self.endless(end, process)
            #expect(await process.wait() != nil)
            run.interruption.trigger()
            #expect(try await event == SessionEvent(kind: .ended, rawSeconds: 754, billedSeconds: 900))
            // The answer may be cut off by the end of the connection; where it comes it says what happened.
            if let result = try? await result { #expect(result.status == 255) }
            try? await end.channel.close()
        }
        #expect(status == 0)
        #expect(!Self.exists(try #require(process.current)))
        #expect(run.relay.asked.ends.map(\.reason) == ["ended"])
        #expect(run.screen.text.contains("[1] was stopped after "))
        #expect(run.screen.text.contains("You ended the session.\n"))
        #expect(run.screen.text.contains("Connected 00:12:34, billed 00:15:00.\n"))
    }

    @Test("the operator vanishes during a command: the process is gone, and the client reads why")
    func operatorVanishes() async throws {
        let run = try AgentRun()
        let process = OneShot<pid_t>()
        let status = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            async let result = Self.endless(end, process)
            #expect(await process.wait() != nil)
            try await end.channel.close()
            _ = try? await result
        }
        #expect(status == 1)
        #expect(!Self.exists(try #require(process.current)))
        let complaint = try #require(run.complaints.all.first)
        #expect(complaint.hasPrefix("the connection was lost after 00:0"))
        #expect(run.complaints.all.count == 1)
        #expect(run.relay.asked.ends.isEmpty)
    }

    @Test("the operator breaks off one command: it ends, and the session goes on")
    func operatorBreaksOff() async throws {
        let run = try AgentRun()
        let process = OneShot<pid_t>()
        let status = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            let task = Task { try await Self.endless(end, process) }
            #expect(await process.wait() != nil)
            task.cancel()
            await run.screen.wait(for: "[1] was stopped after ")
            #expect(!Self.exists(try #require(process.current)))
            #expect(try await end.run(["true"]).0.status == 0)
            try await end.end()
        }
        #expect(status == 0)
    }

    @Test("a signal reaches a command behind input that it does not read")
    func signal() async throws {
        let run = try AgentRun()
        _ = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            let result = try await end.perform("run", RunParameters(arguments: ["sleep", "1000"])) {
                replies,
                requests in
                let block = ByteBuffer(repeating: 0x61, count: 100_000)
                for _ in 0..<5 { try await requests.send(ActionFrame(.input, block)) }
                try await requests.send(ActionFrame(.signal, ByteBuffer(integer: UInt8(SIGINT))))
                return try await replies.result(as: RunResult.self)
            }
            #expect(result == RunResult(status: 130, signal: SIGINT))
            try await end.end()
        }
    }

    @Test("q ends it on a terminal, and other keys do not")
    func typedEnd() async throws {
        let run = try AgentRun(terminal: true)
        let status = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            run.input.append("x")
            run.input.append("Q")
            await run.screen.wait(for: "Ending the session")
            try await end.channel.closeFuture.get()
        }
        #expect(status == 0)
        #expect(run.relay.asked.ends.count == 1)
    }

    @Test("on standard input neither q nor the end of it ends a session")
    func inputEnds() async throws {
        let run = try AgentRun(typed: [Samples.code, "q"])
        run.input.finish()
        let status = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            #expect(try await end.run(["echo", "still here"]).1 == "still here\n")
            try await end.end()
        }
        #expect(status == 0)
        #expect(run.relay.asked.ends.isEmpty)
    }

    @Test("the relay cannot be told of the end: it ends all the same, and says so")
    func endNotRecorded() async throws {
        var script = FakeRelay.Script()
        script.endFailure = AgentError(.relayFailed, "the relay cannot be reached")
        let run = try AgentRun(script)
        let status = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            run.interruption.trigger()
            try await end.channel.closeFuture.get()
        }
        #expect(status == 0)
        #expect(run.screen.text.contains("by this computer's clock."))
        #expect(run.screen.text.contains("The relay could not be told (the relay cannot be reached)"))
    }

    @Test("Ctrl-C before consent leaves with 130 and says that nothing was started")
    func leavesBeforeConsent() async throws {
        let run = try AgentRun(agrees: false)
        let status = try await run.with { end in
            async let answer = end.refusalOfOffer(Samples.terms(try Samples.contract()))
            await run.screen.wait(for: "Do you agree?")
            run.interruption.trigger()
            #expect(try await answer == Refusal(status: 403, message: "the client left"))
        }
        #expect(status == 130)
        #expect(run.relay.asked.consents.isEmpty)
        #expect(run.screen.text.contains("You left; nothing was started.\n"))
    }

    @Test("Ctrl-C while the relay records the consent ends the session that came of it")
    func leavesWhileConsenting() async throws {
        var script = FakeRelay.Script()
        let gate = OneShot<Void>()
        script.consentGate = gate
        let run = try AgentRun(script)
        let status = try await run.with { end in
            let terms = Samples.terms(try Samples.contract())
            async let consent = try? end.offer(terms)
            while run.relay.asked.consents.isEmpty { await Task.yield() }
            run.interruption.trigger()
            #expect(run.relay.asked.ends.isEmpty)
            gate.trigger()
            _ = await consent
            try await end.channel.closeFuture.get()
        }
        #expect(status == 0)
        #expect(run.relay.asked.ends.map(\.reason) == ["ended"])
    }

    @Test("nothing happens for the idle time: the session ends and relay and operator are told")
    func idle() async throws {
        let time = ManualTime()
        let run = try AgentRun(time: time)
        let status = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            let listening = OneShot<Void>()
            async let event = end.event(listening: listening)
            _ = await listening.wait()
            await time.waitForSleep(of: .seconds(900))
            time.advance(by: .seconds(900))
            #expect(try await event.kind == .idle)
            try await end.channel.close()
        }
        #expect(status == 0)
        let request = try #require(run.relay.asked.ends.first)
        #expect(request.reason == "idle")
        #expect(request.idleSeconds == 900)
        #expect(run.screen.text.contains("The session ended: nothing happened for 15 minutes.\n"))
    }

    @Test("an action at work keeps a session from being idle")
    func notIdle() async throws {
        let time = ManualTime()
        let run = try AgentRun(time: time)
        let status = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            await time.waitForSleep(of: .seconds(900))
            try await end.perform("run", RunParameters(arguments: ["cat"])) { replies, requests in
                time.advance(by: .seconds(1000))
                // The watch has looked, found the command at work and sleeps again: nothing has ended, and cat still answers.
                await time.waitForSleep(of: .seconds(900), times: 2)
                try await requests.send(ActionFrame(.input, ByteBuffer(string: "x")))
                #expect(try await replies.next()?.kind == .output)
                try await requests.send(ActionFrame(.inputEnd))
                #expect(try await replies.result(as: RunResult.self).status == 0)
            }
            try await end.end()
        }
        #expect(status == 0)
        #expect(run.relay.asked.ends.isEmpty)
    }

    @Test("the relay cuts the tunnel at the longest time: the client reads that, and no failure")
    func cutAtLongest() async throws {
        let time = ManualTime()
        var script = FakeRelay.Script()
        script.maximumSeconds = 600
        script.endFailure = AgentError(.relayRefused, "the relay says no: there is no such session")
        let run = try AgentRun(script, time: time)
        let status = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            time.advance(by: .seconds(599))
            try await end.channel.close()
        }
        #expect(status == 0)
        #expect(run.complaints.all.isEmpty)
        #expect(run.screen.text.contains("The session ended: it may last 10 minutes at most.\n"))
        #expect(!run.screen.text.contains("could not be told"))
    }

    @Test("the longest session ends by itself, also while a command runs")
    func longest() async throws {
        let time = ManualTime()
        var script = FakeRelay.Script()
        script.maximumSeconds = 600
        let run = try AgentRun(script, time: time)
        let process = OneShot<pid_t>()
        let status = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            async let result = Self.endless(end, process)
            #expect(await process.wait() != nil)
            await time.waitForSleep(of: .seconds(600))
            time.advance(by: .seconds(600))
            await run.screen.wait(for: "Ending the session")
            try await end.channel.close()
            _ = try? await result
        }
        #expect(status == 0)
        #expect(!Self.exists(try #require(process.current)))
        #expect(run.relay.asked.ends.map(\.reason) == ["timeout"])
        #expect(run.screen.text.contains("The session ended: it may last 10 minutes at most.\n"))
    }
}
