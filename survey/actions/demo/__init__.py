"""The demonstration: an invented district with a wave in the field. Everything comes from one seed; nobody is real.

Read in this order: district → survey_wave → sample → opinions, answers → deliveries → build.
"""
