import Foundation
import Testing

extension EndToEnd {
    @Suite("Diagnoses")
    struct DiagnoseTests {
        private struct Record: Decodable {
            struct Check: Decodable {
                var id: String
                var command: [String]
                var outcome: String
                var file: String
            }
            struct Finding: Decodable { var check: String }
            var machine: String
            var shortfall: String?
            var checks: [Check]
            var findings: [Finding]
        }

        private static let contract =
            ExampleContract.text + """
                access:
                  diagnose:
                    - { id: backup, title: Files of the last backup, command: [ls, /lotse-no-such-backup] }

                """

        @Test(
            "the catalogue and the contract's own checks look at this machine; folder, page and summary say what they saw"
        )
        func catalogue() async throws {
            try await Stage.with(isReady: false) { stage in
                try await stage.initialize()
                try await stage.serve()
                try await stage.logIn("jana")
                try await stage.addContract(Self.contract)
                let session = try await stage.session()
                let folder = stage.folder + "/files/found"
                let diagnose = try await stage.run("diagnose", "--output", folder)
                #expect(diagnose.status == 0, "\(diagnose.story)")
                #expect(diagnose.output.contains("page: \(folder)/index.html\n"))
                #expect(diagnose.output.split(separator: "\n").count <= 15)

                let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/diagnosis.json"))
                let record = try JSONDecoder().decode(Record.self, from: data)
                #expect(record.shortfall == nil)
                #expect(record.checks.count > 25)
                #expect(record.findings.contains { $0.check == "contract-backup" })
                let page = try String(contentsOfFile: folder + "/index.html", encoding: .utf8)
                for check in record.checks {
                    let text = try String(contentsOfFile: folder + "/" + check.file, encoding: .utf8)
                    #expect(!text.isEmpty)
                    #expect(session.agent.output.contains("  \(check.command[0])"), "\(check.id)")
                }
                // What every Linux has.
                for id in ["kernel-release", "memory", "load", "disk-space", "mounts", "clock", "routes"] {
                    #expect(record.checks.first { $0.id == id }?.outcome == "ended", "\(id)")
                }
                #expect(page.contains("MemTotal:"))
                #expect(page.contains("Files of the last backup: status 2"))
                #expect(!page.contains("<script"))

                let again = try await stage.run("diagnose", "--output", folder)
                #expect(again.status == 1)
                #expect(again.errorOutput.contains("is there already and not an empty folder"))
                let json = try await stage.json(Record.self, "diagnose", "--output", folder + "2", "--json")
                #expect(json.machine == record.machine)
                // Both ends counted the same actions, or there were no receipt.
                let end = try await stage.run("end", "--summary", "looked")
                #expect(end.status == 0, "\(end.story)")
            }
        }
    }
}
