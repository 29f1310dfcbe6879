import Testing
import Dataplane
@Test func ok() { #expect(1 == 1) }
