import FileTransfers
import FoundationEssentials
import NIOCore
import SupportChannel
import TerminalText

/// What fetching and putting have in common: signals, the bar, what is said at the end.
struct RemoteTransfer: Sendable {
    let bar: ProgressBar
    let errorOutput: OutputDescriptor
    let signals: AsyncStream<Int32>

    /// Performs `action`, draws meanwhile, and obeys signals from the beginning on, also while the client thinks about it.
    ///
    /// - Parameter kept: what stands behind an interruption: where to find what has arrived.
    func perform(
        kept: @escaping @Sendable () -> String?,
        _ action: @escaping @Sendable (Acceptance) async throws -> RemoteRun.Outcome
    ) async -> RemoteRun.Outcome {
        let acceptance = Acceptance()
        do {
            return try await withThrowingTaskGroup(of: RemoteRun.Outcome?.self) { group in
                group.addTask { try await action(acceptance) }
                group.addTask {
                    for await number in signals {
                        return .init(status: 128 + number, message: Self.stopped(kept()))
                    }
                    return nil
                }
                group.addTask {
                    await acceptance.explain(on: errorOutput)
                    return nil
                }
                group.addTask {
                    await bar.draw()
                    return nil
                }
                defer { group.cancelAll() }
                while let outcome = try await group.next() {
                    if let outcome { return outcome }
                }
                return .init(status: 1)
            }
        } catch let refusal as Refusal {
            return .init(status: 1, message: refusal.message)
        } catch let failure as Failure {
            return .init(status: 1, message: failure.sentence)
        } catch {
            let sentence = "the session's holder is gone (lotse sessions shows how the session stands)"
            return .init(status: 1, message: [sentence, kept()].compactMap(\.self).joined(separator: "; "))
        }
    }

    private static func stopped(_ kept: String?) -> String {
        kept.map { "stopped; \($0)" } ?? "stopped"
    }

    /// Why a transfer failed, as a sentence.
    struct Failure: Error {
        let sentence: String
    }

    /// Says whose file an error is about.
    static func naming<Value>(_ path: String, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as FileTransferError {
            throw Failure(sentence: "\(TerminalText.name(path, limit: 4096)): \(error)")
        }
    }

    /// The agent's last word; a sentence where the file was not carried over.
    static func result(_ frame: ActionFrame) throws -> TransferResult {
        let result = try decoded(TransferResult.self, frame)
        guard result.digest != nil else {
            throw Failure(sentence: result.message ?? "the client's program broke off and does not say why")
        }
        return result
    }

    static func decoded<Value: Decodable>(_ type: Value.Type, _ frame: ActionFrame) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(frame.payload.readableBytesView))
        } catch {
            throw Failure(sentence: "the client's program answered something that makes no sense")
        }
    }

    /// What a user reads in the end.
    func farewell(_ path: String, _ digest: String, _ result: TransferResult) -> String {
        let note = result.message.map { "; \($0)" } ?? ""
        return "\(TerminalText.name(path, limit: 4096)): \(bar.summary), SHA-256 \(digest)\(note)"
    }
}
