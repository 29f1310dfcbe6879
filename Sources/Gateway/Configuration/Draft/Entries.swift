/// The entries of a list in the file that could be read.
struct Entries<Element>: RandomAccessCollection {
    private let elements: [Element]
    /// False when an entry or the whole list was refused: what is not found here may be among those.
    let isComplete: Bool
    /// Where a finding about the list as a whole belongs: its key's value, or the mapping that lacks the key.
    let position: Configuration.Position

    init(_ elements: [Element], isComplete: Bool = true, at position: Configuration.Position) {
        self.elements = elements
        self.isComplete = isComplete
        self.position = position
    }

    /// What `read` makes of the entries of `node`; no node is an empty list.
    init(
        of node: YAMLNode?, atMost countMax: Int = .max, missingAt position: Configuration.Position, read: (YAMLNode) -> Element?
    ) {
        let nodes = node?.list(atMost: countMax)
        elements = (nodes ?? []).compactMap(read)
        isComplete = node == nil || nodes?.count == elements.count
        self.position = node?.position ?? position
    }

    var startIndex: Int { 0 }
    var endIndex: Int { elements.count }
    subscript(index: Int) -> Element { elements[index] }
}
