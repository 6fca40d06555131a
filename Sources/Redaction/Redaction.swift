// # Redaction
//
// Passwords, keys and tokens, and where a contract says so mail addresses and bank accounts, blacked out of a stream of text.
//
// - `Redactor` takes bytes in and gives bytes out, however they are split; of a line that does not end it keeps 64 KiB at most: `Windows`
//   says how a longer one is cut.
// - `SecretScan` looks over one line, once: a trigger, a byte that may begin, end or join a secret, is tested by the rule for it. The rules
//   are in `SecretScan+Tokens` (what looks like a token by itself), `+Named` (what a name in front calls a secret) and `+Personal`.
// - `PrivateKey` knows the beginning and end of one that goes over lines.
// - `RedactionKind` names what was found; counts of each stand in the receipt.
//
// What is wrongly blacked out costs a look at the machine itself; what wrongly passes cannot be taken back. Where a rule cannot tell, it is
// a secret. The module does no I/O.
