"""What everyone may read: start page, released results, health checks, metrics for the monitoring."""

from flask import Blueprint

from survey.web.public import health, metrics, results, start
from survey.web.public.metrics import watch

__all__ = ["blueprint", "watch"]

blueprint = Blueprint("public", __name__)

for page in (start, results, health, metrics):
    page.add_routes(blueprint)
