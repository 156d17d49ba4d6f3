"""The reference of bench_answer.py: the least that a Flask program can do for one form and one durable row.

Reads 24 answers from the form, looks that each is a short number, writes one row and commits it (WAL, synchronous
FULL). No ticket, no conditions, no receipt, no ledger, no languages.
"""

import json
import os
import sqlite3
import threading
import uuid

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


def connection() -> sqlite3.Connection:
    if not hasattr(local, "connection"):
        local.connection = sqlite3.connect(os.environ["MINIMAL_DATABASE"], timeout=30, isolation_level=None)
        local.connection.execute("PRAGMA journal_mode=WAL")
        local.connection.execute("PRAGMA synchronous=FULL")
        local.connection.execute("CREATE TABLE IF NOT EXISTS answer (id TEXT PRIMARY KEY, content TEXT)")
    return local.connection


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
    connection().execute("INSERT INTO answer VALUES (?, ?)", (str(uuid.uuid4()), json.dumps(answers)))
    return Response("stored", status=303, headers={"Location": "/"})
