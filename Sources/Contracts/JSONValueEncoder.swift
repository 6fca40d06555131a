extension JSONValue {
    /// Any value's JSON, without going through bytes. Floating-point numbers and integers beyond `Int64` are errors
    /// (`ContractsError.Kind.notInteroperable`): they have no place in what Lotse hashes.
    public init(encoding value: some Encodable) throws {
        let target = Target()
        try value.encode(to: ValueEncoder(target: target, codingPath: []))
        self = target.json
    }
}

/// Where an encoder puts what it is given; containers share it, since `Encodable` may ask for one again.
private final class Target {
    enum Shape { case scalar, array, object }

    var shape = Shape.object
    var scalar = JSONValue.null
    private(set) var elements: [Target] = []
    private var members: [String: Target] = [:]

    var json: JSONValue {
        switch shape {
        case .scalar: scalar
        case .array: .array(elements.map(\.json))
        case .object: .object(members.mapValues(\.json))
        }
    }

    func set(_ value: JSONValue) { (shape, scalar) = (.scalar, value) }

    func member(_ name: String) -> Target {
        let target = Target()
        members[name] = target
        return target
    }

    func element() -> Target {
        let target = Target()
        elements.append(target)
        return target
    }
}

private struct ValueEncoder: Encoder {
    let target: Target
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        target.shape = .object
        return KeyedEncodingContainer(Members(target: target, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        target.shape = .array
        return Elements(target: target, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        SingleValue(target: target, codingPath: codingPath)
    }
}

private struct SingleValue: SingleValueEncodingContainer {
    let target: Target
    let codingPath: [any CodingKey]

    func encodeNil() { target.set(.null) }
    func encode(_ value: Bool) { target.set(.bool(value)) }
    func encode(_ value: String) { target.set(.string(value)) }
    func encode(_ value: Double) throws { throw notInteroperable(value) }
    func encode(_ value: Float) throws { throw notInteroperable(value) }
    func encode(_ value: Int) throws { try integer(value) }
    func encode(_ value: Int8) throws { try integer(value) }
    func encode(_ value: Int16) throws { try integer(value) }
    func encode(_ value: Int32) throws { try integer(value) }
    func encode(_ value: Int64) throws { try integer(value) }
    func encode(_ value: UInt) throws { try integer(value) }
    func encode(_ value: UInt8) throws { try integer(value) }
    func encode(_ value: UInt16) throws { try integer(value) }
    func encode(_ value: UInt32) throws { try integer(value) }
    func encode(_ value: UInt64) throws { try integer(value) }
    func encode(_ value: some Encodable) throws {
        try value.encode(to: ValueEncoder(target: target, codingPath: codingPath))
    }

    private func integer(_ value: some BinaryInteger) throws {
        guard let number = Int64(exactly: value) else { throw notInteroperable(value) }
        target.set(.integer(number))
    }

    private func notInteroperable(_ value: some CustomStringConvertible) -> ContractsError {
        let place = codingPath.map(\.stringValue).joined(separator: ".")
        return ContractsError(
            kind: .notInteroperable,
            sentence: "\(place): \(value) is not a whole number within Int64",
            mend: nil
        )
    }
}

private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let target: Target
    let codingPath: [any CodingKey]

    private func encoder(_ key: any CodingKey) -> ValueEncoder {
        ValueEncoder(target: target.member(key.stringValue), codingPath: codingPath + [key])
    }

    func encodeNil(forKey key: Key) { encoder(key).target.set(.null) }
    func encode(_ value: some Encodable, forKey key: Key) throws {
        try value.encode(to: encoder(key))
    }
    func nestedContainer<Nested: CodingKey>(keyedBy: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
        encoder(key).container(keyedBy: Nested.self)
    }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { encoder(key).unkeyedContainer() }
    func superEncoder() -> any Encoder { ValueEncoder(target: target.member("super"), codingPath: codingPath) }
    func superEncoder(forKey key: Key) -> any Encoder { encoder(key) }
}

private struct Elements: UnkeyedEncodingContainer {
    let target: Target
    let codingPath: [any CodingKey]

    var count: Int { target.elements.count }

    private func encoder() -> ValueEncoder { ValueEncoder(target: target.element(), codingPath: codingPath) }

    func encodeNil() { encoder().target.set(.null) }
    func encode(_ value: some Encodable) throws { try value.encode(to: encoder()) }
    func nestedContainer<Nested: CodingKey>(keyedBy: Nested.Type) -> KeyedEncodingContainer<Nested> {
        encoder().container(keyedBy: Nested.self)
    }
    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder().unkeyedContainer() }
    func superEncoder() -> any Encoder { encoder() }
}
