// # Relay
//
// The server in the middle: knows who, which contract, when and how long, and nothing of what is said.
//
//     Setup/         `lotse-relay init`, `operator`, `verify`, `backup`, `restore`: work on the folder, not over the network
//     RelayServer    puts the parts together and serves until it is told to stop
//     Connections/   an accepted connection: limits, TLS, deadlines, HTTP/1.1 or a tunnel
//     API/           the routes under /v1: who may call each, and what it does
//     Desk/          `SupportDesk`, the one actor that knows rooms, tunnels and running sessions
//     Accounts/      what a contract's sessions come to, computed from one `ContractSnapshot` of the ledger; when one reaches the cap;
//                    `Settlement`: what changes an account without a session's clock; `QuotaBook`: grants, uses and expiries as entries
//     Invoices/      `InvoiceOffice`: issues, cancels, explains and exports; `ServiceProof`: the rows of the proof of service
//     Rooms/         values without I/O: the states of an invitation, the penalties for guessing
//     Tunnels/       passes bytes between the two ends, with backpressure both ways
//     Memory/        gives freed memory back when it has become quiet
//     Folder/        the relay's folder: configuration, keys, certificates
//     Metrics/       what is counted, and what is used of each limit, as Prometheus text
//
// What must not be lost goes to the `Ledger` before anybody is told that it happened.
