import Glibc

/// Patterns as a shell knows them.
enum Glob {
    static func matches(_ pattern: String, _ name: String) -> Bool { fnmatch(pattern, name, 0) == 0 }
}
