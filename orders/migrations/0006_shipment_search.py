"""Indexes by which operators find a shipment. Publishers wait while they are made.

They are made outside of a transaction, so that polls wait for nothing, and may take a day.
"""

from django.db import migrations, models

from orders.migrations._patience import allow_a_day, as_before


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "0005_outdated_orders")]
    operations = [
        migrations.RunPython(allow_a_day, migrations.RunPython.noop),
        migrations.AddIndex("shipment", models.Index(fields=["shipment_id"], name="shipment_search")),
        migrations.AddIndex("shipment", models.Index(fields=["tracking_id"], name="tracking_search")),
        migrations.RunPython(as_before, migrations.RunPython.noop),
    ]
