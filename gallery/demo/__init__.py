"""Made-up transcripts with real, drawn pictures: for `make demo`, `make bench` and the tests.

Everything comes from a seed: the same seed gives the same bytes, whatever the day and the machine's clock.
"""
