import Glibc
import NIOCore
import Testing

@testable import RelayAPI

@Suite("What failed between a program and the relay")
struct RelayAPIErrorTests {
    @Test("a connection that was there and broke may have carried the request; one that could not be made has not")
    func arrived() throws {
        let endpoint = try RelayEndpoint(url: "https://relay.example:4470")
        func failure(_ errno: CInt) throws -> RelayAPIError {
            let error = IOError(errnoCode: errno, reason: "read(descriptor:pointer:size:)")
            return try #require(RelayAPIError.from(error, endpoint) as? RelayAPIError)
        }
        for errno in [ECONNRESET, EPIPE] { #expect(try failure(errno).mayHaveArrived) }
        for errno in [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH] {
            let error = try failure(errno)
            #expect(error.kind == .unreachable && !error.mayHaveArrived)
        }
    }
}
