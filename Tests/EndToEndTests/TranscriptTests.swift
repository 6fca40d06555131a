import Foundation
import Glibc
import Receipts
import Testing

extension EndToEnd {
    @Suite("The transcript of a session")
    struct TranscriptTests {
        private struct Receipt: Decodable {
            var transcriptDigest: String?
            var state: String
        }

        private static func agentFolder(_ stage: Stage, _ session: String) -> String {
            stage.folder + "/agent/.local/share/lotse/transcripts/\(session)"
        }

        private static func operatorFolder(_ stage: Stage, _ session: String, home: String = "home") -> String {
            stage.folder + "/\(home)/transcripts/\(session)"
        }

        private static func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

        private static func digest(_ path: String) throws -> String {
            Digest.sha256([UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))).hex
        }

        @Test(
            "both ends keep what was done and what was to be seen; the receipt has its digest, and no secret is in it"
        )
        func both() async throws {
            try await Stage.with { stage in
                let folder = stage.folder + "/files/logs"
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
                let log = try stage.write("logs/app.log", "login password=hunter2 user=mia\nall is well\n")
                let session = try await stage.session(agentOptions: ["--logs", folder])
                #expect(try await stage.run("run", "--", "printf", "one\\033[31m\\n").status == 0)
                #expect(try await stage.run("run", "--", "sh", "-c", "echo oops >&2; exit 3").status == 3)
                #expect(try await stage.run("logs", log).output.contains("[redacted password]"))
                #expect(try await stage.run("note", "looked at the log").status == 0)
                let end = try await stage.run("end", "--summary", "looked", "--json")
                let receipt = try JSONDecoder().decode(Receipt.self, from: Data(end.output.utf8))
                #expect(try await session.agent.ended() == 0)

                // One list at both ends; anybody's sha256sum of it is what the receipt says.
                let folders = [Self.agentFolder(stage, session.id), Self.operatorFolder(stage, session.id)]
                for folder in folders {
                    #expect(try Self.digest(folder + "/transcript.jsonl") == receipt.transcriptDigest)
                    let list = try Self.text(folder + "/transcript.jsonl")
                    #expect(try list.contains(Self.digest(folder + "/recording.cast")))
                    #expect(list.contains(#"{\"arguments\":[\"sh\",\"-c\",\"echo oops >&2; exit 3\"]}"#))
                    #expect(list.contains(#""result":"{\"status\":3}""#))
                    #expect(list.contains(Digest.sha256("one\u{1b}[31m\n").hex))
                    let actions = try Self.text(folder + "/actions.txt")
                    #expect(actions.contains("run sh -c 'echo oops >&2; exit 3'\n"))
                    #expect(actions.contains("ended: status 3, 5 bytes\n"))
                    #expect(actions.contains("looked at the log\n"))
                    let recording = try Self.text(folder + "/recording.cast")
                    #expect(recording.contains(#""o","one\\x1b[31m\r\n"]"#))
                    #expect(recording.contains(#"login password=[redacted password] user=mia\r\nall is well\r\n"#))
                    for file in ["transcript.jsonl", "actions.txt", "recording.cast", "session.json"] {
                        #expect(try !Self.text("\(folder)/\(file)").contains("hunter2"))
                        let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(file)")
                        #expect(attributes[.posixPermissions] as? Int == 0o600)
                    }
                }
                #expect(try Self.text(folders[0] + "/actions.txt").contains("allowed by the client's option --yes\n"))
                #expect(
                    session.agent.output.contains("What happened is recorded in \(folders[0]) (deleted after 30 days)")
                )
                #expect(session.agent.output.contains("deleted after 30 days\n"))

                let replay = try await stage.run("replay", session.id)
                #expect(replay.status == 0)
                #expect(
                    replay.errorOutput.contains(
                        "for which both signed; its digest is in the receipt (signed by both)\n"
                    )
                )
                #expect(replay.output.contains("run sh -c 'echo oops >&2; exit 3'\noops\n"))
                #expect(replay.output.contains("user=mia\nall is well\n"))
                #expect(!replay.output.contains("\u{1b}"))
                let list = try await stage.run("replay", session.id, "--list")
                #expect(list.output.contains("  ended: status 3, 5 bytes\n"))
                #expect(list.output.contains("  allowed by the client's option --yes\n"))

                let kept = stage.folder + "/agent/.local/share/lotse/receipts/\(session.id).json"
                let check = try stage.start(Programs.agent, ["verify", kept])
                #expect(try await check.ended() == 0, "\(check.story)")
                #expect(check.output.contains("is the one that both signed for"))
            }
        }

        @Test("for scripts there is JSON; a recording that is changed afterwards is found at either end")
        func changed() async throws {
            try await Stage.with { stage in
                let session = try await stage.session()
                #expect(try await stage.run("run", "--", "echo", "all of it").status == 0)
                #expect(try await stage.run("end", "--summary", "looked").status == 0)
                #expect(try await session.agent.ended() == 0)
                struct Summary: Decodable {
                    struct Action: Decodable {
                        var name: String
                        var approval: String
                    }
                    var session: String
                    var isProven: Bool
                    var actions: [Action]
                    var recording: String
                }
                let summary = try await stage.json(Summary.self, "replay", session.id, "--json")
                #expect(summary.isProven)
                #expect(summary.actions.map(\.name) == ["run"])
                #expect(summary.actions.map(\.approval) == ["option"])

                for folder in [Self.agentFolder(stage, session.id), Self.operatorFolder(stage, session.id)] {
                    let path = folder + "/recording.cast"
                    let changed = try Self.text(path).replacingOccurrences(of: "all of it", with: "less of it")
                    try Data(changed.utf8).write(to: URL(fileURLWithPath: path))
                }
                let replay = try await stage.run("replay", session.id)
                #expect(replay.status == 1)
                #expect(replay.errorOutput.contains("CAUTION: the recording is not the one"))
                #expect(replay.output.contains("less of it\n"))
                let kept = stage.folder + "/agent/.local/share/lotse/receipts/\(session.id).json"
                let check = try stage.start(Programs.agent, ["verify", kept])
                #expect(try await check.ended() == 1)
                #expect(check.output.contains("is NOT the one that both signed for"))
                #expect(check.output.contains("computed again on this computer"))
            }
        }

        @Test("what is older than the contract allows is deleted at both ends, and the receipt holds all the same")
        func retention() async throws {
            try await Stage.with { stage in
                try await stage.addContract(ExampleContract.text + "privacy: { transcriptRetentionDays: 2 }\n")
                let old = try await stage.session()
                #expect(try await stage.run("end", "--summary", "looked").status == 0)
                #expect(try await old.agent.ended() == 0)
                let folders = [Self.agentFolder(stage, old.id), Self.operatorFolder(stage, old.id)]
                for folder in folders {
                    // As if it had ended two days and a minute ago.
                    let file = URL(fileURLWithPath: folder + "/session.json")
                    var about = try #require(
                        try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
                    )
                    #expect(about["retentionDays"] as? Int == 2)
                    about["endedAt"] = try #require(about["endedAt"] as? Int) - 2 * 86_400 - 60
                    try JSONSerialization.data(withJSONObject: about).write(to: file)
                }
                let new = try await stage.session()
                for folder in folders { #expect(!FileManager.default.fileExists(atPath: folder)) }
                #expect(try await stage.run("end", "--summary", "looked").status == 0)
                #expect(try await new.agent.ended() == 0)

                let replay = try await stage.run("replay", old.id)
                #expect(replay.status == 1)
                #expect(
                    replay.errorOutput.contains("there is no transcript of \"\(old.id)\" here (kept are: \(new.id))")
                )
                #expect(try await stage.run("replay", new.id).status == 0)
                let kept = stage.folder + "/agent/.local/share/lotse/receipts/\(old.id).json"
                let check = try stage.start(Programs.agent, ["verify", kept])
                #expect(try await check.ended() == 0, "\(check.story)")
            }
        }

        @Test("where the contract says 0 days nothing is written, and the receipt has its digest all the same")
        func zeroDays() async throws {
            try await Stage.with { stage in
                try await stage.addContract(ExampleContract.text + "privacy: { transcriptRetentionDays: 0 }\n")
                let session = try await stage.session()
                #expect(try await stage.run("run", "--", "true").status == 0)
                let receipt = try await stage.json(Receipt.self, "end", "--summary", "looked", "--json")
                #expect(receipt.state == "signed")
                #expect(receipt.transcriptDigest?.count == 64)
                #expect(try await session.agent.ended() == 0)
                #expect(session.agent.output.contains("Recording   none; only the receipt is kept"))
                for folder in [Self.agentFolder(stage, session.id), Self.operatorFolder(stage, session.id)] {
                    #expect(!FileManager.default.fileExists(atPath: folder))
                }
                let replay = try await stage.run("replay", session.id)
                #expect(replay.status == 1)
                #expect(replay.errorOutput.contains("there is no transcript of"))
            }
        }

        @Test("a command that broke off, and one that still runs at the end, leave closing and digests right")
        func brokenOff() async throws {
            try await Stage.with { stage in
                let session = try await stage.session()
                let (first, argument) = try await stage.longCommand()
                first.signal(SIGKILL)
                try await stage.isGone(argument)
                _ = try await stage.longCommand()
                let receipt = try await stage.json(Receipt.self, "end", "--summary", "looked", "--json")
                #expect(receipt.state == "signed")
                #expect(try await session.agent.ended() == 0)
                let folder = Self.operatorFolder(stage, session.id)
                #expect(try Self.digest(folder + "/transcript.jsonl") == receipt.transcriptDigest)
                #expect(try Self.text(folder + "/actions.txt").contains("ended: broken off"))
            }
        }

        @Test("an agent that was killed leaves at both ends what was there until then")
        func killed() async throws {
            try await Stage.with(resumeSeconds: 0) { stage in
                let session = try await stage.session()
                #expect(try await stage.run("run", "--", "echo", "until then").status == 0)
                let path = Self.agentFolder(stage, session.id) + "/recording.cast"
                try await eventually("the recording is on the disk") {
                    try Self.text(path).contains("until then\\r\\n") ? true : nil
                }
                session.agent.signal(SIGKILL)
                try await stage.holderIsGone(session)
                let replay = try await stage.run("replay", session.id)
                #expect(replay.output.contains("until then\n"))
                #expect(replay.errorOutput.contains("nothing proves this recording"), "\(replay.story)")
                let lines = try Self.text(path).split(separator: "\n")
                for line in lines {
                    #expect((try? JSONSerialization.jsonObject(with: Data(line.utf8))) != nil, "\(line)")
                }
            }
        }

        @Test(
            "a full disk ends the recording with one line on the client's screen, and not the session",
            .enabled(if: SmallDisk.isPossible, "only root may mount a small disk")
        )
        func fullDisk() async throws {
            try await Stage.with { stage in
                let keepsakes = stage.folder + "/agent/.local/share/lotse"
                try FileManager.default.createDirectory(atPath: keepsakes, withIntermediateDirectories: true)
                try await SmallDisk.with(keepsakes + "/transcripts", mebibytes: 1) { disk in
                    let session = try await stage.session()
                    let run = try await stage.run("run", "--", "head", "-c", "1500000", "/dev/zero")
                    #expect(run.status == 0)
                    try await session.agent.says(
                        "What happens is not recorded (any more) on this computer: No space left"
                    )
                    #expect(try await stage.run("run", "--", "echo", "it goes on").output == "it goes on\n")
                    let receipt = try await stage.json(Receipt.self, "end", "--summary", "looked", "--json")
                    #expect(receipt.state == "signed")
                    #expect(try await session.agent.ended() == 0)
                    #expect(session.agent.output.components(separatedBy: "is not recorded (any more)").count == 2)
                    #expect(try await stage.run("replay", session.id).output.contains("it goes on\n"))
                }
            }
        }
    }
}
