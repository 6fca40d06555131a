/// The name of an operator as certificates carry it: the one URI of the subject alternative name, `lotse:operator:NAME`.
public enum OperatorURI {
    private static let prefix = "lotse:operator:"

    /// The URI of a name.
    public static func of(_ name: String) -> String { prefix + name }

    /// The name in a certificate's URIs; nil unless there is exactly one, of this form, with a name in it.
    public static func name(in uris: [String]) -> String? {
        guard uris.count == 1, let uri = uris.first, uri.hasPrefix(prefix), uri.utf8.count > prefix.utf8.count else {
            return nil
        }
        return String(uri.dropFirst(prefix.count))
    }
}
