import Glibc

/// SIGINT and SIGTERM as something that is looked at: they are blocked, and the waits of control are waits for them.
package enum Interrupt {
    private static var signals: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGINT)
        sigaddset(&set, SIGTERM)
        return set
    }

    /// Before any other thread is made, so that all inherit it.
    package static func block() {
        var set = signals
        pthread_sigmask(SIG_BLOCK, &set, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits so long, or until a signal comes. Returns whether one came.
    package static func wait(milliseconds: Int) -> Bool {
        var set = signals
        var time = timespec(tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
        return sigtimedwait(&set, nil, &time) > 0
    }
}
