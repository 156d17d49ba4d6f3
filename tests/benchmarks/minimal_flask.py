"""The reference of bench_answer.py: the least that a Flask program can do for one form and one durable row.

Reads 24 answers from the form, looks that each is a short number, writes one row and commits it (SQLite: WAL,
synchronous FULL; or PostgreSQL). No ticket, no conditions, no receipt, no ledger, no languages.
"""

import json
import os
import sqlite3
import threading
import uuid
from typing import Any

import psycopg
from flask import Flask, Response, abort, request

ITEMS = [f"q{number}" for number in range(24)]
ROWS = "".join(
    f"<fieldset><legend>{item}</legend>"
    + "".join(f"<label><input type=radio name={item} value={code}>{code}</label>" for code in range(1, 7))
    + "</fieldset>"
    for item in ITEMS
)
PAGE = f"<!doctype html><title>form</title><form method=post>{ROWS}<button>send</button></form>".encode()

app = Flask(__name__)
local = threading.local()


DATABASE = os.environ.get("MINIMAL_DATABASE", "")  # a file, or the URL of a PostgreSQL database
ON_POSTGRES = DATABASE.startswith("postgresql://")
INSERT = "INSERT INTO answer VALUES (%s, %s)" if ON_POSTGRES else "INSERT INTO answer VALUES (?, ?)"


def connection() -> Any:
    if not hasattr(local, "connection"):
        local.connection = _connected()
    return local.connection


def _connected() -> Any:
    if ON_POSTGRES:
        return psycopg.connect(DATABASE, autocommit=True)
    made = sqlite3.connect(DATABASE, timeout=30, isolation_level=None)
    made.execute("PRAGMA journal_mode=WAL")
    made.execute("PRAGMA synchronous=FULL")
    return made


@app.get("/")
def show() -> Response:
    return Response(PAGE, mimetype="text/html")


@app.get("/healthz")
def health() -> str:
    return "ok"


@app.post("/")
def take() -> Response:
    answers = {item: request.form.get(item, "") for item in ITEMS}
    if not all(value.isdecimal() and len(value) < 3 for value in answers.values()):
        abort(400)
    connection().execute(INSERT, (str(uuid.uuid4()), json.dumps(answers)))
    return Response("stored", status=303, headers={"Location": "/"})


if DATABASE:  # not when the benchmark looks for the names of the items
    _connected().execute("CREATE TABLE IF NOT EXISTS answer (id TEXT PRIMARY KEY, content TEXT)")
