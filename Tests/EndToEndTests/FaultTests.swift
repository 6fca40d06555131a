import Foundation
import Glibc
import Testing

extension Mishaps {
    @Suite("Faults of the line")
    struct FaultTests {
        /// How many faults there are in all; `scripts/stress faults` asks for 500.
        private static let count = ProcessInfo.processInfo.environment["LOTSE_FAULTS"].flatMap { Int($0) } ?? 12
        /// A fault comes after so much of a file.
        private static let stride = 8 << 20

        private static func size(_ path: String) -> Int {
            var status = stat()
            return stat(path, &status) == 0 ? Int(status.st_size) : 0
        }

        private static func digest(_ path: String) async throws -> String {
            let sum = try Program("/usr/bin/sha256sum", [path], environment: [:], files: path + ".sum")
            guard try await sum.ended() == 0, let digest = sum.output.split(separator: " ").first else {
                throw Failure(sum.story)
            }
            return String(digest)
        }

        /// One transfer of 100 MB, and a fault after every part of it.
        ///
        /// - Returns: how many faults there were.
        private static func transfer(
            _ program: Program,
            to path: String,
            _ line: Line,
            _ faults: inout ArraySlice<Line.Fault>
        ) async throws -> Int {
            var suffered = 0
            while let fault = faults.first {
                let goal = (suffered + 1) * stride
                let isReached: Bool = try await eventually("a part is there", within: .seconds(60), of: program) {
                    if program.status != nil { return false }
                    return max(size(path + ".lotse-part"), size(path)) >= goal ? true : nil
                }
                guard isReached else { break }
                try await line.suffer(fault)
                faults = faults.dropFirst()
                suffered += 1
            }
            return suffered
        }

        @Test(
            "files of 100 MB arrive whole, or it is said that they did not, whatever happens to the line",
            .timeLimit(.minutes(40))
        )
        func transfers() async throws {
            try await Stage.with { stage in
                try await stage.addContract(ExampleContract.text + "access: { grants: [run, files] }\n")
                try await Line.with(to: stage.port) { line in
                    let session = try await stage.session(agentOptions: ["--grant", "run,files"], at: line.address)
                    let (there, here) = (stage.folder + "/files/there", stage.folder + "/files/here")
                    for folder in [there, here] { #expect(mkdir(folder, 0o700) == 0) }
                    let made = try stage.start(
                        "/bin/sh",
                        ["-c", "head -c 100000000 /dev/urandom >\(there)/big && cp \(there)/big \(here)/big"]
                    )
                    #expect(try await made.ended() == 0)
                    let digest = try await Self.digest(there + "/big")
                    var faults = (0..<Self.count).map { Line.Fault.allCases[$0 % Line.Fault.allCases.count] }[...]
                    var (whole, broken) = (0, 0)
                    // Of transfers that end before they meet a fault there is one each time at most.
                    while !faults.isEmpty, whole + broken <= 2 * Self.count {
                        let isGet = (whole + broken).isMultiple(of: 2)
                        let target = (isGet ? here : there) + "/copy\(whole + broken)"
                        let program =
                            isGet
                            ? try stage.lotse("get", there + "/big", "--output", target)
                            : try stage.lotse("put", here + "/big", target)
                        let suffered = try await Self.transfer(program, to: target, line, &faults)
                        let status = try await program.ended(within: .seconds(120))
                        if status == 0 {
                            whole += 1
                            #expect(try await Self.digest(target) == digest, "\(suffered) faults")
                        } else {
                            broken += 1
                            #expect(program.errorOutput.contains("lotse: "), "\(program.story)")
                            #expect(Self.size(target) == 0, "what is not whole has no name")
                        }
                        unlink(target)
                        unlink(target + ".lotse-part")
                    }
                    print("\(Self.count) faults: \(whole) transfers whole, \(broken) broken off and said so")
                    #expect(faults.isEmpty)
                    #expect(whole > 0)
                    #expect(try await stage.run("run", "--", "true").status == 0, "\(session.agent.story)")
                    #expect(try await stage.run("end", "--summary", "copied").status == 0)
                    #expect(try await session.agent.ended() == 0)
                    #expect(try await stage.ledgerIsWhole())
                }
            }
        }
    }
}
