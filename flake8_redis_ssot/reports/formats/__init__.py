"""The ways to write a report, one module each, named as `--output-format` names it (`-` for `_`).

Each declares itself as `FORMAT`.
"""
