import Gateway
import Hummingbird
import AsyncHTTPClient
package func g2() {}
