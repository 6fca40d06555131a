// # FileTransfers
//
// One file, carried over whole or not at all. Agent and operator use the same code.
//
// - `Folder` is an open folder, whose files are reached by their names alone, whatever somebody swaps on the way to it.
// - `DepartingFile` reads one to its size at the beginning; `ArrivingFile` writes one beside its final name, which it gets with the right
//   SHA-256, and goes on where an earlier attempt broke off.
// - `RunningDigest` hashes what passes; `FileName` says which names are carried over, `FileSize` how sizes are shown.
//
// What stands in the way is a `FileTransferError`, a half sentence to stand behind the file's name. Reading and writing do not block an
// event loop.
