import Testing

@testable import Agent

@Suite("What a shell finds around it") struct ShellSurroundingsTests {
    private func surroundings(_ variables: [String: String], terminal: String = "xterm") -> ShellSurroundings {
        ShellSurroundings(CommandEnvironment(variables: variables, workingDirectory: "/"), terminal: terminal) {
            ["xterm", "xterm-256color", "tmux-256color"].contains($0)
        }
    }

    @Test("the client's own shell, and another one where theirs lets nobody in")
    func program() {
        #expect(surroundings(["SHELL": "/bin/bash"]).path == "/bin/bash")
        #expect(surroundings(["SHELL": "/bin/bash"]).name == "bash")
        for shell in ["/usr/sbin/nologin", "/bin/false", "/no/such/shell", ""] {
            #expect(surroundings(["SHELL": shell]).path == "/bin/sh")
        }
    }

    @Test(
        "a terminal that this computer knows keeps its name, any other gets one that all understand",
        arguments: [
            ("tmux-256color", "tmux-256color"), ("xterm-kitty", "xterm-256color"), ("", "xterm-256color"),
            ("../../etc/passwd", "xterm-256color"), ("x\u{1b}[c", "xterm-256color"), ("-x", "xterm-256color"),
        ]
    )
    func terminal(name: String, result: String) {
        #expect(surroundings([:], terminal: name).environment.variables["TERM"] == result)
    }

    @Test("the shell speaks UTF-8, whatever the locale says")
    func locale() {
        let german = surroundings(["LANG": "de_DE.UTF-8"]).environment.variables
        #expect(german["LANG"] == "de_DE.UTF-8")
        #expect(german["LC_CTYPE"] == nil)
        #expect(surroundings([:]).environment.variables["LC_CTYPE"] == "C.UTF-8")
        let plain = surroundings(["LC_ALL": "C", "LANG": "de_DE.UTF-8"]).environment.variables
        #expect(plain["LC_ALL"] == nil)
        #expect(plain["LC_CTYPE"] == "C.UTF-8")
    }
}
