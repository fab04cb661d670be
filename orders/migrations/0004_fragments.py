"""Room for the compressed documents. Adds empty columns, which takes no time whatever the size of the table.

`manage.py render_documents` fills them, beside a running server.
"""

from django.db import migrations, models


def keep_uncompressed(apps, schema_editor):
    """PostgreSQL need not try to compress what is compressed; SQLite never does."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE orders_salesorder ALTER COLUMN fragment SET STORAGE EXTERNAL")


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_feedhead")]
    operations = [
        migrations.AlterField(
            model_name="feedclock",
            name="representation",
            field=models.PositiveSmallIntegerField(
                default=1, help_text="Not used any more; servers of the first release read it."
            ),
        ),
        migrations.AddField(model_name="salesorder", name="fragment", field=models.BinaryField(null=True)),
        migrations.AddField(model_name="salesorder", name="fragment_time", field=models.DateTimeField(null=True)),
        migrations.RunPython(keep_uncompressed, migrations.RunPython.noop),
    ]
