from django.db import migrations

FOLD = r"""
CREATE OR REPLACE FUNCTION fold(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT lower(translate(regexp_replace(normalize(
    replace(replace(replace(replace(replace(replace(value,
      'ß','ss'), 'ẞ','ss'), 'œ','oe'), 'Œ','oe'), 'æ','ae'), 'Æ','ae'), NFKD),
    '[\u0300-\u036f]', '', 'g'), 'øØłŁđĐ', 'oOlLdD'))
$$;
"""


class Migration(migrations.Migration):
    """fold(text): lower case without accents, immutable, so that indexes may use it."""

    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS pg_trgm", migrations.RunSQL.noop),
        migrations.RunSQL(FOLD, "DROP FUNCTION IF EXISTS fold(text)"),
    ]
