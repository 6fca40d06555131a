/// The names under which files are carried over.
public enum FileName {
    /// Bytes of the longest name: with the suffix of a partial file it still fits into the 255 of common file systems.
    public static let longest = 255 - ArrivingFile.suffix.utf8.count

    /// Whether `name` is one component of a path that shows itself as it is: no separators, nothing invisible, not `.` and `..`.
    public static func isSafe(_ name: String) -> Bool {
        guard !name.isEmpty, name != ".", name != "..", name.utf8.count <= longest else { return false }
        return name.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .unassigned, .privateUse, .lineSeparator, .paragraphSeparator: false
            default: scalar != "/"
            }
        }
    }

    /// Whether a name has a dot in front, by which systems hide it.
    public static func isHidden(_ name: some StringProtocol) -> Bool { name.utf8.first == UInt8(ascii: ".") }

    /// The last component of a path; empty where there is none.
    public static func last(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? "" }
}
