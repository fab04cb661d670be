"""An index of the orders in an older representation; in time it is empty. Publishers wait while it is made.

It is made outside of a transaction, so that polls wait for nothing, and may take a day.
"""

from django.db import migrations, models

from orders.migrations._patience import allow_a_day, as_before


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "0004_fragments")]
    operations = [
        migrations.RunPython(allow_a_day, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="salesorder",
            index=models.Index(
                fields=["id"], condition=models.Q(representation__lt=2), name="outdated_orders"
            ),
        ),
        migrations.RunPython(as_before, migrations.RunPython.noop),
    ]
