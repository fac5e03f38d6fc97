from __future__ import annotations

from django.db import migrations

GUARD = """
CREATE FUNCTION projects_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'announced, it stands for ever: % of % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER phase_stands BEFORE UPDATE ON projects_phase
FOR EACH ROW WHEN (
    OLD.sealed_at IS NOT NULL
    AND ROW(OLD.project_id, OLD.kind, OLD.opens_at, OLD.closes_at, OLD.sealed_at)
    IS DISTINCT FROM ROW(NEW.project_id, NEW.kind, NEW.opens_at, NEW.closes_at, NEW.sealed_at)
) EXECUTE FUNCTION projects_refuse();

CREATE TRIGGER phase_stays BEFORE DELETE ON projects_phase
FOR EACH ROW WHEN (OLD.sealed_at IS NOT NULL) EXECUTE FUNCTION projects_refuse();

CREATE FUNCTION projects_keep_audience() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM projects_phase
        WHERE sealed_at IS NOT NULL
          AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.phase_id END,
                     CASE WHEN TG_OP <> 'DELETE' THEN NEW.phase_id END)
    ) THEN
        RAISE EXCEPTION 'the audience of an announced phase stands for ever: % refused', TG_OP
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER audience_stands BEFORE INSERT OR UPDATE OR DELETE ON projects_audience
FOR EACH ROW EXECUTE FUNCTION projects_keep_audience();
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial")]
    operations = [
        migrations.RunSQL(
            GUARD,
            "DROP FUNCTION projects_refuse() CASCADE;"
            " DROP FUNCTION projects_keep_audience() CASCADE",
        )
    ]
