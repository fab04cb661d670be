"""The clock's one row. It starts before every time that can be asked for."""

from datetime import UTC, datetime

from django.db import migrations


def start_clock(apps, schema_editor):
    apps.get_model("orders", "FeedClock").objects.create(pk=1, last_time=datetime(1970, 1, 1, tzinfo=UTC))


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [migrations.RunPython(start_clock, migrations.RunPython.noop)]
