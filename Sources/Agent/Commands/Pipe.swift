#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Both ends of a pipe, close-on-exec from the moment they exist.
struct Pipe {
    var readEnd: Int32
    var writeEnd: Int32

    /// - Throws: ``SystemFailure`` when the limit of open files is reached.
    static func make() throws(SystemFailure) -> Pipe {
        var ends: [Int32] = [-1, -1]
        if let pipe2 = SystemFunctions.pipe2 {
            guard pipe2(&ends, O_CLOEXEC) == 0 else { throw SystemFailure(code: errno) }
        } else {
            guard pipe(&ends) == 0 else { throw SystemFailure(code: errno) }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        }
        var pipe = Pipe(readEnd: ends[0], writeEnd: ends[1])
        do throws(SystemFailure) {
            pipe.readEnd = try aboveStandard(pipe.readEnd)
            pipe.writeEnd = try aboveStandard(pipe.writeEnd)
        } catch {
            pipe.close()
            throw error
        }
        return pipe
    }

    func close() {
        _ = systemClose(readEnd)
        _ = systemClose(writeEnd)
    }

    /// Where our own standard descriptors are closed, a pipe may land on 0, 1 or 2, and the child's `dup2` onto these
    /// numbers would then destroy it.
    private static func aboveStandard(_ descriptor: Int32) throws(SystemFailure) -> Int32 {
        guard descriptor <= 2 else { return descriptor }
        let moved = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        guard moved >= 0 else { throw SystemFailure(code: errno) }
        _ = systemClose(descriptor)
        return moved
    }
}

/// A system call that failed.
struct SystemFailure: Error {
    var code: Int32
}

/// `close` under a name that methods called `close` do not hide.
func systemClose(_ descriptor: Int32) -> Int32 {
    close(descriptor)
}
