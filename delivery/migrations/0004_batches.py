"""Batches: files of what changed, and the leases of the process that sends them."""

import django.db.models.deletion
from django.db import migrations, models

FILE_SHARDS = range(64, 128)


def make(apps, schema_editor):
    leases = apps.get_model("delivery", "ShardLease").objects
    leases.bulk_create(leases.model(number=number) for number in FILE_SHARDS)


def remove(apps, schema_editor):
    apps.get_model("delivery", "ShardLease").objects.filter(number__in=FILE_SHARDS).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('callers', '0002_key_generations'),
        ('delivery', '0003_deliver_process'),
    ]

    operations = [
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.BigIntegerField()),
                ('name', models.CharField(max_length=255)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('orders', models.IntegerField()),
                ('rows', models.IntegerField()),
                ('size', models.BigIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('previous_sha256', models.CharField(blank=True, max_length=64)),
                ('statuses', models.JSONField()),
                ('replayed', models.BooleanField(default=False)),
                ('erased', models.BooleanField(default=False)),
                ('made_time', models.DateTimeField()),
                ('delivered_time', models.DateTimeField(null=True)),
                ('removed_time', models.DateTimeField(null=True)),
                ('tries', models.IntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='BatchPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.IntegerField()),
                ('content', models.BinaryField()),
            ],
        ),
        migrations.AddField(
            model_name='attempt',
            name='batch',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='deliverprocess',
            name='first_shard',
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='subscription',
            name='confirmed',
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name='subscription',
            name='due_time',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='subscription',
            name='window_time',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='subscription',
            index=models.Index(condition=models.Q(('due_time__isnull', False)), fields=['due_time'], name='subscriptions_by_due_time'),
        ),
        migrations.AddField(
            model_name='batch',
            name='subscription',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='batches', to='delivery.subscription'),
        ),
        migrations.AddField(
            model_name='batchpart',
            name='batch',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='delivery.batch'),
        ),
        migrations.AddIndex(
            model_name='batch',
            index=models.Index(condition=models.Q(('removed_time', None)), fields=['delivered_time'], name='batches_with_bytes'),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.UniqueConstraint(fields=('subscription', 'number'), name='one_batch_of_a_number'),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.UniqueConstraint(condition=models.Q(('delivered_time', None)), fields=('subscription',), name='one_batch_under_way'),
        ),
        migrations.AddConstraint(
            model_name='batchpart',
            constraint=models.UniqueConstraint(fields=('batch', 'number'), name='one_part_of_a_number'),
        ),
        migrations.RunPython(make, remove),
    ]
