import RelayAPI
import SupportChannel
import Testing

@testable import Operator

@Suite("The page of a diagnosis")
struct DiagnosisPageTests {
    private func diagnosis(_ reports: [CheckReport], shortfall: String? = nil) -> Diagnosis {
        var diagnosis = Diagnosis(
            session: "s-1",
            contract: "acme",
            machine: "shop<1>",
            startedAt: CheckSamples.now,
            checks: []
        )
        diagnosis.reports = reports
        diagnosis.shortfall = shortfall
        return diagnosis
    }

    @Test("what is wrong comes first, then what is worth a look; what two checks say alike is there once")
    func order() throws {
        let killed = "[1.0] Out of memory: Killed process 812 (java)\n[2.0] php[9]: segfault at 0 ip 0\n"
        let assessment = diagnosis([
            try CheckSamples.report("restart", "/run/reboot-required\n"),
            try CheckSamples.report("kernel", killed),
            try CheckSamples.report("kernel-journal", killed),
            try CheckSamples.report("disk-space", CheckSamples.df),
            try CheckSamples.report("services", ""),
            try CheckSamples.report("dns", "", outcome: .absent),
        ]).assessment
        #expect(
            assessment.findings.map(\.finding.title) == [
                "the memory ran out, and the kernel killed programs", "/ is 97 % full",
                "a restart is needed after updates", "a program crashed", "/srv/my backup is 91 % full",
            ]
        )
        #expect(assessment.fine == [4])
        #expect(assessment.unknown.map(\.report) == [5])
        #expect(assessment.headline == "2 things are wrong, 3 worth a look, 1 fine, 1 could not be seen")
    }

    @Test("nothing that a machine prints becomes markup, a script or a terminal's command")
    func escaping() throws {
        let evil = "</pre><script>alert(1)</script> \"'&\u{1b}[31m\u{202e}\u{0}\n"
        var report = try CheckReport(#require(CheckCatalogue.checks.first { $0.id == "services" }))
        report.append(Array("x.service failed \(evil)".utf8), isError: false)
        report.append(Array(evil.utf8) + [0xff], isError: true)
        report.notice = CheckNotice(index: 0, outcome: .ended, status: 0, reason: evil)
        let html = DiagnosisPage(diagnosis: diagnosis([report], shortfall: "the client said <b>")).html
        #expect(!html.contains("<script"))
        #expect(!html.contains("<b>.") && html.contains("the client said &lt;b&gt;"))
        #expect(html.contains("shop&lt;1&gt;"))
        #expect(html.contains("&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt; &quot;&#39;&amp;\\x1b[31m"))
        #expect(!html.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0.value == 0x202e })
        // Nothing is loaded, whatever got through.
        #expect(html.contains("content=\"default-src 'none'; style-src 'unsafe-inline'\""))
        #expect(!html.contains("http://") && !html.contains("https://") && !html.contains("src="))
    }

    @Test("a page that is not whole says so on top, and says how much is missing")
    func partial() throws {
        let waiting = try CheckReport(#require(CheckCatalogue.checks.first))
        let reports = [try CheckSamples.report("services", ""), waiting]
        let part = DiagnosisPage(diagnosis: diagnosis(reports, shortfall: "it was interrupted here")).html
        #expect(part.contains("<strong>This is a part.</strong> 1 of 2 checks arrived: it was interrupted here."))
        #expect(part.contains("Nothing was found so far."))
        let whole = DiagnosisPage(diagnosis: diagnosis([reports[0]])).html
        #expect(!whole.contains("This is a part"))
        #expect(whole.contains("Nothing was found to be wrong."))
    }

    @Test(
        "what was cut off, stopped, not there or not allowed says so beside its output",
        arguments: [
            (CheckNotice.Outcome.cut, "cut off: it wrote more than 256 KiB"),
            (.timedOut, "stopped: its 10 s were up"), (.absent, "not there"),
            (.notAllowed, "not allowed by the contract"),
        ]
    )
    func outcomes(outcome: CheckNotice.Outcome, words: String) throws {
        let report = try CheckSamples.report("top", "as far as it came\n", status: nil, outcome: outcome)
        let html = DiagnosisPage(diagnosis: diagnosis([report])).html
        #expect(html.contains(words))
        #expect(html.contains("as far as it came"))
    }

    @Test("the summary for a terminal has at most 15 lines, the page last")
    func summary() throws {
        let df = (1...40).map { "/dev/sd\($0) 1\($0) 1 1 99% /mnt/\($0)\u{1b}[2J\n" }.joined()
        var many = diagnosis([try CheckSamples.report("disk-space", df)], shortfall: "it broke off")
        many.redactions = ["password": 2]
        let lines = many.summary(page: "d/index.html")
        #expect(lines.count <= 15)
        #expect(lines[0] == "shop<1>: 40 things are wrong, 0 worth a look, 0 fine, 0 could not be seen")
        #expect(lines.contains("        and 30 more"))
        #expect(lines.contains("blacked out on the client's machine: 2 passwords"))
        #expect(lines.last == "page: d/index.html")
        #expect(!lines.joined().contains("\u{1b}"))
    }
}
