import Contracts
import Foundation
import Testing

@Suite("A contract as a value")
struct ContractTests {
    @Test("decoding the canonical bytes gives an equal contract with the same bytes")
    func roundTrip() throws {
        for contract in try [Samples.contract(), smallest()] {
            let bytes = contract.canonicalBytes
            let decoded = try Contract(canonicalBytes: bytes)
            #expect(decoded == contract)
            #expect(decoded.canonicalBytes == bytes)
            let recoded = try JSONDecoder().decode(Contract.self, from: JSONEncoder().encode(contract))
            #expect(recoded.canonicalBytes == bytes)
        }
    }

    @Test("absent terms have no member, defaults are written out")
    func members() throws {
        guard case .object(let members) = try smallest().canonicalJSON else { throw Missing() }
        #expect(members["validUntil"] == nil)
        #expect(members["retainer"] == nil)
        #expect(
            members["rounding"] == [
                "per": "session", "stepSeconds": 60, "minimumSeconds": 0, "mode": "up", "freeUpToSeconds": 0,
                "excess": "last",
            ]
        )
        #expect(
            members["access"] == [
                "grants": ["run", "logs"], "logs": [], "commands": "any", "maximumSessionSeconds": 14400,
                "idleTimeoutSeconds": 900,
            ]
        )
        #expect(members["surchargeStacking"] == "max")
        #expect(members["surchargeOnQuota"] == "billed")
    }

    @Test("bytes that this contract would not write are refused")
    func strictBytes() throws {
        let text = String(decoding: try Samples.contract().canonicalBytes, as: UTF8.self)
        let others = [
            text + "\n",
            text.replacingOccurrences(of: "{\"access\"", with: "{\"aaa\":1,\"access\""),
            text.replacingOccurrences(of: "\"title\":\"Support Webshop\",", with: ""),
            text.replacingOccurrences(of: "\"language\":\"de\"", with: "\"language\":\"fr\""),
            text.replacingOccurrences(of: "2026-01-01", with: "2026-02-30"),
            text.replacingOccurrences(of: "\"any\"", with: "\"some\"").replacingOccurrences(
                of: "[[\"df\"",
                with: "[[1"
            ),
            "", "[]", "null", String(repeating: "[", count: 100_000),
        ]
        for other in others where other != text {
            #expect(throws: ContractsError.self) { try Contract(canonicalBytes: Array(other.utf8)) }
        }
        #expect(others.allSatisfy { $0 != text })
    }

    @Test("the default category is the first of kind support")
    func defaultCategory() throws {
        var contract = try Samples.contract()
        #expect(contract.defaultCategory?.id == "question")
        contract.categories.reverse()
        #expect(contract.defaultCategory?.id == "extra")
        #expect(contract.category("defect").flatMap(contract.rateCentsPerHour) == 9500)
    }

    @Test("terms are in force from their first to their last day")
    func inForce() throws {
        let contract = try Samples.contract()
        #expect(try contract.isInForce(on: Samples.date("2026-01-01")))
        #expect(try contract.isInForce(on: Samples.date("2026-12-31")))
        #expect(try !contract.isInForce(on: Samples.date("2025-12-31")))
        #expect(try !contract.isInForce(on: Samples.date("2027-01-01")))
        #expect(try smallest().isInForce(on: Samples.date("2099-01-01")))
    }

    private struct Missing: Error {}

    private func smallest() throws -> Contract {
        Contract(
            contract: "minute",
            title: "By the minute",
            timeZone: "Europe/Berlin",
            validFrom: try Samples.date("2026-01-01"),
            client: try Samples.contract().client,
            ratesCentsPerHour: ["support": 9000],
            categories: [Contract.Category(id: "support", kind: .support, rate: "support")],
            vat: Contract.VAT(category: .standard, percentBp: 1900)
        )
    }
}
