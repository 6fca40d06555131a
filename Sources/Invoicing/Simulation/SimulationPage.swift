import Billing
import Contracts

extension SimulationComparison {
    /// The comparison as a page for a browser and paper, in the contract's language. It loads nothing and runs nothing.
    public var html: String {
        let words = SimulationWords(self)
        let language = words.words.language
        let body: HTML = """
            <main class="sheet simulation">
            <h1>\(words.title)</h1>
            <p class="subject">\(contract.title) · \(contract.client.name)\(span(words))</p>
            \(figures(words))\(bars(words))\(table(words))<p class="note">\(words.assumption) \(words.prices)</p>
            </main>

            """
        return HTML.page(title: "\(words.title): \(contract.title)", language: language, body: body).text
    }

    private func span(_ words: SimulationWords) -> String {
        guard let first = months.first?.period, let last = months.last?.period else { return "" }
        let months =
            first == last ? words.words.month(first) : "\(words.words.month(first)) – \(words.words.month(last))"
        return " · \(months)"
    }

    private func figures(_ words: SimulationWords) -> HTML {
        let saved = centsWithout &- centsWith
        let isSaving = saved >= 0
        return """
            <div class="figures">
            <p><span>\(words.without)</span><strong>\(words.words.euro(centsWithout))</strong></p>
            <p><span>\(words.with)</span><strong>\(words.words.euro(centsWith))</strong></p>
            <p class="\(isSaving ? "good" : "bad")"><span>\(words.difference(saved))</span>\
            <strong>\(words.words.euro(Int64(saved.magnitude)))</strong></p>
            </div>

            """
    }

    /// Two bars a month, to one scale.
    private func bars(_ words: SimulationWords) -> HTML {
        let longest = max(1, months.flatMap { [$0.centsWithout, $0.centsWith] }.max() ?? 1)
        func bar(_ cents: Int64, _ kind: String) -> HTML {
            let share = Int(Int128(max(0, cents)) * 1000 / Int128(longest))
            return """
                <i class="\(kind)" style="width:\(share / 10).\(share % 10)%"></i><b>\(words.words.euro(cents))</b>
                """
        }
        let rows = months.map { month in
            """
            <dt>\(words.words.month(month.period))</dt>
            <dd><span>\(bar(month.centsWithout, "out"))</span><span>\(bar(month.centsWith, "in"))</span></dd>

            """ as HTML
        }
        return """
            <p class="legend"><i class="out"></i> \(words.without) <i class="in"></i> \(words.with)</p>
            <dl class="bars">
            \(rows)</dl>

            """
    }

    private func table(_ words: SimulationWords) -> HTML {
        let names = words.columns.enumerated().map { index, name in
            "<th class=\"\(Self.style(index))\">\(name)</th>" as HTML
        }
        return """
            <div class="scroll"><table class="sessions">
            <thead><tr><th colspan="4"></th><th colspan="2" class="n">\(words.without)</th>\
            <th colspan="3" class="n in">\(words.with)</th></tr>
            <tr>\(names)</tr></thead>
            \(months.map { month($0, words) })</table></div>

            """
    }

    private func month(_ month: Month, _ words: SimulationWords) -> HTML {
        let rows = month.sessions.map { session in
            let cells = words.cells(session, day: zone.date(at: session.startedAt)).enumerated().map { index, cell in
                "<td class=\"\(Self.style(index))\">\(cell)</td>" as HTML
            }
            return "<tr>\(cells)</tr>\n" as HTML
        }
        let fee: HTML? =
            month.feeCents == 0
            ? nil
            : "<tr><td colspan=\"8\">\(words.fee)</td><td class=\"n\">\(words.words.euro(month.feeCents))</td></tr>\n"
        return """
            <tbody><tr class="month"><th colspan="9">\(words.words.month(month.period))</th></tr>
            \(rows)\(fee)<tr class="sum"><th colspan="4">\(words.sum)</th>\
            <td colspan="2" class="n">\(words.words.euro(month.centsWithout))</td>\
            <td colspan="3" class="n">\(words.words.euro(month.centsWith))</td></tr></tbody>

            """
    }

    private static func style(_ column: Int) -> String { column < 3 ? "t" : column == 6 ? "n in" : "n" }
}
