"""How a migration may take a day, where a statement may take seconds."""

DAY = 24 * 60 * 60


def allow_a_day(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        schema_editor.execute(f"SET statement_timeout = '{DAY}s'")
        connection.connection.patience_seconds = DAY


def as_before(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        schema_editor.execute("RESET statement_timeout")
        connection.connection.patience_seconds = connection.settings_dict["PATIENCE_SECONDS"]
