import NIOCore
import SupportChannel
import Synchronization

/// One action under way, as a recorder takes it down.
public final class RecordedAction: ActionObserver {
    private struct State {
        var tally: ActionTally
        var isOver = false
    }

    private let recorder: TranscriptRecorder
    private let number: Int64
    private let state: Mutex<State>

    init(_ record: ActionRecord, of recorder: TranscriptRecorder) {
        self.recorder = recorder
        number = record.number
        state = Mutex(State(tally: ActionTally(record)))
    }

    /// The agent has sent a frame, or the operator's end has received it.
    public func take(_ frame: ActionFrame) {
        let seconds = recorder.elapsed.components.seconds
        let (isTaken, ended) = state.withLock { state -> (Bool, ActionRecord?) in
            guard !state.isOver else { return (false, nil) }
            state.tally.take(frame, elapsed: seconds)
            state.isOver = state.tally.isWhole
            return (true, state.isOver ? state.tally.current : nil)
        }
        if let ended { recorder.end(ended) } else if isTaken { recorder.show(number, frame) }
    }

    /// Nothing more comes of it; without a result it was broken off.
    public func end() {
        let record = state.withLock { state -> ActionRecord? in
            guard !state.isOver else { return nil }
            state.isOver = true
            return state.tally.current
        }
        if let record { recorder.end(record) }
    }

    /// The action so far.
    public var record: ActionRecord { state.withLock { $0.tally.current } }

    /// Whether nothing more comes of it.
    var isOver: Bool { state.withLock { $0.isOver } }
}
