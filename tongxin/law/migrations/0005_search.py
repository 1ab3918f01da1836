from django.db import migrations

# A text is searched by its bigrams: every two neighbouring Han characters, and whole words of Latin letters and digits. A run
# of a single Han character stands for itself. NFKC makes full and half width one; the bodies are bound when the functions are
# made, so that the search path of whoever calls or maintains the index has no part in it. Whoever may read the table may call
# the functions (EXECUTE is PUBLIC's).
PLAIN = """
CREATE FUNCTION law_plain(words text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN lower(normalize(words, NFKC));
"""
BIGRAMS = r"""
CREATE FUNCTION law_bigrams(words text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5000
BEGIN ATOMIC
  SELECT coalesce(array_agg(DISTINCT g.sign), '{}') FROM (
    SELECT substr(han.run[1], i, 2) AS sign
      FROM regexp_matches(law_plain(words),
                          '[\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]+', 'g') AS han(run),
           generate_series(1, greatest(length(han.run[1]) - 1, 1)) AS i
    UNION ALL
    SELECT latin.word[1] FROM regexp_matches(law_plain(words), '[a-z0-9]+', 'g') AS latin(word)
  ) g;
END;
"""
# Only what a reader is shown: a whole article (its paragraphs and items stand in it), a part of the preamble or of an annex.
INDEX = r"""
CREATE INDEX clause_bigrams ON law_clause USING gin (law_bigrams(heading || E'\n' || text))
 WHERE kind IN ('article', 'preamble', 'annex');
"""


class Migration(migrations.Migration):
    dependencies = [("law", "0004_making")]

    operations = [
        migrations.RunSQL(PLAIN, "DROP FUNCTION law_plain(text)"),
        migrations.RunSQL(BIGRAMS, "DROP FUNCTION law_bigrams(text)"),
        migrations.RunSQL(INDEX, "DROP INDEX clause_bigrams"),
    ]
