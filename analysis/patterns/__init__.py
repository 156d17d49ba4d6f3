"""Patterns that honest answers rarely make: evidence for people to look at, and its effect on an estimate (step 5).

Nothing here deletes or accuses. Every pattern has one file, returns a `Pattern` (evidence.py) with one row of evidence
per finding, and says what the estimate would be without the flagged answers.
"""
