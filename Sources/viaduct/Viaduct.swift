import Gateway
import Management
import ArgumentParser
@main struct Viaduct: ParsableCommand { mutating func run() { g2() } }
