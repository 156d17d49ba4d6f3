"""Somebody of the office writes a questionnaire from pasted text, adds a condition, previews it and publishes it."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from survey.accounts.account import Role
from survey.app import create_app
from survey.settings import read_settings
from survey.storage import Storage
from tests.browser.accessibility import violations
from tests.browser.conftest import DESKTOP, SMALL_PHONE
from tests.browser.navigation import follow
from tests.live_server import LiveServer
from tests.unit.instrument.tiny import REAL
