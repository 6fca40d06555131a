/// The first 100 bytes of a SQLite file (sqlite.org/fileformat2.html §1.3), read before SQLite touches the file: opening
/// somebody else's database would change it.
enum DatabaseHeader {
    /// Says in one sentence why the file at `path` is not a ledger of this version.
    ///
    /// - Parameter takesOlder: whether an older version is good too, for whoever brings it up to date.
    static func check(_ path: String, takesOlder: Bool = false) throws {
        guard let header = try FileSystem.read(path, atMost: 100) else {
            throw LedgerError(
                .missing,
                "there is no ledger at \(path); lotse-relay init makes one, restore brings one back"
            )
        }
        guard header.count == 100, header.starts(with: Array("SQLite format 3\0".utf8)) else {
            throw LedgerError(.corrupt, "\(path) is not a ledger or is damaged; restore it from a backup")
        }
        guard number(header[68..<72]) == UInt32(bitPattern: Schema.applicationID) else {
            throw LedgerError(.corrupt, "\(path) is a database of another program; give the folder of a relay")
        }
        let version = number(header[60..<64])
        let (oldest, newest) = (UInt32(bitPattern: Schema.oldestVersion), UInt32(bitPattern: Schema.version))
        if (oldest..<newest).contains(version) {
            guard !takesOlder else { return }
            throw LedgerError(
                .otherVersion,
                "\(path) is a ledger of the older version \(version) (start lotse-relay serve once: it brings it up to date)"
            )
        }
        guard version == newest else {
            throw LedgerError(
                .otherVersion,
                "\(path) is a ledger of version \(version), and this program knows version \(Schema.version); use the Lotse that wrote it"
            )
        }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }
}
