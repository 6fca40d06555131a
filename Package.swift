// swift-tools-version: 6.2

import PackageDescription

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
]

let package = Package(
    name: "lotse",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-http2.git", from: "1.46.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CEditLine", pkgConfig: "libedit", providers: [.apt(["libedit-dev"])]),
        .target(name: "TLS", dependencies: ["COpenSSL", .product(name: "NIOCore", package: "swift-nio")]),
        .target(name: "Pairing"),
        .target(name: "TerminalText"),
        .target(name: "Contracts"),
        .target(name: "ContractFiles", dependencies: ["Contracts", .product(name: "Yams", package: "Yams")]),
        .target(name: "Receipts", dependencies: ["Contracts", "COpenSSL"]),
        .target(
            name: "RelayAPI",
            dependencies: ["TLS", .product(name: "NIOHTTP1", package: "swift-nio")] + nio
        ),
        .target(
            name: "Operator",
            dependencies: [
                "RelayAPI", "SupportChannel", "Pairing", "ContractFiles", "Contracts", "Receipts", "TerminalText", "TLS",
                "CEditLine",
            ] + nio
        ),
        .executableTarget(
            name: "lotse",
            dependencies: [
                "Operator", "RelayAPI", "Contracts", "ContractFiles", "TerminalText",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),
        .testTarget(
            name: "OperatorTests", dependencies: ["Operator", "RelayAPI", "SupportChannel", "Receipts", "TLS"] + nio),
        .target(
            name: "SupportChannel",
            dependencies: [
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ] + nio
        ),
        .testTarget(
            name: "SupportChannelTests",
            dependencies: [
                "SupportChannel", .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
            ] + nio
        ),
    ]
)
