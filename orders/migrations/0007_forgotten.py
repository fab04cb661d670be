"""Room for how far each feed was forgotten; and orders that can be removed.

Without the constraint a shipment is removed without reading all events for it. Dropping it needs both tables
for a moment.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0006_shipment_search")]
    operations = [
        migrations.CreateModel(
            name="Forgotten",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=10)),
                ("identifier", models.CharField(max_length=100)),
                ("updated_time", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "identifier"), name="one_mark_per_scope"),
                ],
            },
        ),
        migrations.AlterField(
            model_name="statusevent",
            name="shipment",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="orders.shipment",
            ),
        ),
    ]
