import Contracts
import Testing

@testable import Billing

@Suite("Whether a category is dearer than what was agreed to")
struct CategoryPriceTests {
    private func contract(retainer: Bool) -> Contract {
        var contract = Sample.contract()
        contract.ratesCentsPerHour = ["low": 8000, "high": 9000, "over": 20_000, "nothing": 0]
        contract.categories = [
            .init(id: "question", kind: .support, rate: "high", usesQuota: true),
            .init(id: "change", kind: .support, rate: "low"),
            .init(id: "project", kind: .support, rate: "high"),
            .init(id: "chat", kind: .support, rate: "low", usesQuota: true),
            .init(id: "gift", kind: .support, rate: "nothing"),
            .init(id: "defect", kind: .warranty, rate: "high"),
        ]
        contract.retainer = nil
        if retainer {
            contract.retainer = .init(kind: .takeOrPay, feeCents: 10_000, includedSeconds: 18_000, overageRate: "over")
        }
        return contract
    }

    @Test("a higher price of the hour is, a lower one and the same are not")
    func hours() {
        let contract = contract(retainer: false)
        #expect(contract.isDearer("project", than: "change"))
        #expect(!contract.isDearer("change", than: "project"))
        #expect(!contract.isDearer("project", than: "question"))
        #expect(contract.isDearer("nowhere", than: "project"))
    }

    @Test("time that the included time would have covered is, however little an hour costs")
    func covered() {
        #expect(contract(retainer: true).isDearer("change", than: "question"))
        #expect(!contract(retainer: false).isDearer("change", than: "question"))
        #expect(!contract(retainer: true).isDearer("chat", than: "question"))
    }

    @Test("what an hour beyond the included time costs counts")
    func overage() {
        #expect(contract(retainer: true).isDearer("chat", than: "project"))
    }

    @Test("what costs nothing never is, and everything else is dearer than warranty")
    func free() {
        let contract = contract(retainer: true)
        for agreed in ["question", "change", "defect"] {
            #expect(!contract.isDearer("defect", than: agreed))
            #expect(!contract.isDearer("gift", than: agreed))
        }
        #expect(contract.isDearer("change", than: "defect"))
    }
}
