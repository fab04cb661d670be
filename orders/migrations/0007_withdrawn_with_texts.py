"""An index of the events that were withdrawn before their texts went with them; in time it is empty.

It is made outside of a transaction, so that polls wait for nothing; publishers wait while it is made.
"""

from importlib import import_module

from django.db import migrations, models

outdated = import_module("orders.migrations.0005_outdated_orders")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "0006_forgotten")]
    operations = [
        migrations.RunPython(outdated.allow_a_day, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="statusevent",
            index=models.Index(
                condition=models.Q(("deleted", True), models.Q(("status", ""), _negated=True)),
                fields=["event_id"],
                name="withdrawn_with_texts",
            ),
        ),
        migrations.RunPython(outdated.as_before, migrations.RunPython.noop),
    ]
