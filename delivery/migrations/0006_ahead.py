"""What was accepted beyond a position, so that it is not sent again by another process."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0005_mail")]
    operations = [
        migrations.AddField(model_name="subscription", name="ahead", field=models.TextField(blank=True)),
    ]
