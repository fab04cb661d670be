"""The heads of the feed, filled from the orders that are there. Nobody may publish meanwhile."""

from django.db import migrations, models


def fill(apps, schema_editor):
    orders, heads = apps.get_model("orders", "SalesOrder").objects, apps.get_model("orders", "FeedHead").objects
    for kind in ("channel", "partner"):
        newest = orders.values_list(f"{kind}_id").annotate(time=models.Max("updated_time"))
        heads.bulk_create(
            heads.model(kind=kind, identifier=identifier, updated_time=time) for identifier, time in newest
        )


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_feed_clock")]
    operations = [
        migrations.CreateModel(
            name="FeedHead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=10)),
                ("identifier", models.CharField(max_length=100)),
                ("updated_time", models.DateTimeField(db_index=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "identifier"), name="one_head_per_scope")
                ],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
