// # SupportChannel
//
// What agent and operator say to each other inside the tunnel that the relay splices.
//
//     commands · logs · terms · events      actions: one HTTP/2 request each, `ActionFrame`s both ways
//     HTTP/2                                `SupportConnection`: streams, flow control, liveness
//     `EncryptedLayer`                      makes the tunnel the property of its two ends: SPAKE2 from the code, then TLS 1.3
//     tunnel                                opaque bytes, from `RelayAPI`
//
// The agent serves, the operator requests. `AgentEnd` takes requests in and hands each to a closure as an
// `IncomingAction`; `OperatorEnd` performs them. The operator's session holder uses the same two types over its
// private Unix socket, so that a command takes the same way whether it starts in the console or in another terminal.
//
// An action is `POST /v1/NAME`. Its body begins with one `parameters` frame; input frames may follow. The agent answers
// 200 and frames, or another status and a `Refusal`.
