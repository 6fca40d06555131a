import TerminalText

/// One page of a diagnosis: complete in itself, without scripts and without anything from elsewhere; what is wrong stands on top.
struct DiagnosisPage {
    let diagnosis: Diagnosis

    /// HTML.
    var html: String {
        let assessment = diagnosis.assessment
        var page = Self.head(Self.escape("Diagnosis of \(diagnosis.machine)"))
        page += "<h1>\(Self.escape(diagnosis.machine))</h1>\n"
        page += "<p class=\"about\">Diagnosis of \(Self.escape(Self.time(diagnosis)))"
        page += " · session \(Self.escape(diagnosis.session)) · contract \(Self.escape(diagnosis.contract))</p>\n"
        if let shortfall = diagnosis.shortfall {
            page += "<p class=\"partial\"><strong>This is a part.</strong> \(diagnosis.endedCount) of "
            page += "\(diagnosis.reports.count) checks arrived: \(Self.escape(shortfall)).</p>\n"
        }
        page += Self.counts(assessment)
        page += findings(assessment)
        page += rest(assessment)
        page += "<h2>Everything that was looked at</h2>\n<div class=\"all\">\n"
        for index in diagnosis.reports.indices { page += details(index) }
        page += "</div>\n"
        if !diagnosis.redactions.isEmpty {
            let list = RedactionText.list(diagnosis.redactions)
            page +=
                "<p class=\"about\">Blacked out on the client’s machine before anything left it: \(Self.escape(list)).</p>\n"
        }
        return page + "</main>\n</body>\n</html>\n"
    }

    // MARK: - Parts

    private static func counts(_ assessment: Assessment) -> String {
        let rows = [
            ("bad", assessment.count(.bad), "wrong"), ("look", assessment.count(.look), "worth a look"),
            ("fine", assessment.fine.count, "fine"), ("unknown", assessment.unknown.count, "not seen"),
        ]
        let items = rows.map { "<li class=\"\($0.0)\"><b>\($0.1)</b> \($0.2)</li>" }.joined()
        return "<ul class=\"counts\">\(items)</ul>\n"
    }

    private func findings(_ assessment: Assessment) -> String {
        guard !assessment.findings.isEmpty else {
            let isWhole = diagnosis.shortfall == nil
            return "<p>\(isWhole ? "Nothing was found to be wrong." : "Nothing was found so far.")</p>\n"
        }
        return assessment.findings.map { entry in
            let finding = entry.finding
            var text = "<section class=\"finding \(finding.severity.rawValue)\">\n"
            text += "<h2><span class=\"mark\">\(finding.severity == .bad ? "wrong" : "look")</span> "
            text += "\(Self.escape(Self.capital(finding.title)))</h2>\n<p>\(Self.escape(finding.meaning)) "
            text +=
                "<a href=\"#\(anchor(entry.report))\">All of its output</a></p>\n"
            if !finding.evidence.isEmpty {
                let lines = finding.evidence.map { TerminalText.name($0, limit: 400) }.joined(separator: "\n")
                text += "<pre>\(Self.escape(lines))</pre>\n"
            }
            return text + "</section>\n"
        }
        .joined()
    }

    private func rest(_ assessment: Assessment) -> String {
        var text = ""
        if !assessment.fine.isEmpty {
            let links = assessment.fine.map { link($0) }.joined(separator: ", ")
            text += "<p class=\"rest\"><span class=\"mark fine\">fine</span> \(links)</p>\n"
        }
        if !assessment.unknown.isEmpty {
            text += "<div class=\"rest\"><span class=\"mark unknown\">not seen</span><ul>\n"
            for (report, reason) in assessment.unknown {
                text += "<li>\(link(report)): \(Self.escape(TerminalText.name(reason, limit: 300)))</li>\n"
            }
            text += "</ul></div>\n"
        }
        return text
    }

    private func details(_ index: Int) -> String {
        let report = diagnosis.reports[index]
        // A link to something within opens it.
        var text = "<details><summary>\(Self.escape(report.check.title)) "
        text += "<small>\(Self.escape(report.outcomeText))</small></summary>\n"
        text +=
            "<p id=\"\(anchor(index))\"><code>\(Self.escape(TerminalText.commandLine(report.check.arguments)))</code></p>\n"
        let (output, errors) = (report.output, report.errorOutput)
        if !output.isEmpty { text += "<pre>\(Self.escape(output))</pre>\n" }
        if !errors.isEmpty { text += "<p>On standard error:</p>\n<pre>\(Self.escape(errors))</pre>\n" }
        if output.isEmpty, errors.isEmpty { text += "<p class=\"about\">It printed nothing.</p>\n" }
        return text + "</details>\n"
    }

    private func anchor(_ index: Int) -> String { "check-\(index)" }

    private func link(_ index: Int) -> String {
        "<a href=\"#\(anchor(index))\">\(Self.escape(diagnosis.reports[index].check.title))</a>"
    }

    // MARK: - Text

    /// Text between tags or in a quoted attribute; what was made visible before holds no control characters.
    static func escape(_ text: String) -> String {
        var escaped: [UInt8] = []
        escaped.reserveCapacity(text.utf8.count + text.utf8.count / 16)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): escaped += "&amp;".utf8
            case UInt8(ascii: "<"): escaped += "&lt;".utf8
            case UInt8(ascii: ">"): escaped += "&gt;".utf8
            case UInt8(ascii: "\""): escaped += "&quot;".utf8
            case UInt8(ascii: "'"): escaped += "&#39;".utf8
            default: escaped.append(byte)
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }

    private static func capital(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

    private static func time(_ diagnosis: Diagnosis) -> String {
        diagnosis.startedAt.rfc3339.replacing("T", with: " ").replacing("Z", with: " UTC")
    }

    private static func head(_ title: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(title)</title>
        <style>
        :root { --ink: #1b1f24; --paper: #fff; --quiet: #5c6670; --line: #d5dbe1; --box: #f4f6f8;
          --bad: #b3261e; --look: #8a5a00; --fine: #1e7a3c; --unknown: #5c6670; }
        @media screen { :root { color-scheme: light dark; } }
        @media screen and (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --paper: #14171a; --quiet: #9aa5b0; --line: #343b43;
          --box: #1e2328; --bad: #ff8a80; --look: #ffc555; --fine: #7ad696; --unknown: #9aa5b0; } }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
        main { max-width: 52rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
        h1 { margin: 0; font-size: 1.6rem; overflow-wrap: anywhere; } h2 { font-size: 1.1rem; margin: 0; overflow-wrap: anywhere; }
        main > h2 { margin: 2rem 0 .5rem; }
        .about { color: var(--quiet); margin: .2rem 0 1rem; font-size: .9rem; }
        .partial { border: 1px solid var(--look); border-radius: 6px; padding: .6rem .8rem; }
        .counts { list-style: none; display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; margin: 0 0 1.2rem; }
        .counts li { border: 1px solid var(--line); border-radius: 6px; padding: .3rem .8rem; }
        .counts b { font-size: 1.2rem; } .counts .bad b { color: var(--bad); } .counts .look b { color: var(--look); }
        .counts .fine b { color: var(--fine); }
        .finding { border-left: 4px solid var(--line); padding: .1rem 0 .1rem .9rem; margin: 0 0 1.2rem; break-inside: avoid; }
        .finding.bad { border-color: var(--bad); } .finding.look { border-color: var(--look); }
        .finding p { margin: .2rem 0 .4rem; } .finding a { white-space: nowrap; }
        .mark { font-size: .75rem; font-weight: 600; text-transform: uppercase; letter-spacing: .04em; }
        .bad .mark { color: var(--bad); } .look .mark { color: var(--look); } .mark.fine { color: var(--fine); }
        .mark.unknown { color: var(--unknown); }
        .rest ul { margin: .2rem 0; padding-left: 1.2rem; }
        a { color: inherit; text-decoration-color: var(--line); }
        pre { background: var(--box); border-radius: 6px; padding: .6rem .8rem; margin: .4rem 0; overflow: auto; max-height: 32rem;
          font: .8rem/1.45 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
        code { font: .85rem ui-monospace, monospace; overflow-wrap: anywhere; }
        details { border-top: 1px solid var(--line); padding: .35rem 0; } summary { cursor: pointer; }
        small { color: var(--quiet); white-space: nowrap; } details > p { margin: .3rem 0; }
        /* On paper what is wrong stands on the first page; outputs are there as far as they were opened before. */
        @page { margin: 15mm; }
        @media print { html { font-size: 10.5pt; } body { font-size: 1rem; } main { max-width: none; padding: 0; }
          pre { max-height: none; overflow: visible; padding: .4rem .6rem; border: 1px solid var(--line); font-size: .72rem; }
          h1, h2, summary { break-after: avoid; } p, li { orphans: 3; widows: 3; } a { text-decoration: none; }
          .finding { margin-bottom: .8rem; } .finding a { display: none; }
          .counts, .counts li, .rest li, summary { break-inside: avoid; }
          .all:not(:has(details[open])) { columns: 2; column-gap: 2rem; } details { break-inside: avoid-column; padding: .15rem 0; }
          details[open] { break-inside: auto; } details:not([open]) summary { list-style: none; } }
        </style>
        </head>
        <body>
        <main>

        """
    }
}
