"""gallery-push: the program with which teammates push transcripts from their own machines.

Its modules need the standard library of Python 3.9 and nothing else; `assembling` makes one file of them.
"""
