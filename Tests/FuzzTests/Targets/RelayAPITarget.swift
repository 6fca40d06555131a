import FoundationEssentials
import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import RelayAPI

extension FuzzTarget {
    /// The JSON bodies of the relay's API, the texts in them, and a whole answer.
    static let relayAPI = FuzzTarget(
        "relayAPI",
        longest: 8192,
        seeds: RelaySamples.bodies.enumerated().map { .input(UInt8($0), $1.json) } + [
            .input(100, "2026-11-05T20:30:00Z"), .input(100, "0000-01-01t00:00:00.5+01:00"),
            .input(101, "https://[2001:db8::1]:8443/"), .input(101, "https://relay.example"),
            .input(102, "lotse-" + String(repeating: "0f", count: 64)),
            .input(103, "Sun, 06 Nov 1994 08:49:37 GMT"),
            .input(104, "lotse:operator:jana"),
            .input(105, "HTTP/1.1 200 OK\r\nContent-Length: 23\r\n\r\n{\"code\":\"a\",\"message\":\"\"}"),
            .input(
                105,
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
            ),
        ],
        words: [
            "\"", "null", "true", "[]", "{}", "-1", ",", ":", "\\u0000", "\\ud800", "Z", "+23:59", "HTTP/1.1 ", "\r\n",
            "Content-Length: ", "Transfer-Encoding: chunked\r\n", "https://",
        ]
    ) { input in
        let bytes = Array(input.dropFirst())
        let text = String(decoding: bytes, as: UTF8.self)
        switch input.first {
        case let reader? where reader < RelaySamples.bodies.count: try RelaySamples.bodies[Int(reader)].read(bytes)
        case 100:
            guard let time = Timestamp(rfc3339: text) else { return }
            try hold(Timestamp(rfc3339: time.rfc3339) == time, "\(text) is written \(time.rfc3339)")
        case 101: try RelaySamples.readEndpoint(text)
        case 102:
            guard let token = EnrolmentToken(text: text) else { return }
            try hold(
                EnrolmentToken(text: token.text) == token && token.text.utf8.count == 134,
                "a token is written otherwise"
            )
        case 103:
            guard let time = HTTPDate.read(text) else { return }
            try hold(Timestamp(rfc3339: time.rfc3339) == time, "\(text) is written \(time.rfc3339)")
        case 104:
            guard let name = OperatorURI.name(in: [text]) else { return }
            try hold(OperatorURI.of(name) == text && !name.isEmpty, "\(text) is written \(OperatorURI.of(name))")
        case 105:
            let whole = try RelaySamples.collect([bytes[...]])
            let cut = try RelaySamples.collect(bytes.pieces(upTo: 40))
            try hold(whole == cut, "\(String(describing: whole)) in one piece, \(String(describing: cut)) in many")
        default: return
        }
    }
}

/// A type of JSON messages, with an example.
struct MessageSample: Sendable {
    let json: String
    let read: @Sendable ([UInt8]) throws -> Void

    /// What is read is written so that it is read as the same again.
    init<Message: Codable & SendableMetatype>(_ type: Message.Type, _ json: String) {
        self.json = json
        read = { bytes in
            guard let message = try? JSONDecoder().decode(type, from: Data(bytes)) else { return }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            let written = try encoder.encode(message)
            guard let again = try? JSONDecoder().decode(type, from: written) else {
                throw Finding("\(type) cannot be read as it is written: \(String(decoding: written, as: UTF8.self))")
            }
            try hold(try encoder.encode(again) == written, "\(type) is read otherwise than it was written")
        }
    }
}

private enum RelaySamples {
    private static let session = """
        {"billedSeconds":612,"category":"question","contract":"acme","contractHash":"0f","contractVersion":3,\
        "disconnectedSeconds":0,"endedAt":"2026-11-05T20:41:12Z","endedBy":"client","machine":"till","notes":["a"],\
        "operator":"jana","pausedSeconds":60,"purpose":"slow","rawSeconds":612,"reason":"ended by the client","session":"s-7",\
        "startedAt":"2026-11-05T20:30:00Z","state":"ended","capQuestion":{"limit":"month","cents":95000},"credited":"asWarranty"}
        """
    private static let head = #"{"count":214,"hash":"0f","signature":"0f"}"#
    private static let invoice = """
        {"number":"2026-1","contract":"acme","firstMonth":"2026-10","month":"2026-11","kind":"invoice","issueDate":"2026-12-01",\
        "netCents":10000,"vatCents":1900,"grossCents":11900,"currency":"EUR","xmlHash":"0f"}
        """

    static let bodies: [MessageSample] = [
        MessageSample(JoinRequest.self, #"{"room":"4821"}"#),
        MessageSample(JoinAnswer.self, #"{"authority":"0f3a","token":"5be0","waitSeconds":600}"#),
        MessageSample(ConsentRequest.self, #"{"record":"{\"approval\":\"each\"}"}"#),
        MessageSample(
            RelayAPI.SessionStarted.self,
            #"{"certificate":"-----BEGIN CERTIFICATE-----\n","head":\#(head),"maximumSeconds":14400,"session":"s-7","startedAt":"2026-11-05T20:30:00Z"}"#
        ),
        MessageSample(RelayAPI.SessionRecord.self, session),
        MessageSample([RelayAPI.SessionRecord].self, "[\(session)]"),
        MessageSample(EndRequest.self, #"{"idleSeconds":900,"reason":"idle","summary":"done","addendum":"{}"}"#),
        MessageSample(Problem.self, #"{"code":"tooManyAttempts","message":"wait 5 seconds","retryAfterSeconds":5}"#),
        MessageSample(
            NewInvitation.self,
            #"{"contract":"acme","purpose":"slow","category":"question","validSeconds":600}"#
        ),
        MessageSample(
            InvitationSummary.self,
            #"{"invitation":"i-1","room":"4821","contract":"acme","version":3,"hash":"0f","category":"question","purpose":"slow","operator":"jana","state":"open","expiresAt":"2026-11-05T20:30:00Z","secretDigits":7}"#
        ),
        MessageSample(PairingOutcome.self, #"{"paired":true}"#),
        MessageSample(MeetingAnswer.self, #"{"session":"s-7","quotaLeftSeconds":600,"monthNetCents":9500}"#),
        MessageSample(EnrolRequest.self, #"{"token":"0f","certificateRequest":"-----BEGIN"}"#),
        MessageSample(
            RelayAPI.IssuedCertificate.self,
            #"{"operator":"jana","role":"owner","certificate":"a","authority":"b","expiresAt":"2026-11-05T20:30:00Z"}"#
        ),
        MessageSample(NewContract.self, #"{"source":"contract: acme\n"}"#),
        MessageSample(
            ContractDocument.self,
            #"{"summary":{"contract":"acme","version":3,"hash":"0f","title":"x","client":"y","validFrom":"2026-01-01","addedAt":"2026-11-05T20:30:00Z"},"canonical":"{}","source":"","quota":[{"month":"2026-11","carriedSeconds":0,"grantedSeconds":1,"returnedSeconds":0,"usedSeconds":0,"expiredSeconds":0,"leftSeconds":1}]}"#
        ),
        MessageSample(InvoiceRequest.self, #"{"contract":"acme","month":"2026-11","isDryRun":true}"#),
        MessageSample(MonthInvoicesRequest.self, #"{"contracts":["acme"],"month":"2026-11","isDryRun":false}"#),
        MessageSample(
            [MonthInvoicesAnswer].self,
            #"[{"contract":"acme","invoices":[\#(invoice)],"problem":{"code":"a","message":"b"}}]"#
        ),
        MessageSample(
            InvoiceAnswer.self,
            #"{"invoices":[{"summary":\#(invoice),"xml":"<x/>","html":"<p>"}],"waits":"small"}"#
        ),
        MessageSample(InvoicePayment.self, #"{"number":"2026-1","paidOn":"2026-12-01"}"#),
        MessageSample(
            NewWorkRecord.self,
            #"{"contract":"acme","from":"2026-11-05T20:30:00Z","to":"2026-11-05T20:40:00Z","category":"question","summary":"telephone","allowsOverlap":false}"#
        ),
        MessageSample(CreditRequest.self, #"{"reason":"no help","asWarranty":true}"#),
        MessageSample(QuotaBalanceRequest.self, #"{"seconds":-3600}"#),
        MessageSample(HeadAnswer.self, #"{"head":\#(head),"hashAtCount":"0f","certificate":"a"}"#),
        MessageSample(ReceiptRequest.self, #"{"receipt":"{}"}"#),
        MessageSample(CapAnswerRequest.self, #"{"answer":"{}"}"#),
    ]

    static func readEndpoint(_ text: String) throws {
        guard let endpoint = try? RelayEndpoint(url: text) else { return }
        try hold((1...65_535).contains(endpoint.port) && !endpoint.host.isEmpty, "\(endpoint)")
        // A host that is no name does not resolve; one that is comes back as it was.
        guard endpoint.host.utf8.allSatisfy({ $0.isLetterOrDigit || "-._:%".utf8.contains($0) }) else { return }
        try hold((try? RelayEndpoint(url: endpoint.description)) == endpoint, "\(text) is written \(endpoint)")
    }

    struct Answer: Equatable {
        var status: UInt
        var body: [UInt8]
    }

    private static let limit = 4096

    /// The answer in what a server sends; nil where it is none.
    static func collect(_ pieces: [ArraySlice<UInt8>]) throws -> Answer? {
        let channel = EmbeddedChannel()
        let promise = channel.eventLoop.makePromise(of: CollectedResponse.self)
        try channel.pipeline.syncOperations.addHTTPClientHandlers()
        try channel.pipeline.syncOperations.addHandler(ResponseCollector(limit: limit, promise: promise))
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/")).wait()
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/v1/head")
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        for piece in pieces where channel.isActive { _ = try? channel.writeInbound(ByteBuffer(bytes: piece)) }
        _ = try? channel.finish(acceptAlreadyClosed: true)
        // A channel that had closed keeps its pipeline until its loop has run.
        channel.embeddedEventLoop.run()
        guard let response = try? promise.futureResult.wait() else { return nil }
        try hold(response.body.readableBytes <= limit, "an answer of \(response.body.readableBytes) bytes")
        if case .failure(let error) = outcome(of: { try response.decoded(as: JoinAnswer.self) }) {
            try hold(error is Problem || error is RelayAPIError, "\(error)")
        }
        return Answer(status: response.head.status.code, body: Array(response.body.readableBytesView))
    }
}
