import NIOCore
import SupportChannel
import Synchronization

/// One action under way, as a recorder takes it down.
public final class RecordedAction: ActionObserver {
    private enum State {
        case running(ActionTally)
        /// The hashes are given back: a session may have very many actions.
        case over(ActionRecord)
    }

    private let recorder: TranscriptRecorder
    private let number: Int64
    private let state: Mutex<State>

    init(_ record: ActionRecord, of recorder: TranscriptRecorder) {
        self.recorder = recorder
        number = record.number
        state = Mutex(.running(ActionTally(record)))
    }

    /// The agent has sent a frame, or the operator's end has received it.
    public func take(_ frame: ActionFrame) {
        let seconds = recorder.elapsed.components.seconds
        let (isTaken, ended) = state.withLock { state -> (Bool, ActionRecord?) in
            guard case .running(var tally) = state else { return (false, nil) }
            tally.take(frame, elapsed: seconds)
            let ended = tally.isWhole ? tally.current : nil
            state = ended.map { .over($0) } ?? .running(tally)
            return (true, ended)
        }
        if let ended { recorder.end(ended) } else if isTaken { recorder.show(number, frame) }
    }

    /// Nothing more comes of it; without a result it was broken off.
    public func end() {
        let record = state.withLock { state -> ActionRecord? in
            guard case .running(let tally) = state else { return nil }
            state = .over(tally.current)
            return tally.current
        }
        if let record { recorder.end(record) }
    }

    /// The action so far.
    public var record: ActionRecord {
        state.withLock { state in
            switch state {
            case .running(let tally): tally.current
            case .over(let record): record
            }
        }
    }

    /// Whether nothing more comes of it.
    var isOver: Bool { state.withLock { if case .over = $0 { true } else { false } } }
}
