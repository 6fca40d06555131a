import Testing

@testable import Operator

@Suite("A transfer's progress")
struct TransferProgressTests {
    @Test("shows how far it is, how fast it goes and how long it takes")
    func line() {
        var progress = TransferProgress(name: "shop.db")
        #expect(progress.line(at: .zero) == nil)
        progress.begin(size: 50_000_000, done: 0, at: .zero)
        #expect(progress.line(at: .zero) == "shop.db  [                    ]  0 %  0 bytes of 50.0 MB")
        progress.advance(by: 12_500_000, at: .seconds(2))
        #expect(
            progress.line(at: .seconds(2))
                == "shop.db  [#####               ]  25 %  12.5 MB of 50.0 MB  6.2 MB/s  0:06 left"
        )
    }

    @Test("the rate is that of the last seconds")
    func rate() {
        var progress = TransferProgress(name: "a")
        progress.begin(size: 1_000_000_000, done: 0, at: .zero)
        for second in 1...10 { progress.advance(by: 10_000_000, at: .seconds(second)) }
        for second in 11...20 { progress.advance(by: 1_000_000, at: .seconds(second)) }
        #expect(progress.rate(at: .seconds(20)) == 1_000_000)
    }

    @Test("what came before counts for the bar, and not for the rate")
    func resumed() {
        var progress = TransferProgress(name: "a")
        progress.begin(size: 100_000_000, done: 50_000_000, at: .seconds(1))
        progress.advance(by: 50_000_000, at: .seconds(11))
        #expect(progress.rate(at: .seconds(11)) == 5_000_000)
        #expect(
            progress.summary(at: .seconds(11)) == "100.0 MB in 0:10, 5.0 MB/s (50.0 MB came before)"
        )
    }

    @Test("an empty file is all there")
    func empty() {
        var progress = TransferProgress(name: "a")
        progress.begin(size: 0, done: 0, at: .zero)
        #expect(progress.line(at: .seconds(1)) == "a  [####################]  100 %  0 bytes of 0 bytes")
    }
}

@Suite("Where a forward leads")
struct ForwardRouteTests {
    @Test(
        "ports, names and addresses are read",
        arguments: [
            ("5433:db.internal:5432", 5433, "db.internal", 5432), ("0:127.0.0.1:80", 0, "127.0.0.1", 80),
            ("8080:[::1]:443", 8080, "::1", 443), ("65535:x:65535", 65535, "x", 65535),
        ]
    )
    func reads(text: String, local: Int, host: String, port: Int) throws {
        let route = try ForwardRoute(text)
        #expect((route.localPort, route.host, route.port) == (local, host, port))
    }

    @Test(
        "anything else is refused with a sentence that shows how",
        arguments: [
            "", "80", "80:x", "80:x:", ":x:80", "80::80", "x:y:80", "80:x:y", "65536:x:80", "80:x:0", "80:x:65536",
            "-1:x:80", "80:x:-1", "80:::1:80", "80:a b:80", "80:http://x:80", "+80:x:80",
        ]
    )
    func refuses(text: String) {
        let error = #expect(throws: OperatorError.self) { try ForwardRoute(text) }
        #expect(error?.kind == .usage)
        #expect(error?.description.contains("LOCALPORT:HOST:PORT") == true)
    }
}
