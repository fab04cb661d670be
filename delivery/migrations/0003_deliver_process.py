"""Processes that deliver, so that one that holds no lease yet is counted too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0002_rows")]
    operations = [
        migrations.CreateModel(
            name="DeliverProcess",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("owner", models.CharField(max_length=64, unique=True)),
                ("until", models.DateTimeField()),
            ],
        ),
    ]
