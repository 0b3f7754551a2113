"""What pages show: one frozen dataclass per page or fragment, built from rows and plain values, never from a request.

Templates only print; every decision, address and sentence is made here.
"""
