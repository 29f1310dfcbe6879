extension ConfigurationChecker {
    func checkCores() {
        for (core, _) in repeats(in: draft.system.cores) {
            findings.error(
                at: core.position, "core \(core.value) is listed twice", advice: "remove one: a core runs one worker")
        }
        for core in draft.system.cores where !machine.usable.contains(core.value) {
            let problem =
                machine.existing.contains(core.value)
                ? "worker core \(core.value) is offline or not allowed for this process"
                : "worker core \(core.value) does not exist"
            findings.error(
                at: core.position, "\(problem): this machine offers \(CPUList.format(machine.usable))",
                advice: "choose among those, and leave one for control")
        }
    }
}
