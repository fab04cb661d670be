"""Which held orders were asked for by a resend, and how often in a row a receiver asked for less."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0006_ahead")]
    operations = [
        migrations.AddField(
            model_name="heldorder", name="resent", field=models.BooleanField(default=False, db_default=False)
        ),
        migrations.AddField(
            model_name="subscription",
            name="paced",
            field=models.SmallIntegerField(default=0, db_default=0),
        ),
    ]
