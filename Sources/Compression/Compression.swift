// # Compression
//
// Bytes made smaller for the line, and made whole again.
//
// - `ZstdPacking` packs a stream (Zstandard, RFC 8878), as hard as the line leaves time for: `PackingEffort` is that decision, a value.
// - `ZstdExpansion` unpacks it at the other end, `GzipExpansion` the log files that a machine has packed itself (gzip, RFC 1952).
//
// Both work in steps of bounded size. What comes from elsewhere may be damaged, cut short or a bomb: each is a `CompressionError`, after
// what could be had of it. Each of these has one owner at a time; the work itself is the system's libzstd and zlib.
