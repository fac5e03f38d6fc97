from __future__ import annotations

from django.db import migrations

GUARD = """
CREATE FUNCTION ballots_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER board_stands BEFORE UPDATE OR DELETE ON ballots_boardentry
FOR EACH ROW EXECUTE FUNCTION ballots_refuse();
CREATE TRIGGER checkpoint_stands BEFORE UPDATE OR DELETE ON ballots_checkpoint
FOR EACH ROW EXECUTE FUNCTION ballots_refuse();
CREATE TRIGGER publication_stands BEFORE UPDATE OR DELETE ON ballots_publication
FOR EACH ROW EXECUTE FUNCTION ballots_refuse();

CREATE TRIGGER vote_stands BEFORE UPDATE ON ballots_vote
FOR EACH ROW WHEN (
    OLD.manifest_hash <> ''
    AND ROW(OLD.region_id, OLD.phase_id, OLD.slug, OLD.question, OLD.method, OLD.counting,
            OLD.secrecy, OLD.max_choices, OLD.max_score, OLD.seats, OLD.budget, OLD.quorum,
            OLD.threshold, OLD.manifest, OLD.manifest_hash)
    IS DISTINCT FROM
        ROW(NEW.region_id, NEW.phase_id, NEW.slug, NEW.question, NEW.method, NEW.counting,
            NEW.secrecy, NEW.max_choices, NEW.max_score, NEW.seats, NEW.budget, NEW.quorum,
            NEW.threshold, NEW.manifest, NEW.manifest_hash)
) EXECUTE FUNCTION ballots_refuse();
CREATE TRIGGER vote_result_stands BEFORE UPDATE ON ballots_vote
FOR EACH ROW WHEN (
    OLD.status = 'closed'
    AND ROW(OLD.status, OLD.result) IS DISTINCT FROM ROW(NEW.status, NEW.result)
) EXECUTE FUNCTION ballots_refuse();
CREATE TRIGGER vote_stays BEFORE DELETE ON ballots_vote
FOR EACH ROW WHEN (OLD.manifest_hash <> '') EXECUTE FUNCTION ballots_refuse();

CREATE FUNCTION ballots_keep_option() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM ballots_vote
        WHERE manifest_hash <> ''
          AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.vote_id END,
                     CASE WHEN TG_OP <> 'DELETE' THEN NEW.vote_id END)
    ) THEN
        RAISE EXCEPTION 'options of an announced vote stand for ever: % refused', TG_OP
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER option_stands BEFORE INSERT OR UPDATE OR DELETE ON ballots_voteoption
FOR EACH ROW EXECUTE FUNCTION ballots_keep_option();
"""


class Migration(migrations.Migration):
    dependencies = [("ballots", "0001_initial")]
    operations = [
        migrations.RunSQL(
            GUARD,
            "DROP FUNCTION ballots_refuse() CASCADE; DROP FUNCTION ballots_keep_option() CASCADE",
        )
    ]
