"""Fixes: what to change for a finding, how far the change is proven, and why where it is not.

A rule passes in a candidate and gets a draft: operations on expressions and imports of one or several files, with the
reasons why it is not safe. `compose` turns the operations of one draft, or of many at once, into edits.
"""
