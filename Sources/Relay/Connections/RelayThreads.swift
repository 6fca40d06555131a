import FoundationEssentials
import NIOCore
import NIOPosix

/// The threads on which connections are served: one for each core that this process may use.
///
/// SwiftNIO counts the machine's cores. Where the relay has fewer (`taskset`, a container's `cpuset`) its threads would only take turns, and
/// wake each other for every batch of bytes between two ends that are not on the same one.
enum RelayThreads {
    /// Made once per process, and never shut down.
    static let group = MultiThreadedEventLoopGroup(
        numberOfThreads: usableCores ?? System.coreCount
    )

    /// How many cores this process may use, as the kernel says it: a mask in hexadecimal (proc_pid_status(5)).
    private static var usableCores: Int? {
        guard let status = FileManager.default.contents(atPath: "/proc/self/status") else { return nil }
        let lines = String(decoding: status, as: UTF8.self).split(separator: "\n")
        guard let mask = lines.first(where: { $0.hasPrefix("Cpus_allowed:") }) else { return nil }
        let count = mask.dropFirst("Cpus_allowed:".count).compactMap(\.hexDigitValue).reduce(0) {
            $0 + $1.nonzeroBitCount
        }
        return count > 0 ? count : nil
    }
}
