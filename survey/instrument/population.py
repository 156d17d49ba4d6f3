"""Whom a questionnaire and a wave are for. Populations are never pooled."""

from enum import StrEnum


class Population(StrEnum):
    RESIDENTS = "residents"
    MERCHANTS = "merchants"
    STAFF = "staff"
    STUDENTS = "students"
