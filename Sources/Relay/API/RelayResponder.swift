import Hummingbird
import Logging
import RelayAPI

/// Turns the table of routes into what Hummingbird serves: checks who calls, then calls, and makes every error a `Problem`.
enum RelayResponder {
    static func router(_ routes: [APIRoute], desk: SupportDesk, logger: Logger) -> Router<
        RelayRequestContext
    > {
        let router = Router(context: RelayRequestContext.self)
        router.add(middleware: ProblemMiddleware(logger: logger))
        for route in routes {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                let caller = try await route.access.check(
                    context.connection,
                    token: BearerToken.from(request.headers[.authorization]),
                    desk: desk
                )
                return try await route.handle(APIRequest(request: request, context: context), caller)
            }
        }
        return router
    }
}

/// Makes every error one JSON body with one sentence.
private struct ProblemMiddleware: RouterMiddleware {
    let logger: Logger

    func handle(
        _ request: Request,
        context: RelayRequestContext,
        next: (Request, RelayRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError {
            let refusal =
                error.status == .notFound
                ? Refusal.notFound("there is nothing here")
                : Refusal(error.status, "refused", error.body ?? error.status.reasonPhrase)
            return .refusal(refusal)
        } catch let error as any HTTPResponseError {
            return .refusal(Refusal(error.status, "refused", error.status.reasonPhrase))
        } catch {
            let refusal = Refusal.from(error)
            if refusal.status.code >= 500 {
                logger.error(
                    "a request failed",
                    metadata: ["path": "\(context.endpointPath ?? "-")", "error": "\(error)"]
                )
            }
            return .refusal(refusal)
        }
    }
}
