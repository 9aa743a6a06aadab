"""Answers held against the truth: outcomes, figures, intervals, results."""
