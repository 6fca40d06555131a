import NIOCore

@testable import SupportChannel

extension FuzzTarget {
    /// What agent and operator say to each other in the streams of their actions.
    static let actions = FuzzTarget(
        "actions",
        longest: 8192,
        seeds: ActionSamples.messages.enumerated().map { .input(UInt8($0), $1.json) } + [
            [100] + ActionSamples.frames, [101, 0, 80, 0, 24], [101, 0xff, 0xff, 0xff, 0xff],
        ],
        words: ["\"", "null", "true", "[]", "{}", "-1", ",", ":", "\\u0000", "\u{1}\0\0\0\u{2}{}", "\u{5}\0\u{10}\0\0"]
    ) { input in
        let bytes = Array(input.dropFirst())
        switch input.first {
        case let reader? where reader < ActionSamples.messages.count:
            try ActionSamples.messages[Int(reader)].read(bytes)
        case 100: try ActionSamples.readFrames(bytes)
        case 101:
            guard let size = TerminalSize(ByteBuffer(bytes: bytes)) else { return }
            let (columns, rows) = (size.columns, size.rows)
            try hold((1...1000).contains(columns) && (1...1000).contains(rows), "a window of \(columns) × \(rows)")
            try hold(TerminalSize(size.frame.payload) == size, "a window is written otherwise than it was read")
        default: return
        }
    }
}

private enum ActionSamples {
    static let frames: [UInt8] = [
        ActionFrame(.parameters, ByteBuffer(string: #"{"arguments":["df"]}"#)), ActionFrame(.input),
        ActionFrame(.output, ByteBuffer(bytes: [0, 255, 1])), ActionFrame(.result, ByteBuffer(string: "{}")),
    ].flatMap { Array($0.encoded.readableBytesView) }

    static let messages: [MessageSample] = [
        MessageSample(SignedTerms.self, #"{"terms":"{}","certificate":"a","authority":"b","signature":"0f"}"#),
        MessageSample(ConsentDraft.self, #"{"record":"{}"}"#),
        MessageSample(Consent.self, #"{"session":"s-7","startedAt":"2026-11-05T20:30:00Z"}"#),
        MessageSample(RunParameters.self, #"{"arguments":["df","-h"],"timeoutMilliseconds":5000}"#),
        MessageSample(RunResult.self, #"{"status":137,"signal":9,"message":"killed"}"#),
        MessageSample(
            LogsParameters.self,
            #"{"paths":["/var/log/*.log"],"lines":10,"follow":true,"since":"2026-11-05T20:30:00Z","lastSeconds":5,"encodings":["zstd"]}"#
        ),
        MessageSample(LogNotice.self, #"{"source":1,"message":"gone","isFailure":true,"name":"/var/log/x"}"#),
        MessageSample(LogsResult.self, #"{"redactions":{"token":3}}"#),
        MessageSample(CapParameters.self, #"{"limit":"session","cents":19000}"#),
        MessageSample(
            ClosingParameters.self,
            #"{"summary":"done","rawSeconds":612,"billedSeconds":900,"netCents":1980,"currency":"EUR","reason":"cap","recording":"0f"}"#
        ),
        MessageSample(EndParameters.self, #"{"receipt":"{}","problem":"none"}"#),
        MessageSample(SessionEvent.self, #"{"kind":"revoked","rawSeconds":1,"billedSeconds":2,"grants":["run"]}"#),
        MessageSample(ShellParameters.self, #"{"columns":80,"rows":24,"terminal":"xterm"}"#),
        MessageSample(ForwardParameters.self, #"{"host":"db","port":5432}"#),
        MessageSample(ForwardOpened.self, #"{"forward":1}"#),
        MessageSample(NamesParameters.self, #"{"kind":"logs","prefix":"/var/lo"}"#),
        MessageSample(NamesResult.self, #"{"names":["log/"],"isWhole":true}"#),
        MessageSample(DiagnoseParameters.self, #"{"checks":[{"id":"disk","arguments":["df","-h"]}]}"#),
        MessageSample(CheckNotice.self, #"{"index":0,"outcome":"ended","status":0,"reason":"x","milliseconds":12}"#),
        MessageSample(DiagnoseResult.self, #"{"isWhole":true,"message":"x","redactions":{"jwt":1}}"#),
        MessageSample(GetParameters.self, #"{"path":"/srv/x","offset":9,"prefix":"0f"}"#),
        MessageSample(PutParameters.self, #"{"path":"/srv/x","size":9,"digest":"0f","replaces":true}"#),
        MessageSample(TransferHeader.self, #"{"size":9,"offset":0,"prefix":"0f"}"#),
        MessageSample(TransferResult.self, #"{"size":9,"digest":"0f","message":"x"}"#),
        MessageSample(Refusal.self, #"{"status":403,"message":"the client said no to this"}"#),
    ]

    /// All frames up to an error, and whether there was one.
    private static func frames(_ pieces: [ArraySlice<UInt8>]) -> (frames: [ActionFrame], failed: Bool, isInside: Bool) {
        var decoder = ActionFrameDecoder()
        var frames: [ActionFrame] = []
        for piece in pieces {
            decoder.append(ByteBuffer(bytes: piece))
            do {
                while let frame = try decoder.next() { frames.append(frame) }
            } catch { return (frames, true, true) }
        }
        return (frames, false, decoder.isInsideFrame)
    }

    static func readFrames(_ bytes: [UInt8]) throws {
        let (whole, cut) = (frames([bytes[...]]), frames(bytes.pieces()))
        try hold(whole.frames == cut.frames && whole.failed == cut.failed, "frames depend on how they are split")
        let written = whole.frames.flatMap { Array($0.encoded.readableBytesView) }
        try hold(bytes.starts(with: written), "frames are written otherwise than they were read")
        try hold(whole.isInside == (written.count < bytes.count), "a frame that is not whole is not known")
    }
}
