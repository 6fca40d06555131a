/// journald's log, as `journalctl` prints it: `journal`, or `journal:UNIT` for one service.
///
/// It is shared where the folder is in which journald keeps it.
struct LogJournal: Sendable, Equatable {
    /// As it was asked for.
    let path: String
    /// nil for all of it.
    let unit: String?

    /// nil for a path of a file.
    init?(_ path: String) {
        guard path == "journal" || path.hasPrefix("journal:") else { return nil }
        self.path = path
        unit = path == "journal" ? nil : String(path.dropFirst("journal:".count))
    }

    /// The folders of a journal that stays and of one that does not (systemd-journald.service(8)).
    private static let folders = ["/var/log/journal", "/run/log/journal"]

    func isShared(by access: LogAccess) -> Bool { Self.folders.contains(where: access.shares) }

    /// Whether the unit's name is one (systemd.unit(5)).
    var isValid: Bool {
        guard let unit else { return true }
        return !unit.isEmpty && unit.utf8.count <= 255
            && unit.utf8.allSatisfy { byte in
                byte < 0x80 && (Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber)
                    || ":-_.\\@".utf8.contains(byte)
            }
    }

    /// The argument vector; every value stands behind `=`, so that none is an option.
    func arguments(_ request: LogRequest) -> [String] {
        var arguments = ["journalctl", "--no-pager", "--quiet", "--output=short-iso"]
        if let unit { arguments.append("--unit=\(unit)") }
        switch request.amount {
        case .lines(let count): arguments.append("--lines=\(max(count, 0))")
        case .whole: arguments.append("--lines=all")
        }
        if let since = request.since { arguments.append("--since=@\(since)") }
        if request.follow { arguments.append("--follow") }
        return arguments
    }
}
