/// An element of a file that `XMLWriter` wrote: elements or a text in it, never both.
struct XMLNode {
    var name: String
    var attributes: [(name: String, value: String)]
    var children: [XMLNode] = []
    var text = ""
}

extension InvoicingError {
    static func unreadable(_ what: String) -> InvoicingError {
        InvoicingError(
            .unreadable,
            "\(what), so this is not an invoice of this program (ask for the file as it was sent)"
        )
    }
}

/// Takes the children of an element one after the other: what stands elsewhere than the writer puts it is refused.
struct XMLChildren {
    private let parent: String
    private var rest: ArraySlice<XMLNode>

    init(of node: XMLNode) {
        parent = node.name
        rest = node.children[...]
    }

    /// The next child, which must have this name. Throws `unreadable`.
    mutating func element(_ name: String) throws(InvoicingError) -> XMLNode {
        guard let node = try optional(name) else { throw .unreadable("\(parent) has no \(name) where it belongs") }
        return node
    }

    /// The next child where it has this name.
    mutating func optional(_ name: String) throws(InvoicingError) -> XMLNode? {
        guard let node = rest.first, node.name == name else { return nil }
        rest = rest.dropFirst()
        return node
    }

    /// The text of the next child, which must have this name and these attributes. Throws `unreadable`.
    mutating func text(_ name: String, _ attributes: [(String, String)] = []) throws(InvoicingError) -> String {
        guard let text = try optionalText(name, attributes) else {
            throw .unreadable("\(parent) has no \(name) where it belongs")
        }
        return text
    }

    /// The text of the next child where it has this name. Throws `unreadable` for other attributes, or elements in it.
    mutating func optionalText(
        _ name: String,
        _ attributes: [(String, String)] = []
    ) throws(InvoicingError) -> String? {
        guard let node = try optional(name) else { return nil }
        guard node.children.isEmpty, node.attributes.elementsEqual(attributes, by: { $0 == $1 }) else {
            throw .unreadable("\(name) has other attributes or elements than it should")
        }
        return node.text
    }

    /// A group of children. Throws `unreadable` where it is missing or something is left in it.
    mutating func group<Value>(
        _ name: String,
        _ read: (inout XMLChildren) throws(InvoicingError) -> Value
    ) throws(InvoicingError) -> Value {
        guard let value = try optionalGroup(name, read) else {
            throw .unreadable("\(parent) has no \(name) where it belongs")
        }
        return value
    }

    /// A group of children where it is there. Throws `unreadable` where something is left in it.
    mutating func optionalGroup<Value>(
        _ name: String,
        _ read: (inout XMLChildren) throws(InvoicingError) -> Value
    ) throws(InvoicingError) -> Value? {
        guard let node = try optional(name) else { return nil }
        guard node.attributes.isEmpty else { throw .unreadable("\(name) has attributes") }
        var children = XMLChildren(of: node)
        let value = try read(&children)
        try children.finish()
        return value
    }

    /// Throws `unreadable` where something is left.
    func finish() throws(InvoicingError) {
        if let left = rest.first { throw .unreadable("\(parent) has a \(left.name) that does not belong there") }
    }
}
