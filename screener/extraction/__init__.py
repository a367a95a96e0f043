"""Extraction: hazard-ratio arithmetic and its checks, the rules of the forms, dual comparison, risk of bias.

Doors: `hr.derive`, `forms.check_items`, `compare.compare` and `compare.agreed`, `rob.overall`,
`effects.study_effects`.
"""
