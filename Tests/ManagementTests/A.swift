import Testing
import Management
@Test func ok() { #expect(1 == 1) }
