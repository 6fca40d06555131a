import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

// The program of libFuzzer (llvm.org/docs/LibFuzzer.html).
//
//     lotse-fuzz --list                             each target's name and the length of its longest input
//     lotse-fuzz --seeds NAME FOLDER                writes seeds into FOLDER and words into FOLDER.dict
//     lotse-fuzz NAME [OPTION OF LIBFUZZER…] FOLDER…

private typealias Words = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
private typealias Reader = @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ words: UnsafeMutablePointer<Words>,
    _ reader: Reader
) -> CInt

// Set before the first input, by the one thread that there is.
private nonisolated(unsafe) var target: FuzzTarget?

/// What SwiftPM links as `main`: libFuzzer's own knows no names of targets.
@_cdecl("lotse_fuzz_main")
public func main(_ count: CInt, _ words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt {
    let arguments = CommandLine.arguments
    switch arguments.dropFirst().first {
    case "--list":
        for target in FuzzTarget.all { print(target.name, target.longest) }
        return 0
    case "--seeds" where arguments.count == 4:
        do {
            try writeSeeds(of: named(arguments[2]), to: arguments[3])
            return 0
        } catch { stop("the seeds cannot be written: \(error)") }
    case let name?:
        target = named(name)
        // libFuzzer sees the rest as its own command line.
        words[1] = words[0]
        var (count, words) = (count - 1, words + 1)
        return runDriver(&count, &words, readOneInput)
    case nil: stop("which target? (lotse-fuzz --list shows them)")
    }
}

/// Reads one input of libFuzzer; does not return where something does not hold.
@_cdecl("LLVMFuzzerTestOneInput")
public func readOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let target else { return 0 }
    do {
        try target.read(Array(UnsafeBufferPointer(start: start, count: count)))
    } catch {
        say("\(target.name): \(error)")
        // libFuzzer keeps the input of a process that dies.
        abort()
    }
    return 0
}

private func writeSeeds(of target: FuzzTarget, to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (index, seed) in target.seeds.enumerated() {
        try Data(seed).write(to: URL(filePath: "\(folder)/seed-\(index)"))
    }
    let lines = target.words.map { word in
        "\"" + word.utf8.map { "\\x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\"\n"
    }
    try Data(lines.joined().utf8).write(to: URL(filePath: "\(folder).dict"))
}

private func named(_ name: String) -> FuzzTarget {
    guard let target = FuzzTarget.named(name) else {
        stop("there is no target \"\(name)\" (lotse-fuzz --list shows them)")
    }
    return target
}

private func say(_ sentence: String) {
    let bytes = Array("lotse-fuzz: \(sentence)\n".utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
}

private func stop(_ sentence: String) -> Never {
    say(sentence)
    exit(64)
}
