/// Durations as people read a clock.
public enum DurationText {
    /// `1:02:03`; hours as many as there are.
    public static func clock(_ seconds: Int64) -> String {
        let whole = seconds.magnitude
        let (minute, second) = (whole / 60 % 60, whole % 60)
        return (seconds < 0 ? "-" : "")
            + "\(whole / 3600):\(minute < 10 ? "0" : "")\(minute):\(second < 10 ? "0" : "")\(second)"
    }
}
