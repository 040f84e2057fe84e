from django.db import migrations

# Few trigrams wait in the pending list, so that a search after many new tickets stays quick.
CREATE = """
CREATE INDEX ticket_title_trgm ON tickets_ticket USING gin (fold(title) gin_trgm_ops)
  WITH (gin_pending_list_limit = 256)
"""


class Migration(migrations.Migration):
    """Words inside titles are found by an index, accents forgiven."""

    dependencies = [
        ("tickets", "0002_numbers_and_matrix"),
        ("search", "0001_fold"),
    ]
    operations = [migrations.RunSQL(CREATE, "DROP INDEX IF EXISTS ticket_title_trgm")]
