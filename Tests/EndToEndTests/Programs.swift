import Foundation
import Glibc

/// Where the three programs are: beside the tests, where the build put them.
enum Programs {
    static let folder: String = {
        let own = realpath("/proc/self/exe", nil).map { path in
            defer { free(path) }
            return String(cString: path)
        }
        let bundles = CommandLine.arguments.filter { $0.contains(".xctest") } + [own].compactMap(\.self)
        // An XCTest bundle is a file here; the test runner may be another program that opens it.
        for bundle in bundles {
            var folder = URL(fileURLWithPath: bundle).deletingLastPathComponent()
            for _ in 0..<4 {
                if FileManager.default.isExecutableFile(atPath: folder.path + "/lotse-relay") { return folder.path }
                folder.deleteLastPathComponent()
            }
        }
        return FileManager.default.currentDirectoryPath + "/.build/debug"
    }()

    static let lotse = folder + "/lotse"
    static let agent = folder + "/lotse-agent"
    static let relay = folder + "/lotse-relay"
    static let bench = folder + "/lotse-bench"
    static let load = folder + "/lotse-load"
    /// The top of the package.
    static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
}
