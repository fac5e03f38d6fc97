from __future__ import annotations

from django.db import migrations

GUARD = """
CREATE FUNCTION cases_clock_is_appended_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a change of a clock is never edited';
END $$;
CREATE TRIGGER cases_clock_guard BEFORE UPDATE ON cases_clockevent
    FOR EACH STATEMENT EXECUTE FUNCTION cases_clock_is_appended_only();
"""
UNDO = """
DROP TRIGGER cases_clock_guard ON cases_clockevent;
DROP FUNCTION cases_clock_is_appended_only();
"""


class Migration(migrations.Migration):
    """Gaming must show: no line of a clock's history can be changed."""

    dependencies = [("cases", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, UNDO)]
