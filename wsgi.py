"""The WSGI entry."""

from survey.app import create_app

app = create_app()
