"""Fixes: what to do about a finding, proven as far as it can be, and told why where it can't.

A rule hands its site over; what comes back is a draft: operations on expressions and imports of one or several
files, with the reasons that keep it from being safe. `composing` turns the operations of one draft, or of many at
once, into edits.
"""
