"""An index of the events that were withdrawn before their texts went with them; in time it is empty.

It is made outside of a transaction, so that polls wait for nothing; publishers wait while it is made.
"""

from django.db import migrations, models

from orders.migrations._patience import allow_a_day, as_before


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "0007_forgotten")]
    operations = [
        migrations.RunPython(allow_a_day, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="statusevent",
            index=models.Index(
                condition=models.Q(("deleted", True), models.Q(("status", ""), _negated=True)),
                fields=["event_id"],
                name="withdrawn_with_texts",
            ),
        ),
        migrations.RunPython(as_before, migrations.RunPython.noop),
    ]
