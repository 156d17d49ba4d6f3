"""What everyone may read: start page, health checks, metrics for the monitoring of the installation."""

from survey.web.public.pages import blueprint

__all__ = ["blueprint"]
