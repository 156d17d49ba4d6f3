"""What everyone may read: start page, health checks, metrics for the monitoring of the installation."""

from flask import Blueprint

from survey.web.public import health, metrics, start
from survey.web.public.metrics import watch

__all__ = ["blueprint", "watch"]

blueprint = Blueprint("public", __name__)

for page in (start, health, metrics):
    page.add_routes(blueprint)
