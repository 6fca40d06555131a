import COpenSSL

/// How long OpenSSL's own state lives.
public enum OpenSSLLifetime {
    /// Until the process is gone: to be called before anything else of OpenSSL.
    ///
    /// Where nobody says so OpenSSL gives its locks back in a handler of `exit` (OPENSSL_init_crypto(3), OPENSSL_INIT_NO_ATEXIT), while event loops
    /// still run: one that frees a connection in that moment crashes.
    public static func lastsUntilProcessEnds() {
        _ = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil)
    }
}
