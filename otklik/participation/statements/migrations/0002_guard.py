from __future__ import annotations

from django.db import migrations

GUARD = """
CREATE FUNCTION statements_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was said and done stands: % of % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION statements_keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM statements_conversation JOIN projects_phase ON projects_phase.id = phase_id
        WHERE sealed_at IS NOT NULL AND statements_conversation.id = OLD.conversation_id
    ) AND (TG_OP = 'DELETE' OR NOT (NEW.state = 'erased' AND NEW.text = '')) THEN
        RAISE EXCEPTION 'a statement that was announced stands: % refused', TG_OP
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER statement_stands BEFORE UPDATE ON statements_statement
FOR EACH ROW WHEN (
    ROW(OLD.conversation_id, OLD.voter_id, OLD.text, OLD.made_at)
    IS DISTINCT FROM ROW(NEW.conversation_id, NEW.voter_id, NEW.text, NEW.made_at)
) EXECUTE FUNCTION statements_keep_words();

CREATE TRIGGER statement_stays BEFORE DELETE ON statements_statement
FOR EACH ROW EXECUTE FUNCTION statements_keep_words();

CREATE TRIGGER act_stands BEFORE UPDATE OR DELETE ON statements_statementact
FOR EACH ROW EXECUTE FUNCTION statements_refuse();

CREATE TRIGGER run_stands BEFORE UPDATE OR DELETE ON statements_opinionrun
FOR EACH ROW EXECUTE FUNCTION statements_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("statements", "0001_initial")]
    operations = [
        migrations.RunSQL(
            GUARD,
            "DROP FUNCTION statements_refuse() CASCADE;"
            " DROP FUNCTION statements_keep_words() CASCADE",
        )
    ]
