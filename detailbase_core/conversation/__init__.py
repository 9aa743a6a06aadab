"""Follow-ups: sentences that refer to the last answer ("the other one", "no, the red one").

May import: grounder and all below it; nothing that needs a screen.
"""
