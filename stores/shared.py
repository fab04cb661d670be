"""Where the notes of this installation lie."""

from django.conf import settings

from stores.notes import Notes
from stores.redis_notes import RedisNotes


def shared() -> Notes:
    """The notes of this installation."""
    if settings.NOTES_URL:
        return RedisNotes(settings.NOTES_URL)
    from stores.row_notes import RowNotes  # noqa: PLC0415 - settings import this room before models can be

    return RowNotes()
