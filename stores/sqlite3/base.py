"""Django's SQLite, without a question at the start that a busy writer answers wrongly."""

from django.db.backends.sqlite3 import base, features


class DatabaseFeatures(features.DatabaseFeatures):
    """Every SQLite that Python 3.11 brings knows JSON.

    Django tries it in a transaction, which here is IMMEDIATE: while another process writes for longer than
    our timeout, that fails, and the system check says that SQLite does not support JSONFields.
    """

    supports_json_field = True


class DatabaseWrapper(base.DatabaseWrapper):
    """What `ENGINE` names."""

    features_class = DatabaseFeatures
