"""Statistics on data frames: numpy, pandas, scipy. No Flask, no database, no application.

Pipeline order: frame → design → controls → weights → estimates → decision, ranks → report → pipeline.
`python -m analysis run PLAN.yaml --out DIR` runs a plan; see `plan.py` for its form.
"""
