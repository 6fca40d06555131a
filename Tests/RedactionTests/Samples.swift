@testable import Redaction

/// Lines with and without secrets. No secret here is anybody's.
enum Samples {
    struct Line {
        var text: String
        var shown: String
        var kinds: [RedactionKind]

        init(_ text: String, _ shown: String, _ kinds: RedactionKind...) {
            (self.text, self.shown, self.kinds) = (text, shown, kinds)
        }
    }

    static let webToken =
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
    static let hex40 = "0123456789abcdef0123456789abcdef01234567"

    static let secrets: [Line] = [
        Line("login password=hunter2 user=x", "login password=[redacted password] user=x", .password),
        Line("DB_PASSWORD=a,b&c;d next", "DB_PASSWORD=[redacted password] next", .password),
        Line("{password=abc, user=x}", "{password=[redacted password], user=x}", .password),
        Line(#"{"password":"a \"b\" c","n":1}"#, #"{"password":"[redacted password]","n":1}"#, .password),
        Line(
            #"{"msg":"{\"api_key\":\"abc\",\"n\":1}"}"#,
            #"{"msg":"{\"api_key\":\"[redacted token]\",\"n\":1}"}"#,
            .token
        ),
        Line("password : 'it''s'", "password : '[redacted password]''s'", .password),
        Line("Passwort: geheim", "Passwort: [redacted password]", .password),
        Line("GET /x?token=abc&page=2 HTTP/1.1", "GET /x?token=[redacted token]&page=2 HTTP/1.1", .token),
        Line(
            "mysql --user root --password s3cret db",
            "mysql --user root --password [redacted password] db",
            .password
        ),
        Line("client_secret => \"x y\"", "client_secret => \"[redacted token]\"", .token),
        Line("aws_secret_access_key = abc/def+g", "aws_secret_access_key = [redacted token]", .token),
        Line("postgres://app:p%40ss@db:5432/shop", "postgres://app:[redacted password]@db:5432/shop", .password),
        Line("mysql://root:p#ss/w@host/db", "mysql://root:[redacted password]@host/db", .password),
        Line("Authorization: Bearer abcdef123456", "Authorization: Bearer [redacted bearer token]", .bearer),
        Line("sent bearer abcdef-123456 to", "sent bearer [redacted bearer token] to", .bearer),
        // Sent without a scheme, with something behind it.
        Line("Authorization: sk-proj-Zq7Vt9Xw2Rk5Ln8Bc3Hf by user 7", "Authorization: [redacted token]", .token),
        Line("authorization: Zq7Vt9Xw2Rk5Ln8B status=401", "authorization: [redacted token]", .token),
        Line(
            "Authorization: AWS4-HMAC-SHA256 Credential=AK",
            "Authorization: AWS4-HMAC-SHA256 [redacted token]",
            .token
        ),
        Line("Authorization: SCRAM-SHA-256 data=YjY0", "Authorization: SCRAM-SHA-256 [redacted token]", .token),
        Line("authorization: Basic dXNlcjpwYXNz", "authorization: Basic [redacted password]", .password),
        Line(#""Authorization": "Digest a=1, b=2""#, #""Authorization": "Digest [redacted token]""#, .token),
        Line("Cookie: a=1; b=2", "Cookie: [redacted token]", .token),
        Line(#"Cookie: a="x y"; b=2"#, "Cookie: [redacted token]", .token),
        Line(#""Cookie: a=1; b=2" 200 "x""#, #""Cookie: [redacted token]" 200 "x""#, .token),
        Line(
            #"Authorization: Digest username="m", response="66""#,
            "Authorization: Digest [redacted token]",
            .token
        ),
        Line("password: Cookie: sid=a", "password: [redacted password] [redacted token]", .token, .password),
        Line("secret = password= x next", "secret = [redacted token] [redacted password] next", .token, .password),
        Line("password= --token x next", "password= [redacted password] [redacted token] next", .token, .password),
        Line(#"Cookie: client_secret => "a b""#, "Cookie: [redacted token]", .token),
        Line(
            #"Cookie: "password": "hunter2""#,
            #"Cookie: "[redacted token]": "[redacted password]""#,
            .token,
            .password
        ),
        Line("jwt \(webToken).", "jwt [redacted JWT]", .jwt),
        Line("pushed with ghp_\(hex40)", "pushed with [redacted token]", .token),
        Line("key AKIAABCDEFGHIJKLMNOP!", "key [redacted token]!", .token),
        Line("xoxb-123456789012-abcdef sent", "[redacted token] sent", .token),
        Line("glpat-abcdefghij0123456789,", "[redacted token],", .token),
        Line("sk-proj-abcdefghijklmnop0123", "[redacted token]", .token),
        Line(
            "a -----BEGIN RSA PRIVATE KEY-----\\nMIIE\\n-----END RSA PRIVATE KEY----- b",
            "a [redacted private key] b",
            .privateKey
        ),
    ]

    static let harmless = [
        "2026-11-05T20:30:00 GET /index.html 200", "PWD=/home/user", "max_tokens=100 tokens: none", "password=null",
        #"{"password":"","x":null}"#, "a bearer of bad news", "https://host:8080/path?mail=a@b", "std::token::kind",
        "-----BEGIN CERTIFICATE-----", "password=********", "bypass=1 compass: north", "primary_key=5",
        "http://[::1]:80/", "sk-learn", "ghp_short", "AKIATOOSHORT", "Jey eyJ.x", "=:-_", "keyboard: de",
        "password=[redacted password]", "Bearer [redacted bearer token]", "mail@example.org DE89370400440532013000",
    ]

    static let personal: [Line] = [
        Line("from <petra.quast@acme.example>, ok", "from <[redacted e-mail address]>, ok", .email),
        Line("jürgen@müller.example.", "[redacted e-mail address].", .email),
        Line("IBAN DE89 3704 0044 0532 0130 00 paid", "IBAN [redacted IBAN] paid", .iban),
        Line("(NL91ABNA0417164300)", "([redacted IBAN])", .iban),
    ]

    static let impersonal = ["root@10.0.0.1", "a@b", "DE88 3704 0044 0532 0130 00", "X DE89370400440532013000A"]

    static let privateKey = """
        -----BEGIN OPENSSH PRIVATE KEY-----
        \((0..<5).map { _ in String(repeating: "b3BlbnNzaC1rZXktdjEA", count: 3) + "ABCD" }.joined(separator: "\n"))
        AAAB3Nz==
        -----END OPENSSH PRIVATE KEY-----

        """

    static func redacted(
        _ text: String,
        _ rules: RedactionRules = .secrets,
        startsInside: Bool = false
    ) -> (text: String, counts: RedactionCounts) {
        var redactor = Redactor(rules, startsInside: startsInside)
        var output: [UInt8] = []
        redactor.append(Array(text.utf8), into: &output)
        redactor.finish(into: &output)
        return (String(decoding: output, as: UTF8.self), redactor.counts)
    }
}
