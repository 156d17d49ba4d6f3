"""Step 4, SQLAlchemy tables, one file per noun; transactions; migrations. Sessions and connections are handed in."""

from survey.storage.engine import Storage
from survey.storage.outage import StorageUnavailableError

__all__ = ["Storage", "StorageUnavailableError"]
