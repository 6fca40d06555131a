/// What this release is called; all three programs are of one.
public enum Release {
    /// Semantic version (semver.org). What ends say to each other has a version of its own, `lotse/1`.
    public static let version = "0.1.0"
}
