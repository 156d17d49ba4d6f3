"""Step 4, SQLAlchemy tables, one file per noun; transactions; migrations. Sessions and connections are handed in."""

from survey.storage.engine import Storage, StorageUnavailableError

__all__ = ["Storage", "StorageUnavailableError"]
