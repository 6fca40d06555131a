import Billing
import Contracts

extension SimulationComparison {
    /// The comparison as a table for a terminal, in the contract's language.
    public var text: String {
        let words = SimulationWords(self)
        var rows = [groups(words), words.columns]
        for month in months {
            rows.append([])
            rows.append([words.words.month(month.period)])
            rows += month.sessions.map { words.cells($0, day: zone.date(at: $0.startedAt)) }
            if month.feeCents != 0 { rows.append(sums(words.fee, nil, month.feeCents, words)) }
            rows.append(sums(words.sum, month.centsWithout, month.centsWith, words))
        }
        let saved = centsWithout &- centsWith
        let head = "\(words.title): \(contract.title.singleLine) (\(contract.contract))"
        let all = [
            "\(words.without): \(words.words.euro(centsWithout))", "\(words.with): \(words.words.euro(centsWith))",
            "\(words.difference(saved)): \(words.words.euro(Int64(saved.magnitude)))",
        ]
        return ([head, ""] + Self.aligned(rows) + [""] + all + ["", words.assumption, words.prices])
            .map { $0 + "\n" }.joined()
    }

    private func groups(_ words: SimulationWords) -> [String] {
        ["", "", "", "", "", words.without, "", "", words.with]
    }

    private func sums(_ name: String, _ without: Int64?, _ with: Int64, _ words: SimulationWords) -> [String] {
        [name, "", "", "", "", without.map(words.words.euro) ?? "", "", "", words.words.euro(with)]
    }

    /// Columns as wide as their widest cell, texts to the left, times and amounts to the right. A row of one cell is a
    /// heading and takes no part.
    private static func aligned(_ rows: [[String]]) -> [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.filter { $0.count > 1 }.map { $0[column].count }.max() ?? 0
        }
        return rows.map { row in
            guard row.count > 1 else { return row.first ?? "" }
            let cells = row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return column < 3 ? cell + space : space + cell
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }
}
