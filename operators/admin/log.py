"""Who did what, and when: Django's own log of the actions of the admin."""

from django.contrib import admin
from django.contrib.admin.models import LogEntry

from operators.admin.base import ReadOnlyAdmin


class LogEntryAdmin(ReadOnlyAdmin):
    """A list, the newest first."""

    list_title = "Who did what"
    list_display = ("action_time", "user", "about", "told")
    list_display_links = None
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr", "user__username", "change_message")
    search_help_text = "Part of who did it, of what it was done to, or of what was done"
    ordering = ("-action_time",)
    sortable_by = ()

    @admin.display(description="Done to")
    def about(self, entry: LogEntry) -> str:
        return f"{entry.content_type.name if entry.content_type else ''} {entry.object_repr}".strip()

    @admin.display(description="What was done")
    def told(self, entry: LogEntry) -> str:
        return str(entry.get_change_message())
