import FileTransfers
import FoundationEssentials
import Glibc
import SupportChannel
import Synchronization

/// Finds what a word of the console could become. The client's machine is asked only here, when somebody presses Tab.
struct ConsoleCompleter: Sendable {
    let client: HolderClient
    /// The numbers of the forwards that are open.
    let forwards: @Sendable () -> [Int]
    /// How long the client's machine may take.
    var patience: Duration = .seconds(2)

    /// More names of a folder here are not looked at.
    private static let mostLocal = 10_000

    func candidates(for word: TypedWord) async -> Candidates {
        switch CompletionSubject(word) {
        case .verb: Candidates(values: ConsoleCommand.verbs)
        case .category: Candidates(values: ((try? await client.status())?.categories ?? []).sorted())
        case .forward: Candidates(values: forwards().map(String.init))
        case .option(let options): Candidates(values: options)
        case .local: Self.local(word.value)
        case .remote(let kinds): await remote(word.value, kinds)
        case .nothing: Candidates()
        }
    }

    // MARK: - There

    /// Among several kinds the first that answers nothing is no failure: the others may.
    private func remote(_ value: String, _ kinds: [NamesParameters.Kind]) async -> Candidates {
        guard value.isEmpty || value.hasPrefix("/") else { return Candidates() }
        let prefix = value.isEmpty ? "/" : value
        var (found, problems) = (Candidates(), [String]())
        for kind in kinds {
            do {
                let answer = try await withDeadline(patience) { try await client.names(kind, prefix) }
                let more = Self.values(answer, behind: prefix)
                found.values = Array(Set(found.values + more.values)).sorted()
                found.isWhole = found.isWhole && more.isWhole
            } catch is DeadlineExceeded {
                problems.append("the client's machine does not answer in time, so there are no names")
            } catch {
                problems.append(OperatorError.sentence(for: error))
            }
        }
        if problems.count == kinds.count { found.note = problems.first }
        return found
    }

    /// What came from the client's machine: names that show what they are, no more of them than agreed.
    static func values(_ answer: NamesResult, behind prefix: String) -> Candidates {
        let folder = prefix[...(prefix.lastIndex(of: "/") ?? prefix.startIndex)]
        let names = answer.names.prefix(NamesResult.most).filter { name in
            let components = name.split(separator: "/", omittingEmptySubsequences: false)
            let body = name.hasSuffix("/") ? components.dropLast() : components[...]
            return !body.isEmpty && body.allSatisfy { FileName.isSafe(String($0)) }
        }
        return Candidates(
            values: names.map { folder + $0 },
            isWhole: answer.isWhole && answer.names.count <= NamesResult.most
        )
    }

    // MARK: - Here

    private static func local(_ value: String) -> Candidates {
        let slash = value.lastIndex(of: "/")
        let folder = slash.map { String(value[...$0]) } ?? ""
        let begun = slash.map { String(value[value.index(after: $0)...]) } ?? value
        guard let stream = opendir(folder.isEmpty ? "." : folder) else { return Candidates() }
        defer { closedir(stream) }
        var found = Candidates()
        for _ in 0..<mostLocal {
            guard let entry = readdir(stream) else { return sorted(found) }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
            }
            guard let name, FileName.isSafe(name), name.utf8.starts(with: begun.utf8),
                begun.hasPrefix(".") || !FileName.isHidden(name)
            else { continue }
            var status = stat()
            let isFolder = stat(folder + name, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
            found.values.append(folder + name + (isFolder ? "/" : ""))
        }
        found.isWhole = false
        return sorted(found)
    }

    private static func sorted(_ candidates: Candidates) -> Candidates {
        var result = candidates
        result.values.sort()
        return result
    }
}
