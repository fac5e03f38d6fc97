from __future__ import annotations

from django.db import migrations

GUARD = """
CREATE FUNCTION outcomes_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was said stands for ever: % of % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER ruling_stands BEFORE UPDATE OR DELETE ON outcomes_ruling
FOR EACH ROW EXECUTE FUNCTION outcomes_refuse();
CREATE TRIGGER step_stands BEFORE UPDATE OR DELETE ON outcomes_obligationstep
FOR EACH ROW EXECUTE FUNCTION outcomes_refuse();

CREATE TRIGGER promise_stands BEFORE UPDATE ON outcomes_obligation
FOR EACH ROW WHEN (
    ROW(OLD.ruling_id, OLD.what, OLD.organisation_id, OLD.first_due, OLD.made_at)
    IS DISTINCT FROM
    ROW(NEW.ruling_id, NEW.what, NEW.organisation_id, NEW.first_due, NEW.made_at)
    OR OLD.state <> 'running'
) EXECUTE FUNCTION outcomes_refuse();
CREATE TRIGGER promise_stays BEFORE DELETE ON outcomes_obligation
FOR EACH ROW EXECUTE FUNCTION outcomes_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0001_initial")]
    operations = [
        migrations.RunSQL(GUARD, "DROP FUNCTION outcomes_refuse() CASCADE"),
    ]
