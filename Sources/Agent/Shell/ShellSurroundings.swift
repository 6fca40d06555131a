#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Which shell is opened, and what it finds around it beyond the surroundings of a command: a terminal by name, and UTF-8.
struct ShellSurroundings: Sendable, Equatable {
    /// The program.
    var path: String
    var environment: CommandEnvironment

    /// argv[0].
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// - Parameter terminal: what the operator's terminal is called; one that this computer does not know, or that is no name, becomes
    ///   one that all terminals of today understand.
    init(_ environment: CommandEnvironment, terminal: String, knows: (String) -> Bool = Self.isKnown) {
        let own = environment.variables["SHELL"] ?? "/bin/sh"
        path = Self.refuses(own) || access(own, X_OK) != 0 ? "/bin/sh" : own
        self.environment = environment
        let candidates = (Self.isName(terminal) ? [terminal] : []) + ["xterm-256color", "xterm"]
        self.environment.variables["TERM"] = candidates.first(where: knows) ?? "vt100"
        self.environment.variables["SHELL"] = path
        speakUTF8()
    }

    /// The operator's terminal speaks UTF-8; programs would draw to another one.
    private mutating func speakUTF8() {
        let variables = environment.variables
        // POSIX.1-2024 §8.2: the first of these that is set and not empty decides.
        let decisive = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { variables[$0] }.first { !$0.isEmpty } ?? ""
        let name = decisive.lowercased()
        guard !name.hasSuffix("utf-8"), !name.hasSuffix("utf8"), !name.contains("utf-8@"), !name.contains("utf8@")
        else {
            return
        }
        if let all = environment.variables.removeValue(forKey: "LC_ALL"), !all.isEmpty {
            environment.variables["LANG"] = all
        }
        environment.variables["LC_CTYPE"] = "C.UTF-8"
    }

    /// Whether it is there to let nobody in.
    private static func refuses(_ shell: String) -> Bool {
        ["nologin", "false", "true", "sync", "halt", "shutdown"].contains(
            shell.split(separator: "/").last.map(String.init)
        )
    }

    /// Names of terminals end up in paths.
    private static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count) && name.first != "." && name.first != "-"
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "+-._".utf8.contains(byte)
                }
            }
    }

    /// terminfo(5): a folder for the first letter, on some systems by its number.
    static func isKnown(_ name: String) -> Bool {
        guard let first = name.utf8.first else { return false }
        return [
            "/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo", "/usr/lib/terminfo", "/usr/local/share/terminfo",
        ]
        .contains { folder in
            access("\(folder)/\(Character(Unicode.Scalar(first)))/\(name)", R_OK) == 0
                || access("\(folder)/\(String(first, radix: 16))/\(name)", R_OK) == 0
        }
    }
}
