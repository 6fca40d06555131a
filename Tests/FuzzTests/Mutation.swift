/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers each time.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// 0 to `limit` − 1; 0 where there is nothing to choose from.
    mutating func below(_ limit: Int) -> Int { limit > 0 ? Int(next() % UInt64(limit)) : 0 }
}

/// Makes inputs of a target from its seeds, a few changes at a time.
struct Mutation {
    private let target: FuzzTarget
    private var random: SplitMix

    init(of target: FuzzTarget, seed: UInt64) {
        self.target = target
        random = SplitMix(state: seed)
    }

    mutating func next() -> [UInt8] {
        var input = random.below(16) == 0 ? noise() : pick(target.seeds) ?? []
        for _ in 0...random.below(5) { change(&input) }
        return Array(input.prefix(target.longest))
    }

    private mutating func noise() -> [UInt8] {
        (0..<random.below(64)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[random.below(elements.count)]
    }

    private mutating func change(_ input: inout [UInt8]) {
        let place = random.below(input.count + 1)
        switch random.below(9) {
        case 0 where place < input.count: input[place] ^= 1 << UInt8(random.below(8))
        case 1 where place < input.count: input[place] = UInt8(truncatingIfNeeded: random.next())
        case 2: input.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
        case 3: input.removeSubrange(part(of: input))
        case 4: input.insert(contentsOf: Array(input[part(of: input)]), at: place)
        case 5, 6: input.insert(contentsOf: Array((pick(target.words) ?? "").utf8), at: place)
        case 7:
            // The head of this one and the tail of another.
            let other = pick(target.seeds) ?? []
            input = Array(input.prefix(place)) + Array(other.dropFirst(random.below(other.count)))
        default: number(&input, near: place)
        }
    }

    private mutating func part(of input: [UInt8]) -> Range<Int> {
        let start = random.below(input.count)
        return start..<min(input.count, start + random.below(24))
    }

    /// Puts an odd number in the place of the next one.
    private mutating func number(_ input: inout [UInt8], near place: Int) {
        func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
        guard let start = input[place...].firstIndex(where: isDigit) else { return }
        let end = input[start...].firstIndex { !isDigit($0) } ?? input.count
        let odd = [
            "0", "-1", "9223372036854775807", "-9223372036854775808", "9007199254740992", "9007199254740991", "1e9",
            "0.5", "00",
            "99999999999999999999", "2147483648", "65536",
        ]
        input.replaceSubrange(start..<end, with: Array((pick(odd) ?? "0").utf8))
    }
}
