import Testing

@testable import Agent

@Suite struct CommandRequestTests {
    @Test("no program, NUL and oversized arguments are refused")
    func refused() throws {
        #expect(throws: CommandError.self) { try CommandRequest(arguments: []) }
        #expect { try CommandRequest(arguments: [""]) } throws: { ($0 as? CommandError)?.kind == .noProgram }
        #expect { try CommandRequest(arguments: ["a", "b\0"]) } throws: { ($0 as? CommandError)?.kind == .containsNUL }
        let long = String(repeating: "x", count: CommandRequest.maximumArgumentSize)
        #expect(try CommandRequest(arguments: ["a", long]).arguments.count == 2)
        #expect { try CommandRequest(arguments: ["a", long + "x"]) } throws: {
            ($0 as? CommandError)?.kind == .tooLarge
        }
        #expect { try CommandRequest(arguments: ["a"] + Array(repeating: long, count: 8)) } throws: {
            ($0 as? CommandError)?.kind == .tooLarge
        }
    }

    @Test("results map to the statuses of the interface")
    func statuses() {
        let expected: [(CommandResult, Int32)] = [
            (.exited(0), 0), (.exited(7), 7), (.exited(255), 255), (.signalled(2), 130), (.signalled(9), 137),
            (.signalled(15), 143), (.timedOut, 124), (.notFound(""), 127), (.notExecutable(""), 126),
            (.failed(""), 255),
        ]
        for (result, status) in expected { #expect(result.status == status) }
    }

    @Test("a clean environment keeps locale and time zone, adds the system folders to PATH and drops the rest")
    func environment() {
        let clean = CommandEnvironment.clean(
            from: [
                "PATH": "/opt/x/bin:.:relative::/bin", "LANG": "de_DE.UTF-8", "LC_TIME": "C", "TZ": "Europe/Berlin",
                "LD_PRELOAD": "/evil.so", "LOTSE_TOKEN": "x", "TERM": "xterm", "HOME": "/elsewhere", "LCX": "1",
            ],
            account: Account(name: "ada", home: "/nonexistent/ada", shell: "/bin/bash")
        )
        #expect(
            clean.variables == [
                "PATH": "/opt/x/bin:/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin",
                "LANG": "de_DE.UTF-8", "LC_TIME": "C", "TZ": "Europe/Berlin", "TERM": "dumb",
                "HOME": "/nonexistent/ada", "USER": "ada", "LOGNAME": "ada", "SHELL": "/bin/bash",
            ]
        )
        #expect(clean.workingDirectory == "/")
        let home = TemporaryFolder()
        let account = Account(name: "ada", home: home.path, shell: "/bin/sh")
        #expect(CommandEnvironment.clean(from: [:], account: account).workingDirectory == home.path)
        #expect(CommandEnvironment.clean(from: ["HOME": "/tmp"], account: nil).variables["HOME"] == "/tmp")
    }

    @Test("a program is looked up in the command's PATH as the system does, with a reason where there is none")
    func lookup() {
        let folder = TemporaryFolder()
        let program = folder.write("#!/bin/sh\n", to: "tool", mode: 0o755)
        folder.write("", to: "data")
        let environment = CommandEnvironment(
            variables: ["PATH": "/nonexistent:/usr/bin:\(folder.path)"],
            workingDirectory: folder.path
        )
        #expect(ProgramLookup.find("tool", in: environment) == .found(program))
        #expect(ProgramLookup.find("./tool", in: environment) == .found(folder.path + "/./tool"))
        #expect(ProgramLookup.find(program, in: environment) == .found(program))
        #expect(ProgramLookup.find("data", in: environment).isNotExecutable)
        #expect(ProgramLookup.find("./data", in: environment).isNotExecutable)
        #expect(ProgramLookup.find(folder.path, in: environment).isNotExecutable)
        #expect(ProgramLookup.find("/dev/null", in: environment).isNotExecutable)
        #expect(ProgramLookup.find("no-such-tool", in: environment).isNotFound)
        #expect(ProgramLookup.find("./no-such-tool", in: environment).isNotFound)
        #expect(ProgramLookup.find("./tool/x", in: environment).isNotFound)
    }
}

extension ProgramLookup.Outcome {
    var isNotFound: Bool { if case .notFound = self { true } else { false } }
    var isNotExecutable: Bool { if case .notExecutable = self { true } else { false } }
}
