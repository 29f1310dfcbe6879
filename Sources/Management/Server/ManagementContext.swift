import Foundation
import Gateway
import Hummingbird

/// A request under way: Hummingbird's own, with our limits and our JSON.
struct ManagementContext: RequestContext {
    var coreContext: CoreRequestContextStorage

    init(source: ApplicationRequestContextSource) { coreContext = .init(source: source) }

    var maxUploadSize: Int { APILimits.requestByteCountMax }
    var responseEncoder: JSONEncoder { JSON.makeEncoder() }
    var requestDecoder: JSONDecoder { JSONDecoder() }
}

extension PortsDocument: ResponseEncodable {}
extension NetworksDocument: ResponseEncodable {}
extension TunnelsDocument: ResponseEncodable {}
extension LimitsDocument: ResponseEncodable {}
extension GroupsDocument: ResponseEncodable {}
extension MulticastDocument: ResponseEncodable {}
extension NeighborsDocument: ResponseEncodable {}
extension DropsDocument: ResponseEncodable {}
extension WorkersDocument: ResponseEncodable {}
extension DeletedDocument: ResponseEncodable {}
extension ErrorDocument: ResponseEncodable {}
extension GatewaySummary: ResponseEncodable {}
extension MACPage: ResponseEncodable {}
extension MACAddition: ResponseEncodable {}
extension ReloadReport: ResponseEncodable {}
