// # Receipts: what both ends can prove afterwards
//
// This module turns statements into bytes and bytes into signatures; it reads and writes no file and no socket.
//
// - `Digest` and `SHA256` hash.
// - `SigningKey` and `VerifyingKey` are the two halves of an Ed25519 key (RFC 8032): the relay's `ledger.key`, the
//   agent's `agent.key`. An operator signs with the P-256 key of their certificate, which only `VerifyingKey` knows.
// - `SignedBytes` is the one form in which a statement is hashed or signed: its domain, a zero byte, and its RFC 8785
//   JSON without the member `signatures`. The domain keeps a signature under one type of statement from being shown
//   under another.
// - `LedgerHead` says how long the ledger is, and what its last entry hashes to.
// - `Terms` are what an operator offers, `OperatorProof` is who says so in this very connection, `ConsentRecord` is
//   what operator and client then agreed to, signed by both.
// - `ClosingStatement` is what the ends say when it is over, `Receipt` what it took and comes to, `Addendum` what the operator
//   writes under it later. `CapAnswer` is what a client says where the agreed upper limit is reached meanwhile.
//
// All failures are `ReceiptsError`.
