import FoundationEssentials
import Glibc

/// The processes that are measured, as `/proc` shows them (proc(5)).
struct Watched: Sendable {
    let processes: [Int32]

    /// Processor time so far, in seconds, the kernel's share included; what has already ended counts no more.
    func processorSeconds() throws -> Double {
        var ticks = 0.0
        for process in processes {
            // Behind the name, which may have blanks in it: `utime` and `stime` are fields 14 and 15.
            let stat = try text("/proc/\(process)/stat")
            guard let end = stat.lastIndex(of: ")") else { throw LoadError("process \(process) is gone") }
            let fields = stat[stat.index(after: end)...].split(separator: " ")
            guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
                throw LoadError("/proc/\(process)/stat cannot be read")
            }
            ticks += user + system
        }
        return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Resident memory, in bytes.
    func residentBytes() throws -> Int {
        var pages = 0
        for process in processes {
            let fields = try text("/proc/\(process)/statm").split(separator: " ")
            guard fields.count > 1, let resident = Int(fields[1]) else {
                throw LoadError("/proc/\(process)/statm cannot be read")
            }
            pages += resident
        }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// How many descriptors are open.
    func descriptors() throws -> Int {
        try processes.reduce(0) { count, process in
            guard let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd") else {
                throw LoadError("the descriptors of process \(process) cannot be seen")
            }
            return count + names.count
        }
    }

    private func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    }
}
