"""Observation of running programs: instances, connections and latency of the configured resources.

`agent/` runs inside of the observed program and needs `wrapt` (the extra `runtime`); everything else works on what the
agents of all processes have written. Nothing here is imported unless it is asked for.
"""
