"""Very many tickets in little time, for measurements: rows as the product writes them, by COPY.

The one named exception to the single writer (decisions.md 16): what it leaves behind passes
`check_invariants`.
"""
