"""The table of notes in the embedded profile; in production they lie in Redis (stores.row_notes)."""

from django.db import models


class Note(models.Model):
    """A small JSON object by its name, which means nothing after `expires_time`."""

    name = models.CharField(max_length=300, primary_key=True)
    content = models.TextField()
    expires_time = models.DateTimeField(db_index=True)
