// # Agent
//
// The client's side: what runs on the machine that needs help.
//
//     AgentProgram                the way of one run: code → relay → tunnel → session → exit status
//     Configuration/              options, `agent.yaml`, remembered relays → `AgentConfiguration`
//     Relay/                      `AgentRelay`, what is asked of the relay, and `RelayConnection`, which asks it
//     Doctor/                     what keeps this computer from the relay, one sentence each
//     Terms/                      what the operator offers, checked and put into words
//     Session/                    `AgentSession`: consent, then actions, until one side ends it
//     Verification/               an invoice, computed again and held against what was agreed to
//     Commands/ Shell/            running one command, a terminal of its own
//     Logs/ Files/ Forwards/      reading log files, carrying files, connections behind this machine
//     Diagnosis/ Names/           a list of checks that is answered once; names for the operator's Tab key
//     Processes/                  what was started, until all of it has ended
//     Receipts/ Transcript/       the closing statement and the signature; what a session leaves here
//     Keepsakes/                  the folder with keys, consents, receipts and transcripts
//     Terminal/                   `ClientScreen` shows, `InputLines` reads, `Interruption` is Ctrl-C
//     Words/                      `Phrases`: every sentence that a client reads, in both languages
//     Hardening.swift             no core dumps, no death by a closed pipe
//
// Three rules hold everywhere. Nothing runs before the client agreed and the relay committed the consent. What an operator
// asks for is on the client's screen before it happens. Nothing from outside reaches the terminal unfiltered.
//
// `AgentSession` keeps its rules in `AgentSession+StateMachine.swift`, a value without I/O, so that they can be read and
// tested in one place.
