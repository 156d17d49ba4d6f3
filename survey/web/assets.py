"""Static files under names that change with their content: cached by browsers for ever, compressed once at start."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, abort, request, send_file

_FOREVER = "public, max-age=31536000, immutable"
_COMPRESSED = {".css", ".js", ".svg", ".json", ".webmanifest"}
# Fonts under vendor/fonts are embedded in printed sheets; no page loads them.
_NOT_SERVED = ("vendor/fonts",)


@dataclass(frozen=True)
class Asset:
    """One file; `name` is its path under the static folder, `url` its address with the fingerprint of its content."""

    name: str
    path: Path
    fingerprint: str
    url: str
    compressed: bytes | None


def install(app: Flask, folder: Path) -> None:
    """Serve the static folder under fingerprinted addresses; templates write `asset('css/minyi.css')`."""
    assets = {asset.name: asset for asset in (read_asset(folder, path) for path in _files(folder))}

    def address(name: str) -> str:
        return assets[name].url

    def serve(fingerprint: str, name: str) -> Response:
        asset = assets.get(name)
        if asset is None or asset.fingerprint != fingerprint:
            abort(404)
        return send_asset(asset)

    app.jinja_env.globals["asset"] = address
    app.add_url_rule("/assets/<fingerprint>/<path:name>", "asset", serve)


@lru_cache(maxsize=1024)
def read_asset(folder: Path, path: Path) -> Asset:
    """Read, fingerprint and compress one file."""
    content = path.read_bytes()
    name = path.relative_to(folder).as_posix()
    fingerprint = hashlib.sha256(content).hexdigest()[:12]
    compressed = gzip.compress(content, 9, mtime=0) if path.suffix in _COMPRESSED else None
    return Asset(name, path, fingerprint, f"/assets/{fingerprint}/{name}", compressed)


def _files(folder: Path) -> list[Path]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in found if not path.relative_to(folder).as_posix().startswith(_NOT_SERVED)]


def send_asset(asset: Asset) -> Response:
    """The file, compressed where the browser takes it, to be kept for ever: its address changes with its content."""
    kind = mimetypes.guess_type(asset.name)[0] or "application/octet-stream"
    if asset.compressed is not None and request.accept_encodings["gzip"]:
        response = Response(asset.compressed, mimetype=kind)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = send_file(asset.path, mimetype=kind)
    response.headers["Cache-Control"] = _FOREVER
    response.headers["Vary"] = "Accept-Encoding"
    return response
