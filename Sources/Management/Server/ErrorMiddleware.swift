import Gateway
import Hummingbird
import Logging

/// Turns whatever a route throws into a status and an ``ErrorDocument``.
struct ErrorMiddleware: RouterMiddleware {
    typealias Context = ManagementContext

    func handle(
        _ request: Request, context: ManagementContext, next: (Request, ManagementContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let (status, description) = answer(to: error, request)
            if status.code >= 500 { context.logger.error("\(request.method) \(request.uri.path): \(error)") }
            let document = ErrorDocument(error: description)
            return try EditedResponse(status: status, response: document).response(from: request, context: context)
        }
    }

    private func answer(to error: any Error, _ request: Request) -> (HTTPResponse.Status, APIError) {
        switch error {
        case let error as GatewayError: return (error.status, APIError(error))
        case let error as DecodingError: return (.badRequest, APIError(code: "bad_request", message: error.summary))
        case let error as any HTTPResponseError: return answer(to: error, request)
        default: return (.internalServerError, APIError(code: "internal", message: "\(error)"))
        }
    }

    private func answer(to error: any HTTPResponseError, _ request: Request) -> (HTTPResponse.Status, APIError) {
        let status = error.status
        switch status {
        case .notFound:
            return (status, APIError(code: "no_such_route", message: "no such route: \(request.method) \(request.uri.path)"))
        case .contentTooLarge:
            let message = "the request is larger than \(APILimits.requestByteCountMax) bytes"
            return (status, APIError(code: "too_large", message: message))
        default:
            let message = (error as? HTTPError)?.body ?? status.reasonPhrase
            return (status, APIError(code: status.code < 500 ? "bad_request" : "internal", message: message))
        }
    }
}

extension GatewayError {
    var status: HTTPResponse.Status {
        switch self {
        case .notFound: .notFound
        case .invalid: .badRequest
        case .conflict, .needsRestart: .conflict
        case .badConfiguration: .unprocessableContent
        case .failed: .internalServerError
        }
    }
}
