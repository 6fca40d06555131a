import FoundationEssentials
import HTTPTypes
import Hummingbird
import RelayAPI

/// One row of the API: what it is called, who may call it, what it does.
struct APIRoute: Sendable {
    let method: HTTPRequest.Method
    /// With `:name` for what varies.
    let path: String
    let access: Access
    let handle: @Sendable (APIRequest, Caller) async throws -> Response
}

/// A request as a handler sees it.
struct APIRequest: Sendable {
    let request: Request
    let context: RelayRequestContext

    /// What stands in the path where the route has `:name`.
    func parameter(_ name: String) throws -> String {
        guard let value = context.parameters.get(name), !value.isEmpty, value.utf8.count <= 128 else {
            throw Refusal.notFound("there is nothing here")
        }
        return value
    }

    /// A value of the query.
    var query: [String: String] { RequestTarget(request.head.path ?? "").query }

    /// The body as JSON.
    func body<Body: Decodable>(_ type: Body.Type) async throws -> Body {
        let buffer: ByteBuffer
        do {
            buffer = try await request.body.collect(upTo: context.maxUploadSize)
        } catch {
            throw Refusal(.contentTooLarge, "tooLarge", "the body is longer than \(context.maxUploadSize) bytes")
        }
        return try buffer.decoded(as: type)
    }
}

extension ByteBuffer {
    /// The JSON of an answer.
    static func json(_ value: some Encodable) throws -> ByteBuffer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return ByteBuffer(bytes: try encoder.encode(value))
    }

    /// The JSON of a request.
    ///
    /// - Throws: `Refusal` where it is something else.
    func decoded<Body: Decodable>(as type: Body.Type = Body.self) throws -> Body {
        do {
            return try JSONDecoder().decode(type, from: Data(readableBytesView))
        } catch {
            throw Refusal.badRequest(
                "the body is not the JSON that this path wants (use the same release on both sides)"
            )
        }
    }
}

extension Response {
    /// A value as JSON.
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        let body = ResponseBody(byteBuffer: try .json(value))
        return Response(status: status, headers: [.contentType: "application/json"], body: body)
    }

    /// A "no".
    static func refusal(_ refusal: Refusal) -> Response {
        var response = (try? json(refusal.problem, status: refusal.status)) ?? Response(status: refusal.status)
        if let seconds = refusal.problem.retryAfterSeconds { response.headers[.retryAfter] = "\(seconds)" }
        return response
    }
}
