"""Settings: read once from the environment, typed. The only file of the application that reads the environment."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent

WECHAT_AUTHORIZE = "https://open.weixin.qq.com/connect/oauth2/authorize"
WECHAT_API = "https://api.weixin.qq.com"
_RATE = re.compile(r"[1-9][0-9]{0,8} per ([1-9][0-9]{0,4} )?(second|minute|hour|day)s?")


_ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[1-9][0-9]{0,4})?")


class SettingsError(ValueError):
    """A setting is missing or cannot be used; the message names it, what was expected and what was found."""


@dataclass(frozen=True)
class Settings:
    """Everything that an installation may set. `.env.example` documents each name."""

    database_url: str
    secret_key: str
    environment: str
    port: int
    workers: int
    threads: int
    trusted_proxies: int
    public_url: str | None
    questionnaires: Path
    var: Path
    host: str = "127.0.0.1"
    metrics_token: str | None = None
    redis_url: str | None = None
    limit_answers: str = "1200 per minute"
    limit_guesses: str = "60 per 10 minutes"
    wechat_app_id: str = ""
    wechat_secret: str = ""
    wechat_authorize_url: str = WECHAT_AUTHORIZE
    wechat_api_url: str = WECHAT_API
    translations: Path | None = None
    jobs: str = "worker"  # who does long work: "server" starts processes for it, "worker" is a service of its own
    webhook_origins: tuple[str, ...] = ()  # where messages may be sent: scheme, host and port
    metrics_directory: str | None = None  # its name is the one that prometheus-client reads

    @property
    def production(self) -> bool:
        return self.environment == "production"

    @property
    def address(self) -> str:
        """Where people reach the pages when no request tells: the public address, else this machine alone."""
        return self.public_url or f"http://127.0.0.1:{self.port}"


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; `SECRET_KEY` is made and kept under `var/` unless `SURVEY_ENV=production`.

    Raises `SettingsError` when a number is not one or a production installation has no secret key.
    """
    values = os.environ if environ is None else environ
    environment = values.get("SURVEY_ENV", "development")
    if environment not in {"development", "production", "test"}:
        raise SettingsError(f"SURVEY_ENV: expected development, production or test, found {environment!r}")
    var = Path(values.get("SURVEY_VAR", str(PROJECT / "var")))
    return Settings(
        database_url=_database_url(values, var),
        secret_key=values.get("SECRET_KEY") or _kept_secret(var, environment),
        environment=environment,
        port=_whole_number(values, "PORT", 8000),
        workers=_whole_number(values, "SURVEY_WORKERS", 2),
        threads=_whole_number(values, "SURVEY_THREADS", 8),
        trusted_proxies=_whole_number(values, "TRUSTED_PROXIES", 0),
        public_url=(values.get("PUBLIC_URL") or "").rstrip("/") or None,
        questionnaires=Path(values.get("SURVEY_QUESTIONNAIRES", str(PROJECT / "questionnaires"))),
        var=var,
        host=values.get("HOST", "").strip() or "127.0.0.1",
        translations=_folder(values, "SURVEY_TRANSLATIONS"),
        metrics_token=values.get("METRICS_TOKEN") or None,
        redis_url=values.get("REDIS_URL") or None,
        limit_answers=_rate(values, "LIMIT_ANSWERS", "1200 per minute"),
        limit_guesses=_rate(values, "LIMIT_GUESSES", "60 per 10 minutes"),
        wechat_app_id=values.get("WECHAT_APP_ID", ""),
        wechat_secret=values.get("WECHAT_SECRET", ""),
        wechat_authorize_url=values.get("WECHAT_AUTHORIZE_URL") or WECHAT_AUTHORIZE,
        wechat_api_url=(values.get("WECHAT_API_URL") or WECHAT_API).rstrip("/"),
        jobs=_jobs(values, environment),
        webhook_origins=_origins(values),
        metrics_directory=values.get("PROMETHEUS_MULTIPROC_DIR") or None,
    )


def _database_url(values: Mapping[str, str], var: Path) -> str:
    url = values.get("DATABASE_URL") or f"sqlite:///{var / 'survey.db'}"
    if url == "sqlite:///var/survey.db":  # the documented default, independent of the working directory
        return f"sqlite:///{var / 'survey.db'}"
    if url.startswith(("postgres://", "postgresql://")):
        return "postgresql+psycopg://" + url.split("://", 1)[1]
    return url


def _whole_number(values: Mapping[str, str], name: str, default: int) -> int:
    text = values.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal():
        raise SettingsError(f"{name}: expected a whole number, found {text!r}")
    return int(text)


def _origins(values: Mapping[str, str]) -> tuple[str, ...]:
    origins = tuple(values.get("WEBHOOK_ORIGINS", "").split())
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise SettingsError(
                f"WEBHOOK_ORIGINS: expected origins such as https://hooks.example.org, found {origin!r}"
            )
    return origins


def _jobs(values: Mapping[str, str], environment: str) -> str:
    text = values.get("JOBS", "").strip() or ("worker" if environment == "test" else "server")
    if text not in {"server", "worker"}:
        raise SettingsError(f"JOBS: expected server or worker, found {text!r}")
    return text


def _rate(values: Mapping[str, str], name: str, default: str) -> str:
    text = values.get(name, "").strip() or default
    if not _RATE.fullmatch(text):
        raise SettingsError(f"{name}: expected a rate such as {default!r}, found {text!r}")
    return text


def _kept_secret(var: Path, environment: str) -> str:
    if environment == "production":
        raise SettingsError(
            "SECRET_KEY: required when SURVEY_ENV=production, found nothing. "
            "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    var.mkdir(parents=True, exist_ok=True)
    path = var / "secret_key"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass  # another process was first, or an earlier start made it
    return path.read_text().strip()


def _folder(values: Mapping[str, str], name: str) -> Path | None:
    return Path(values[name]) if values.get(name) else None
