from __future__ import annotations

from django.db import migrations

GUARD = """
CREATE FUNCTION petitions_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM projects_phase WHERE sealed_at IS NOT NULL AND id = OLD.phase_id) THEN
        RAISE EXCEPTION 'an announced petition stands: % refused', TG_OP
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER petition_stands BEFORE UPDATE ON petitions_petition
FOR EACH ROW WHEN (
    ROW(OLD.phase_id, OLD.title, OLD.about, OLD.initiator, OLD.threshold)
    IS DISTINCT FROM ROW(NEW.phase_id, NEW.title, NEW.about, NEW.initiator, NEW.threshold)
    OR (OLD.reached_at IS NOT NULL AND OLD.reached_at IS DISTINCT FROM NEW.reached_at)
) EXECUTE FUNCTION petitions_keep();

CREATE TRIGGER petition_stays BEFORE DELETE ON petitions_petition
FOR EACH ROW EXECUTE FUNCTION petitions_keep();
"""


class Migration(migrations.Migration):
    dependencies = [("petitions", "0001_initial")]
    operations = [
        migrations.RunSQL(GUARD, "DROP FUNCTION petitions_keep() CASCADE"),
    ]
