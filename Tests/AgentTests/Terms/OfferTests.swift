import Contracts
import Receipts
import RelayAPI
import SupportChannel
import Testing

@testable import Agent

@Suite("An offer")
struct OfferTests {
    private static func reason(_ terms: Terms) -> String? {
        do {
            let moment = Timestamp(rfc3339: terms.offeredAt)?.seconds ?? 0
            _ = try Offer(try Samples.proven(terms), in: Samples.situation(at: moment))
            return nil
        } catch {
            return (error as? AgentError)?.diagnostics ?? "\(error)"
        }
    }

    @Test("is hashed over the very bytes that came")
    func hash() throws {
        let contract = try Samples.contract()
        let offer = try Offer(Samples.proven(Samples.terms(contract)), in: Samples.situation())
        #expect(offer.hash == Digest.sha256(contract.canonicalBytes))
        let record = offer.record(machine: "shop1", key: offer.operatorKey, exporter: [])
        #expect(record.contractHash == offer.hash)
    }

    @Test("with a contract that is no contract is refused", arguments: ["", "{}", "null", "[", "\u{1}"])
    func unreadable(text: String) throws {
        var terms = Samples.terms(try Samples.contract())
        terms.contract = text
        #expect(Self.reason(terms)?.contains("cannot be read") == true)
    }

    @Test("with members that the client would not see is refused")
    func hiddenMember() throws {
        var terms = Samples.terms(try Samples.contract())
        terms.contract = String(terms.contract.dropLast()) + #","zzz":"and the soul"}"#
        #expect(Self.reason(terms)?.contains("canonical") == true)
    }

    @Test("that is too long is refused")
    func tooLong() throws {
        var terms = Samples.terms(try Samples.contract())
        terms.contract += String(repeating: " ", count: Offer.longestContract)
        #expect(Self.reason(terms) == "the contract is too long")
    }

    @Test("for a category or version that is not there is refused")
    func unknown() throws {
        let contract = try Samples.contract()
        #expect(Self.reason(Samples.terms(contract, category: "wish")) == "the contract has no category \"wish\"")
        var terms = Samples.terms(contract)
        terms.contractVersion = 0
        #expect(Self.reason(terms) == "the contract has no version 0")
        var unpriced = contract
        unpriced.ratesCentsPerHour = [:]
        #expect(Self.reason(Samples.terms(unpriced)) == "the contract has no price for \"question\"")
    }

    @Test("grants what operator, contract and client all allow")
    func grants() throws {
        let contract = try Samples.contract(access: Contract.Access(grants: [.logs, .files]))
        let offer = try Offer(
            Samples.proven(Samples.terms(contract, grants: ["run", "logs", "files"])),
            in: Samples.situation()
        )
        #expect(offer.grants == [.logs])
        #expect(offer.withheld == ["run", "files"])
    }

    @Test("at another price than the contract's is refused")
    func price() throws {
        var contract = try Samples.contract()
        let noon = try #require(Timestamp(rfc3339: "2026-11-05T11:00:00Z")).seconds
        let good = Samples.terms(contract, at: noon)
        #expect(Self.reason(good) == nil)
        let changes: [(inout Terms) -> Void] = [
            { $0.price.centsPerHour = 9501 }, { $0.price.currency = "USD" },
            { $0.price.surchargePercentBp = 1 }, { $0.price.surchargeLabel = "Night" },
            { $0.price.quotaLeftSeconds = 1 },
        ]
        for change in changes {
            var terms = good
            change(&terms)
            #expect(Self.reason(terms) != nil)
        }
        // At night the contract asks for more: whoever leaves that out is refused too.
        let night = try #require(Timestamp(rfc3339: "2026-11-05T23:00:00Z")).seconds
        var terms = Samples.terms(contract, at: night)
        #expect(terms.price.surchargePercentBp == 5000)
        #expect(Self.reason(terms) == nil)
        (terms.price.surchargePercentBp, terms.price.surchargeLabel) = (0, nil)
        #expect(Self.reason(terms) == "the surcharge is not the contract's for this hour")
        contract.retainer = Contract.Retainer(kind: .takeOrPay, feeCents: 1, includedSeconds: 3600)
        terms = Samples.terms(contract, at: noon)
        #expect(Self.reason(terms) == nil)
        terms.price.quotaLeftSeconds = nil
        #expect(Self.reason(terms) != nil)
    }

    @Test("whose date is more than a day away from this computer's is refused")
    func date() throws {
        let now = SystemTime().epochSeconds
        let terms = Samples.terms(try Samples.contract(), at: now)
        for away: Int64 in [-86_400, 0, 86_400] {
            _ = try Offer(Samples.proven(terms), in: Samples.situation(at: now + away))
        }
        for away: Int64 in [-86_401, 86_401] {
            #expect(throws: AgentError.self) {
                try Offer(Samples.proven(terms), in: Samples.situation(at: now + away))
            }
        }
    }

    @Test("for another relay or another code is refused")
    func elsewhere() throws {
        for change: (inout Terms) -> Void in [
            { $0.room = "4822" }, { $0.authority = String(repeating: "0", count: 64) }, { $0.offeredAt = "now" },
        ] {
            var terms = Samples.terms(try Samples.contract())
            change(&terms)
            #expect(Self.reason(terms) != nil)
        }
    }

    @Test("speaks German where contract or locale does")
    func language() throws {
        let silent = try Offer(Samples.proven(Samples.terms(Samples.contract())), in: Samples.situation())
        #expect(silent.language(locale: .english) == .english)
        #expect(silent.language(locale: .german) == .german)
        let german = try Offer(
            Samples.proven(Samples.terms(Samples.contract(language: .german))),
            in: Samples.situation()
        )
        #expect(german.language(locale: .english) == .german)
    }
}
