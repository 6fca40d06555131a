// # Pairing
//
// How two people who talk on the telephone bring two programs together.
//
// - `Code` is what the client types: a *room* that the relay knows, a *secret* that it never sees, and a check digit
//   that catches typing errors on the spot (`4821-730-5519-4`).
// - `DammCheckDigit` is that digit.
//
// Nothing here does I/O. Whoever holds a `Code` keeps its secret out of arguments, environment and logs.
