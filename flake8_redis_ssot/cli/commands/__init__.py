"""The commands of `redis-ssot`, one module each with `add_arguments(parser)` and `main(arguments)`.

`main` returns an exit code or raises CommandError, for which `cli.main` prints the messages and returns 2.
"""

# The names of the commands with their help; the module of a command is imported only when it is run.
COMMANDS = {
    "check": "find every place that goes round the source of truth",
    "doctor": "look for what goes wrong in practice around the settings",
    "init": "propose a configuration, from the code alone",
    "suppressions": "list the comments that silence findings",
    "baseline": "let known findings pass, so that only new ones fail",
    "plan": "put what is found in phases and batches",
    "remediate": "mend one phase in batches, each behind a gate",
    "integrate": "replace a service's own implementation by the shared one",
    "rollback": "put back what was mended",
    "progress": "show how far the campaign is",
    "verify": "report how far the success criteria of a campaign are met",
    "monitor": "show the counts, live while people work",
    "export": "write what other tools can enforce of the settings",
    "rule": "explain a code",
    "server": "serve editors",
    "schema": "print the JSON schema of the settings",
    "generate-shell-completion": "print what lets a shell complete our words",
}
