from __future__ import annotations

from django.db import migrations

NUMBER = """
CREATE FUNCTION journal_number(batch integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
-- An owner's function must not be led astray by a caller's tables, nor by a stale plan.
SET search_path = public, pg_temp SET enable_seqscan = off
AS $$
DECLARE
    head bigint;
    waiting bigint[];
BEGIN
    IF current_setting('transaction_read_only') = 'off'
       AND EXISTS (SELECT FROM journal_entry WHERE position IS NULL)
       AND pg_try_advisory_xact_lock(hashtext('journal_number'))
    THEN
        -- The lock is ours, so the last batch is committed, and this statement's snapshot shows it.
        head := (SELECT coalesce(max(position), 0) FROM journal_entry);
        waiting := ARRAY(
            SELECT id FROM journal_entry WHERE position IS NULL ORDER BY id LIMIT batch
        );
        UPDATE journal_entry SET position = head + fresh.step
        FROM unnest(waiting) WITH ORDINALITY AS fresh(id, step)
        WHERE journal_entry.id = fresh.id;
        RETURN head + cardinality(waiting);
    END IF;
    RETURN (SELECT coalesce(max(position), 0) FROM journal_entry);
END $$;

COMMENT ON FUNCTION journal_number(integer) IS
    'Give positions to committed entries that wait for one, in order of id; return the last one.';
REVOKE ALL ON FUNCTION journal_number(integer) FROM PUBLIC;
"""

GUARD = """
CREATE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is only added to: % refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER journal_entry_born_unnumbered BEFORE INSERT ON journal_entry
FOR EACH ROW WHEN (NEW.position IS NOT NULL) EXECUTE FUNCTION journal_refuse();

CREATE TRIGGER journal_entry_unchanged BEFORE UPDATE ON journal_entry
FOR EACH ROW WHEN (
    OLD.position IS NOT NULL OR NEW.position IS NULL
    OR ROW(OLD.id, OLD.region, OLD.kind, OLD.subject, OLD.actor, OLD.data, OLD.at, OLD.recorded_at)
    IS DISTINCT FROM
       ROW(NEW.id, NEW.region, NEW.kind, NEW.subject, NEW.actor, NEW.data, NEW.at, NEW.recorded_at)
) EXECUTE FUNCTION journal_refuse();

CREATE TRIGGER journal_entry_kept BEFORE DELETE ON journal_entry
FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();

CREATE TRIGGER journal_entry_whole BEFORE TRUNCATE ON journal_entry
FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();

-- Every entry leaves a dead one in the index of those that wait; a look walks over them.
ALTER TABLE journal_entry SET (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
    vacuum_index_cleanup = on
);
"""


def create_role(apps, schema_editor):
    from otklik.journal.roles import create_application_role

    create_application_role()


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [
        migrations.RunSQL(NUMBER, "DROP FUNCTION journal_number(integer)"),
        migrations.RunSQL(
            GUARD,
            "ALTER TABLE journal_entry RESET (autovacuum_vacuum_scale_factor,"
            " autovacuum_vacuum_threshold, vacuum_index_cleanup);"
            " DROP FUNCTION journal_refuse() CASCADE",
        ),
        migrations.RunPython(create_role, migrations.RunPython.noop),
    ]
