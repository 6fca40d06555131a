// swift-tools-version: 6.2

import PackageDescription

// Products of the packages below, each said once.
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioLocks = Target.Dependency.product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP1 = Target.Dependency.product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let nioHTTPTypesHTTP2 = Target.Dependency.product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

// What reads bytes of strangers (Tests/FuzzTests): a target of tests, and with LOTSE_FUZZ in the environment the program of
// scripts/stresses/fuzz, which nothing but libFuzzer can link.
let fuzzed: [Target.Dependency] = [
    "Compression", "ContractFiles", "Contracts", "Ledger", "Pairing", "Receipts", "Redaction", "RelayAPI",
    "SupportChannel",
    "TLS", "TerminalText", grdb, nioCore, nioEmbedded, nioHTTP1,
]
let fuzzing: Target =
    Context.environment["LOTSE_FUZZ"] == nil
    ? .testTarget(name: "FuzzTests", dependencies: fuzzed, exclude: ["Fuzzer"])
    : .executableTarget(
        name: "lotse-fuzz",
        dependencies: fuzzed,
        path: "Tests/FuzzTests",
        exclude: ["FuzzTests.swift"]
    )

let package = Package(
    name: "lotse",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "lotse-relay", targets: ["lotse-relay"]),
        .executable(name: "lotse-agent", targets: ["lotse-agent"]),
        .executable(name: "lotse", targets: ["lotse"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-http2.git", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        // The system's libraries.
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CEditLine", pkgConfig: "libedit", providers: [.apt(["libedit-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CQREncode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),

        // What all three programs share.
        .target(name: "TLS", dependencies: ["COpenSSL", nioCore]),
        .target(name: "Pairing", dependencies: ["COpenSSL"]),
        .target(name: "TerminalText"),
        .target(name: "Redaction"),
        .target(name: "Compression", dependencies: ["CZlib", "CZstd"]),
        .target(name: "RelayAPI", dependencies: ["Contracts", "Receipts", "TLS", nioCore, nioHTTP1, nioPosix]),
        .target(
            name: "SupportChannel",
            dependencies: ["Pairing", "TLS", httpTypes, nioCore, nioHTTP2, nioHTTPTypes, nioHTTPTypesHTTP2]
        ),
        .target(name: "Contracts"),
        .target(name: "ContractFiles", dependencies: ["Contracts", "Yams"]),
        .target(name: "Billing", dependencies: ["Contracts"]),
        .target(name: "TimeZoneFiles", dependencies: ["Billing", "Contracts"]),
        .target(name: "Invoicing", dependencies: ["Billing", "Contracts"]),
        .target(name: "QRCodes", dependencies: ["CQREncode", "Invoicing"]),
        .target(name: "Receipts", dependencies: ["Contracts", "COpenSSL"]),
        .target(name: "FileTransfers", dependencies: ["Receipts", nioCore, nioPosix]),
        .target(
            name: "Transcripts",
            dependencies: [
                "Compression", "Contracts", "Receipts", "RelayAPI", "SupportChannel", "TerminalText", nioCore, nioPosix,
            ]
        ),
        .target(name: "Ledger", dependencies: ["Contracts", "Receipts", grdb, sqlite]),

        // One library for each program.
        .target(
            name: "Relay",
            dependencies: [
                "Billing", "CMalloc", "Contracts", "ContractFiles", "Invoicing", "Ledger", "QRCodes", "Receipts",
                "RelayAPI",
                "TLS", "TimeZoneFiles",
                configuration, coreMetrics, httpTypes,
                hummingbird, hummingbirdCore, logging, nioCore, nioHTTP1, nioHTTPTypes, nioHTTPTypesHTTP1, nioLocks,
                nioPosix,
                serviceLifecycle, systemPackage,
            ]
        ),
        .target(
            name: "Agent",
            dependencies: [
                "Billing", "Compression", "Contracts", "FileTransfers", "Invoicing", "Pairing", "Receipts", "Redaction",
                "RelayAPI",
                "SupportChannel", "TLS",
                "TerminalText",
                "TimeZoneFiles", "Transcripts", nioCore, nioPosix,
            ]
        ),
        .target(
            name: "Operator",
            dependencies: [
                "Billing", "CEditLine", "Compression", "ContractFiles", "Contracts", "FileTransfers", "Invoicing",
                "Pairing", "Receipts", "RelayAPI",
                "SupportChannel", "TLS",
                "TerminalText", "TimeZoneFiles", "Transcripts", nioCore, nioPosix,
            ]
        ),

        // The programs: one file per subcommand.
        .executableTarget(
            name: "lotse-relay",
            dependencies: ["CMalloc", "Ledger", "Relay", "RelayAPI", "TLS", argumentParser]
        ),
        .executableTarget(name: "lotse-agent", dependencies: ["Agent", "RelayAPI", argumentParser]),
        .executableTarget(
            name: "lotse",
            dependencies: [
                "Billing", "ContractFiles", "Contracts", "Invoicing", "Operator", "RelayAPI", "TerminalText",
                "TimeZoneFiles",
                argumentParser,
            ]
        ),
        // What scripts/bench measures on; nobody installs it.
        .executableTarget(
            name: "lotse-bench",
            dependencies: [
                "Billing", "ContractFiles", "Contracts", "Ledger", "Receipts", "Redaction", "Relay", "TLS",
                "TimeZoneFiles",
                argumentParser,
            ]
        ),
        // What scripts/bench measures with, and scripts/stress puts load on with.
        .executableTarget(
            name: "lotse-load",
            dependencies: ["Contracts", "Receipts", "Redaction", "RelayAPI", "TLS", argumentParser, nioCore, nioPosix]
        ),

        .testTarget(name: "TLSTests", dependencies: ["COpenSSL", "TLS", nioCore, nioEmbedded, nioPosix]),
        .testTarget(name: "PairingTests", dependencies: ["Pairing"], exclude: ["vectors.json"]),
        .testTarget(name: "TerminalTextTests", dependencies: ["TerminalText"]),
        .testTarget(name: "RedactionTests", dependencies: ["Redaction"]),
        .testTarget(name: "CompressionTests", dependencies: ["CZlib", "Compression"]),
        .testTarget(name: "RelayAPITests", dependencies: ["RelayAPI", "TLS", nioCore, nioEmbedded, nioPosix]),
        .testTarget(
            name: "SupportChannelTests",
            dependencies: ["Pairing", "SupportChannel", "TLS", nioCore, nioEmbedded, nioHTTP2, nioPosix]
        ),
        .testTarget(name: "ContractsTests", dependencies: ["Contracts"]),
        .testTarget(name: "ContractFilesTests", dependencies: ["ContractFiles", "Contracts"]),
        .testTarget(name: "BillingTests", dependencies: ["Billing", "Contracts"]),
        .testTarget(name: "ReceiptsTests", dependencies: ["Contracts", "Receipts", "TLS"]),
        .testTarget(
            name: "InvoicingTests",
            dependencies: ["Billing", "Contracts", "Invoicing", "QRCodes"],
            exclude: ["xrvalidate.py"]
        ),
        .testTarget(name: "FileTransfersTests", dependencies: ["FileTransfers", "Receipts", nioCore]),
        .testTarget(
            name: "TranscriptsTests",
            dependencies: ["Compression", "Receipts", "SupportChannel", "Transcripts", nioCore]
        ),
        .testTarget(name: "LedgerTests", dependencies: ["Contracts", "Ledger", "Receipts", grdb]),
        .testTarget(
            name: "RelayTests",
            dependencies: [
                "ContractFiles", "Contracts", "Invoicing", "Ledger", "Receipts", "Relay", "RelayAPI", "TLS", httpTypes,
                logging,
                nioCore, nioEmbedded, nioHTTP1, nioLocks,
                nioPosix,
            ]
        ),
        .testTarget(
            name: "AgentTests",
            dependencies: [
                "Agent", "Billing", "CZlib", "Contracts", "FileTransfers", "Invoicing", "Pairing", "Receipts",
                "RelayAPI", "SupportChannel", "TLS",
                "TerminalText",
                "TimeZoneFiles", "Transcripts", nioCore, nioPosix,
            ]
        ),
        .testTarget(
            name: "OperatorTests",
            dependencies: [
                "Contracts", "Operator", "Pairing", "Receipts", "RelayAPI", "SupportChannel", "TLS", "Transcripts",
                nioCore,
                nioPosix,
            ]
        ),
        fuzzing,
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Pairing", "Receipts", "RelayAPI", "TLS", "lotse", "lotse-agent", "lotse-bench", "lotse-load",
                "lotse-relay", nioCore, nioPosix,
            ]
        ),
    ]
)

// libFuzzer counts the branches of what reads alone: those of the packages, and of the comparisons that the targets make, would cost each
// input more than it costs to read it.
if Context.environment["LOTSE_FUZZ"] != nil {
    for target in package.targets where target.type == .regular {
        // Testable, since most of what reads is internal.
        target.swiftSettings = [.unsafeFlags(["-sanitize=fuzzer", "-enable-testing"])]
    }
    for target in package.targets where target.type == .executable {
        target.linkerSettings = [.unsafeFlags(["-sanitize=fuzzer"])]
    }
}
