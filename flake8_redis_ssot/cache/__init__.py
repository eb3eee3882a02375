"""What an earlier run has found out, as data: facts of files and outcomes of runs, each good while files are the same.

Nothing here is trusted: what can't be read, or is no value of the kind that is expected, counts as not there.
"""
