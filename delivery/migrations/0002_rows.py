"""The rows that are locked: one clock of changes, and a lease for each shard."""

from django.db import migrations

SHARDS = 64


def make(apps, schema_editor):
    apps.get_model("delivery", "SubscriptionClock").objects.create(pk=1)
    leases = apps.get_model("delivery", "ShardLease").objects
    leases.bulk_create(leases.model(number=number) for number in range(SHARDS))


class Migration(migrations.Migration):
    dependencies = [("delivery", "0001_initial")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
