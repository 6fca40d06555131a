// What a session leaves behind at either end.
//
// `SessionTranscript` is the list of actions on which both ends agree when a session is closed; the receipt has its digest. `SeenActions` is
// what the operator's end saw, to hold against that list before it signs. `TranscriptRecorder` takes down what happens, and `RecordedAction`
// one action of it, told of each frame. `TranscriptFolder` and `TranscriptStore` are the files, and for how long they are kept;
// `TranscriptVerdict` says whether they are what was signed for. `Asciicast` is the format of a recording.
//
// Two rules hold everywhere. Agent and operator use the same code, so that what they count of the same frames is the same. And nothing here
// stops or slows a session: whoever records never waits, for a disk least of all.
