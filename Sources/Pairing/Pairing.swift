// # Pairing
//
// How two people who talk on the telephone bring two programs together.
//
// - `Code` is what the client types: a *room* that the relay knows, a *secret* that it never sees, and a check digit
//   that catches typing errors on the spot (`4821-730-5519-4`).
// - `DammCheckDigit` is that digit.
// - `StretchedCode` is a code made expensive to guess (scrypt) and bound to the relay's authority; it is good for one answer.
// - `SPAKE2` turns it into a key that both ends have and nobody else: one value for one run at one end.
//
//     let code = try await StretchedCode.stretching(Code(typed: line), authority: digest)
//     var run = try SPAKE2(code, as: .agent, versions: "lotse/1")
//     send(run.share)
//     if let confirmation = try run.receive(share: …) { send(confirmation) }
//     if let confirmation = try run.receive(confirmation: …) { send(confirmation) }
//     try run.withKey { … }
//
// `P256` is the arithmetic and `SecretBytes` the memory that is wiped; all cryptography is libcrypto's. Nothing here does I/O.
// Whoever holds a `Code` keeps its secret out of arguments, environment and logs.
