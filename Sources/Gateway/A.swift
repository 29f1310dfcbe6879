import Dataplane
import Yams
package func g() {}
