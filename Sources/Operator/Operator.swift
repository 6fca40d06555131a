// # Operator
//
// What the freelancer's program does; `lotse` itself only reads arguments and calls these.
//
// - `OperatorHome` is the folder with all state: the login, the last ledger head, open invitations, live sessions.
// - `Relay` asks the relay as the operator who logged in, and watches that its ledger only grows (`LedgerWatch`).
// - `SessionOpening` waits for the client and asks consent; what comes of it is an `OpenSession`.
// - `SessionHolder` keeps an open session and serves it on a private Unix socket: `lotse run` and the others connect there, each
//   action goes through to the agent frame by frame. A session outlives its holder by ten minutes: `SessionResumption` takes it up.
// - `HolderClient` is the other end of that socket. `RemoteRun`, `RemoteShell`, `RemoteLogs`, `RemoteDiagnose`, `RemoteGet`, `RemotePut` and
//   `RemoteForward` are the commands on top of it.
// - `Settlement/` asks for what has no session: work written down later, credits, a contract's end, balances.
// - `Console` is the same verbs in one window, with a prompt and the session's clock.
//
// A command takes the same way wherever it is typed:
//
//     lotse run / console → HolderClient → Unix socket → SessionHolder → tunnel → agent
