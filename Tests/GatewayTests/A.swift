import Testing
import Gateway
@Test func ok() { #expect(1 == 1) }
