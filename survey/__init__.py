"""Minyi (民意): the application. A newcomer reads the folders in the order of the flow.

| step | where | in one sentence |
|---|---|---|
| 1 questionnaire definition | `questionnaires/` → `instrument/` | a YAML file, checked and turned into an object |
| 2 who may answer | `programme/`, `invitation/`, `fieldwork/` | wave, areas, targets; codes as QR; sampled cases |
| 3 answer | `web/`, `templates/` | a phone page for residents; pages for workers and staff |
| 4 stored response | `response/` → `storage/` | id made when the form opens, never lost, never twice |
| 5 weights | `analysis.weights` | base, nonresponse, calibration, trimming |
| 6 rate and interval | `analysis.estimates` | design-based, in R `survey`'s digits |
| 7 decision | `analysis.decision` | met, not met, undetermined |
| 8 report, export, feedback | `analysis.report`, `exchange/`, `opinion/` | tables, figures, files others can open |
"""
