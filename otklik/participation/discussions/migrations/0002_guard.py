from __future__ import annotations

from django.db import migrations

GUARD = """
CREATE FUNCTION discussions_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was said and done stands: % of % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION discussions_keep_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM discussions_discussion JOIN projects_phase ON projects_phase.id = phase_id
        WHERE sealed_at IS NOT NULL
          AND discussions_discussion.id IN (
              CASE WHEN TG_OP <> 'INSERT' THEN OLD.discussion_id END,
              CASE WHEN TG_OP <> 'DELETE' THEN NEW.discussion_id END)
    ) THEN
        RAISE EXCEPTION 'the document of an announced discussion stands: % refused', TG_OP
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER part_stands BEFORE INSERT OR UPDATE OR DELETE ON discussions_documentpart
FOR EACH ROW EXECUTE FUNCTION discussions_keep_part();

CREATE FUNCTION discussions_two_levels() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.parent_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM discussions_comment
        WHERE id = NEW.parent_id AND depth = 0 AND discussion_id = NEW.discussion_id
    ) THEN
        RAISE EXCEPTION 'a reply answers a comment of the same discussion: refused'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER comment_two_levels BEFORE INSERT ON discussions_comment
FOR EACH ROW EXECUTE FUNCTION discussions_two_levels();

CREATE TRIGGER comment_stands BEFORE UPDATE ON discussions_comment
FOR EACH ROW WHEN (
    ROW(OLD.discussion_id, OLD.participant_id, OLD.part_id, OLD.parent_id, OLD.depth, OLD.stance,
        OLD.key, OLD.made_at)
    IS DISTINCT FROM
    ROW(NEW.discussion_id, NEW.participant_id, NEW.part_id, NEW.parent_id, NEW.depth, NEW.stance,
        NEW.key, NEW.made_at)
    OR (NEW.state <> 'erased' AND ROW(OLD.text, OLD.signature)
        IS DISTINCT FROM ROW(NEW.text, NEW.signature))
    OR (OLD.state = 'erased' AND NEW.state <> 'erased')
    OR (NEW.state = 'erased' AND (NEW.text <> '' OR NEW.signature <> ''))
) EXECUTE FUNCTION discussions_refuse();

CREATE TRIGGER comment_stays BEFORE DELETE ON discussions_comment
FOR EACH ROW EXECUTE FUNCTION discussions_refuse();

CREATE TRIGGER act_stands BEFORE UPDATE OR DELETE ON discussions_moderationact
FOR EACH ROW EXECUTE FUNCTION discussions_refuse();

CREATE TRIGGER hearing_stands BEFORE INSERT OR UPDATE OR DELETE ON discussions_hearing
FOR EACH ROW EXECUTE FUNCTION discussions_keep_part();

CREATE TRIGGER conclusion_stands BEFORE UPDATE OR DELETE ON discussions_conclusion
FOR EACH ROW EXECUTE FUNCTION discussions_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("discussions", "0001_initial")]
    operations = [
        migrations.RunSQL(
            GUARD,
            "DROP FUNCTION discussions_refuse() CASCADE;"
            " DROP FUNCTION discussions_keep_part() CASCADE;"
            " DROP FUNCTION discussions_two_levels() CASCADE",
        )
    ]
