"""PURE: usage figures and dated rates -> dollars. Standard library only; money is Decimal, and unknown is never zero.

`rates` says which rates are in force for a model on a day, `usage` how many tokens of each kind there were, `costs`
what that makes.
"""
