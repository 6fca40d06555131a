import Contracts
import Receipts
import SupportChannel
import Testing

@testable import Agent

@Suite("An offer")
struct OfferTests {
    private static func reason(_ terms: Terms) -> String? {
        do {
            _ = try Offer(terms, allowed: [.run, .logs], logs: nil)
            return nil
        } catch {
            return error.diagnostics
        }
    }

    @Test("is hashed over the very bytes that came")
    func hash() throws {
        let contract = try Samples.contract()
        let offer = try Offer(Samples.terms(contract), allowed: [.run, .logs], logs: nil)
        #expect(offer.hash == Digest.sha256(contract.canonicalBytes))
        #expect(offer.consentRequest(machine: "shop1").hash == offer.hash.hex)
    }

    @Test("with a contract that is no contract is refused", arguments: ["", "{}", "null", "[", "\u{0}"])
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
        terms.version = 0
        #expect(Self.reason(terms) == "the contract has no version 0")
        var unpriced = contract
        unpriced.ratesCentsPerHour = [:]
        #expect(Self.reason(Samples.terms(unpriced)) == "the contract has no price for \"question\"")
    }

    @Test("grants what operator, contract and client all allow")
    func grants() throws {
        let contract = try Samples.contract(access: Contract.Access(grants: [.logs, .files]))
        let offer = try Offer(
            Samples.terms(contract, grants: ["run", "logs", "files"]),
            allowed: [.run, .logs],
            logs: nil
        )
        #expect(offer.grants == [.logs])
        #expect(offer.withheld == ["run", "files"])
    }

    @Test("speaks German where contract or locale does")
    func language() throws {
        let silent = try Offer(Samples.terms(Samples.contract()), allowed: [], logs: nil)
        #expect(silent.language(locale: .english) == .english)
        #expect(silent.language(locale: .german) == .german)
        let german = try Offer(Samples.terms(Samples.contract(language: .german)), allowed: [], logs: nil)
        #expect(german.language(locale: .english) == .german)
    }
}
