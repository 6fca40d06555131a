import Glibc

/// What a stress tried and found, a line each, and what of it is wrong.
struct Findings {
    private var wrong: [String] = []

    /// Says a line at once: the whole may take half an hour.
    func say(_ line: String) {
        print(line)
        fflush(nil)
    }

    /// Notes `complaint` where a condition does not hold.
    mutating func expect(_ condition: Bool, _ complaint: String) {
        if !condition { wrong.append(complaint) }
    }

    /// Ends the stress.
    func conclude() throws {
        guard !wrong.isEmpty else { return }
        throw LoadError("wrong: " + wrong.joined(separator: "; "))
    }

    /// Nanoseconds as milliseconds with one decimal.
    static func milliseconds(_ nanoseconds: Int64) -> String {
        "\(nanoseconds / 1_000_000).\(nanoseconds / 100_000 % 10) ms"
    }

    /// Bytes as MiB with one decimal.
    static func mebibytes(_ bytes: Int) -> String {
        let tenths = bytes * 10 / (1 << 20)
        return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10) MiB"
    }
}

/// Lets this process have as many descriptors as it may (getrlimit(2)): thousands of connections begin in it.
func raiseDescriptorLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}
