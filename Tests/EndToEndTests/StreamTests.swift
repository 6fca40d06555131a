import Foundation
import Glibc
import Testing

extension EndToEnd {
    @Suite("Long output and input")
    struct StreamTests {
        /// What none of the programs may ever need, in bytes.
        static let memoryLimit = (Sanitizer.isPresent ? 1000 : 100) << 20

        @Test("256 MiB of output arrive whole, and no program grows past 100 MiB")
        func output() async throws {
            try await Stage.with { stage in
                let session = try await stage.session()
                let pipe = try stage.pipe()
                let sum = try stage.start("sha256sum", [], input: .descriptor(pipe.read))
                let run = try stage.start(
                    Programs.lotse,
                    ["run", "--", "head", "-c", "256M", "/dev/zero"],
                    output: pipe.write
                )
                pipe.close()
                try await Self.staysSmall(stage, session, run)
                try await sum.ended()
                #expect(sum.output == "a6d72ac7690f53be6ae46ba88506bd97302a093f7108472bd9efc3cefda06484  -\n")
            }
        }

        @Test("64 MiB of standard input arrive whole")
        func input() async throws {
            try await Stage.with { stage in
                let session = try await stage.session()
                let pipe = try stage.pipe()
                let head = try stage.start("head", ["-c", "64M", "/dev/zero"], output: pipe.write)
                let run = try stage.start(
                    Programs.lotse,
                    ["run", "--", "sha256sum"],
                    input: .descriptor(pipe.read)
                )
                pipe.close()
                try await Self.staysSmall(stage, session, run)
                try await head.ended()
                #expect(run.output == "3b6a07d0d404fab4e23b6d34bc6696a6a312dd92821332385e5af7c01c421351  -\n")
            }
        }

        /// Waits for the end of `run`, which must be a good one, and watches everybody's memory meanwhile.
        private static func staysSmall(_ stage: Stage, _ session: Session, _ run: Program) async throws {
            let relay = try #require(stage.relay)
            let watched = [relay.pid, session.agent.pid, session.holder, run.pid]
            var most = [pid_t: Int]()
            let status = try await eventually("the command ends", within: .seconds(120), of: run, relay, session.agent)
            {
                for process in watched { most[process] = Processes.highWater(of: process) ?? most[process] }
                return run.status
            }
            #expect(status == 0)
            for process in watched {
                let bytes = try #require(most[process])
                #expect(bytes < memoryLimit, "\(Processes.arguments(of: process)) used \(bytes >> 20) MiB")
            }
        }
    }
}
