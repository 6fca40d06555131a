#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A folder beneath which files are opened by openat2(2): nothing on the way may be a symbolic link or leave the folder, whatever
/// somebody swaps in meanwhile (`RESOLVE_BENEATH`, `RESOLVE_NO_SYMLINKS`, `RESOLVE_NO_MAGICLINKS`; Linux 5.6).
///
/// A kernel that does not have it, or a sandbox that does not allow it, is asked for one component after the other instead, none of
/// which may be a link.
struct FolderDescriptor: ~Copyable {
    private let descriptor: Int32

    /// Opens the folder of these components, from the root on.
    init(_ components: [String]) throws(SystemFailure) {
        let root = systemOpen("/", O_RDONLY | O_CLOEXEC | O_DIRECTORY | Self.pathOnly)
        guard root >= 0 else { throw SystemFailure(code: errno) }
        guard !components.isEmpty else {
            descriptor = root
            return
        }
        defer { _ = systemClose(root) }
        descriptor = try Self.open(components, O_RDONLY | O_DIRECTORY | Self.pathOnly, beneath: root)
    }

    deinit { _ = systemClose(descriptor) }

    /// Another descriptor of the same folder, which is the caller's.
    func duplicate() throws(SystemFailure) -> Int32 {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw SystemFailure(code: errno) }
        return copy
    }

    /// Opens what lies beneath; at least one component. The descriptor is the caller's.
    func open(_ components: [String], _ flags: Int32) throws(SystemFailure) -> Int32 {
        try Self.open(components, flags, beneath: descriptor)
    }

    /// What is there, without opening it: `st_mode`.
    func mode(of components: [String]) throws(SystemFailure) -> mode_t {
        let place = try Self.open(components, O_RDONLY | Self.pathOnly, beneath: descriptor)
        defer { _ = systemClose(place) }
        var status = stat()
        guard fstat(place, &status) == 0 else { throw SystemFailure(code: errno) }
        return status.st_mode
    }

    /// The names in a folder beneath, or in the folder itself, sorted; at most ``mostNames``.
    func names(of components: [String]) throws(SystemFailure) -> [String] {
        let place = try Self.open(components.isEmpty ? ["."] : components, O_RDONLY | O_DIRECTORY, beneath: descriptor)
        guard let stream = fdopendir(place) else {
            let failure = SystemFailure(code: errno)
            _ = systemClose(place)
            throw failure
        }
        defer { closedir(stream) }
        var names: [String] = []
        while names.count < Self.mostNames, let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
            }
            // A name that is not UTF-8 cannot be written in a request either.
            if let name, name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// More files no folder of logs has.
    private static let mostNames = 65_536

    private static func open(_ components: [String], _ flags: Int32, beneath folder: Int32) throws(SystemFailure)
        -> Int32
    {
        let flags = flags | O_CLOEXEC | O_NOFOLLOW
        switch SystemFunctions.openBeneath(folder, components.joined(separator: "/"), flags) {
        case .success(let descriptor): return descriptor
        case .failure(let failure): throw failure
        case nil: return try walk(components[...], flags, folder)
        }
    }

    private static func walk(_ components: ArraySlice<String>, _ flags: Int32, _ folder: Int32) throws(SystemFailure)
        -> Int32
    {
        guard let first = components.first else { throw SystemFailure(code: ENOENT) }
        let rest = components.dropFirst()
        let isLast = rest.isEmpty
        let next = openat(folder, first, isLast ? flags : O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_DIRECTORY | pathOnly)
        guard next >= 0 else { throw SystemFailure(code: errno) }
        if isLast { return next }
        defer { _ = systemClose(next) }
        return try walk(rest, flags, next)
    }

    #if os(Linux)
    /// `O_PATH`, which needs no right to list a folder; hidden behind `_GNU_SOURCE`.
    static let pathOnly: Int32 = 0o10_000_000
    #else
    static let pathOnly: Int32 = 0
    #endif
}
