"""`nox`: the tests on every supported Python that is installed; one that is missing is skipped."""

import nox

nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = False


@nox.session(python=["3.10", "3.11", "3.12", "3.13", "3.14"])
def tests(session: nox.Session) -> None:
    """The project's own tests."""
    session.install("-e", ".[test]")
    session.run("pytest", "-n", "auto", *session.posargs)


@nox.session(python="3.10")
def lowest(session: nox.Session) -> None:
    """The oldest versions of what we depend on."""
    session.install("-e", ".[test]", "flake8==6.0.0", "ast-grep-py==0.40.0")
    session.run("pytest", "-n", "auto", *session.posargs)
