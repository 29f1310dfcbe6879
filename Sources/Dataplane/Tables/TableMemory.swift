import CShims

/// Memory of the tables: zeroed, page aligned, outside the Swift heap, pages taken on first touch.
enum TableMemory {
    /// Traps when the machine has no address space left, which only happens at start.
    static func allocate<Element: BitwiseCopyable>(
        _ type: Element.Type, count: Int, node: Int32 = -1
    ) -> UnsafeMutablePointer<Element> {
        guard let memory = vd_memory_allocate(count * MemoryLayout<Element>.stride, node) else {
            fatalError("no memory for a table of \(count * MemoryLayout<Element>.stride) bytes")
        }
        return memory.bindMemory(to: Element.self, capacity: count)
    }

    static func free<Element: BitwiseCopyable>(_ memory: UnsafeMutablePointer<Element>, count: Int) {
        vd_memory_free(memory, count * MemoryLayout<Element>.stride)
    }
}
