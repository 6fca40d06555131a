import Testing

extension Mishaps {
    /// The short forms of `scripts/stress`: fewer connections, for seconds. How fast it goes is for the long forms to judge, on a machine that
    /// has nothing else to do.
    @Suite("Stress")
    struct StressTests {
        /// Puts a load on a relay; what is wrong with it the load says itself.
        private func load(_ command: String, _ options: String...) async throws {
            try await Stage.with { stage in
                let relay = try #require(stage.relay)
                let arguments = ["--home", stage.folder + "/home", "--contract", "minute", "--watch", "\(relay.pid)"]
                let load = try stage.start(Programs.load, [command] + arguments + options)
                #expect(try await load.ended(within: .seconds(60)) == 0, "\(load.story)")
                #expect(try await stage.ledgerIsWhole())
            }
        }

        @Test("sessions that are kept make the relay grow neither in memory nor in descriptors, and their echoes come")
        func soak() async throws {
            try await load("soak", "--pairs", "20", "--busy", "5", "--seconds", "4", "--latest-echo", "10000")
        }

        @Test("slow connections and wrong codes take no session and no honest agent with them")
        func flood() async throws {
            try await load(
                "flood",
                "--sessions",
                "5",
                "--slow",
                "100",
                "--joins",
                "20",
                "--honest",
                "4",
                "--seconds",
                "3",
                "--latest-join",
                "20000"
            )
        }

        @Test("a reader that stalls delays nobody else, and the relay queues little for it")
        func stalled() async throws {
            try await load("stalled", "--sessions", "5", "--seconds", "3", "--most-delay", "10000")
        }
    }
}
