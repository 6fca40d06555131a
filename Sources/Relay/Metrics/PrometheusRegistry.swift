import CoreMetrics
import NIOConcurrencyHelpers

/// A backend of swift-metrics that answers as Prometheus text (exposition format 0.0.4).
///
/// Counters and gauges are kept as they are; timers and recorders as count and sum, which is what rates are made of.
final class PrometheusRegistry: MetricsFactory {
    private struct Key: Hashable {
        let name: String
        let labels: String
    }

    private struct State {
        var samples: [Key: Sample] = [:]
        var help: [String: String] = [:]
    }

    private let state = NIOLockedValueBox(State())

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        sample(label, dimensions, .counter)
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        sample(label, dimensions, aggregate ? .summary : .gauge)
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        sample(label, dimensions, .summary)
    }

    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    /// Says what a metric means.
    func describe(_ name: String, _ help: String) { state.withLockedValue { $0.help[name] = help } }

    /// All samples as Prometheus text, in order of their names.
    var text: String {
        let (samples, help) = state.withLockedValue { ($0.samples, $0.help) }
        var lines: [String] = []
        for (name, group) in Dictionary(grouping: samples, by: \.key.name).sorted(by: { $0.key < $1.key }) {
            if let help = help[name] { lines.append("# HELP \(name) \(help)") }
            if let kind = group.first?.value.kind { lines.append("# TYPE \(name) \(kind.rawValue)") }
            for (key, sample) in group.sorted(by: { $0.key.labels < $1.key.labels }) {
                lines += sample.lines(name, key.labels)
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private func sample(_ label: String, _ dimensions: [(String, String)], _ kind: Sample.Kind) -> Sample {
        let name = String(label.map { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" ? $0 : "_" })
        let pairs = dimensions.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }
        let key = Key(name: name, labels: pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}")
        return state.withLockedValue { state in
            if let known = state.samples[key] { return known }
            let sample = Sample(kind)
            state.samples[key] = sample
            return sample
        }
    }

    private static func escaped(_ value: String) -> String {
        value.reduce(into: "") { result, character in
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.append(character)
            }
        }
    }
}

/// One time series.
private final class Sample: CounterHandler, RecorderHandler, TimerHandler {
    enum Kind: String {
        case counter, gauge, summary
    }

    let kind: Kind
    private let values = NIOLockedValueBox((sum: 0.0, count: Int64(0)))

    init(_ kind: Kind) { self.kind = kind }

    func increment(by amount: Int64) { values.withLockedValue { $0.sum += Double(amount) } }
    func reset() { values.withLockedValue { $0 = (0, 0) } }
    func record(_ value: Int64) { record(Double(value)) }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1_000_000_000) }

    func record(_ value: Double) {
        values.withLockedValue { $0 = kind == .gauge ? (value, 1) : ($0.sum + value, $0.count + 1) }
    }

    func lines(_ name: String, _ labels: String) -> [String] {
        let (sum, count) = values.withLockedValue { $0 }
        guard kind == .summary else { return ["\(name)\(labels) \(Self.plain(sum))"] }
        return ["\(name)_sum\(labels) \(Self.plain(sum))", "\(name)_count\(labels) \(count)"]
    }

    private static func plain(_ value: Double) -> String {
        Int64(exactly: value).map(String.init) ?? "\(value)"
    }
}
