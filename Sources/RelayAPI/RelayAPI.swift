// # RelayAPI
//
// What the relay and the other two programs say to each other, and how the two get through to it.
//
// - `Messages/`: the JSON bodies under `/v1`, by noun. `Problem` is the one shape of every "no".
// - `RelayClient`: a small HTTP/1.1 client on our TLS. One connection per request, but for a join's, which becomes the
//   tunnel: a program makes few, and none that it would keep open for the next.
// - `RelayClient.openTunnel`: the request with `Upgrade: lotse-tunnel` (RFC 9110 §7.8), after whose `101` the connection is an
//   opaque stream of bytes to the other end.
// - `Proxy/`: the HTTP proxy of `HTTPS_PROXY`, through which either goes where there is one (`CONNECT`).
// - `RelayRoute`: the paths, each said once.
