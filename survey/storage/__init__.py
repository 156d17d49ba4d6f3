"""Step 4, SQLAlchemy tables, one file per noun; transactions; migrations. Sessions and connections are handed in."""
