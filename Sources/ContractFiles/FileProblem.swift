import Contracts

/// A place in a file. Lines and columns count from 1, columns in Unicode scalars.
public struct Place: Hashable, Sendable, Comparable {
    /// The line.
    public var line: Int
    /// The column.
    public var column: Int

    /// A place.
    public init(line: Int, column: Int) { (self.line, self.column) = (line, column) }

    static let start = Place(line: 1, column: 1)

    /// What comes first in the file is the smaller one.
    public static func < (left: Place, right: Place) -> Bool { (left.line, left.column) < (right.line, right.column) }
}

/// A problem and where in the file it is.
public struct FileProblem: Hashable, Sendable {
    /// Where.
    public var place: Place
    /// What, and the mend.
    public var problem: Problem

    /// A problem at a place.
    public init(_ place: Place, _ problem: Problem) { (self.place, self.problem) = (place, problem) }

    /// `acme.yaml:12:5: error: rates.support: "95,00" is not an amount (write "95.00")`.
    public func rendered(file: String) -> String { "\(file):\(place.line):\(place.column): \(problem)" }
}
