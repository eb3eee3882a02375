"""The commands of `redis-ssot`, one module each with `add_arguments(parser)` and `main(arguments)`.

`main` returns an exit code or raises CommandError, for which `cli.main` prints the messages and returns 2.
"""

# The names of the commands with their help; the module of a command is imported only when it is run.
COMMANDS = {
    "check": "report code that bypasses the canonical modules, and fix it",
    "doctor": "check the installation and the settings",
    "config": "print the settings as they are used, with presets expanded",
    "init": "propose a configuration from the code",
    "suppressions": "list the comments that suppress findings",
    "baseline": "record known findings, so that only new ones fail",
    "plan": "group the findings into phases and batches",
    "remediate": "fix one phase in batches, each validated by a command",
    "integrate": "replace a service's duplicate implementation with the shared one",
    "rollback": "undo fixes of a campaign",
    "progress": "show the progress of the campaign",
    "verify": "check the success criteria of a campaign",
    "observe": "run a program and report its instances, connections and latency",
    "compare": "run a program alternately on two states, and say which is slower",
    "drill": "run a program against a Redis server that fails",
    "monitor": "show the number of findings, and update it when files change",
    "fleet": "scan many repositories and report their findings",
    "export": "export the settings as rules for other tools",
    "clean": "remove the caches in a folder and below it",
    "explain": "explain why a line is or is not a finding",
    "rule": "explain a rule",
    "server": "run the language server for editors",
    "schema": "print the JSON schema of the settings",
    "generate-shell-completion": "print a shell completion script",
}
