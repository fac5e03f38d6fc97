from __future__ import annotations

from django.db import migrations

GUARD = """
CREATE FUNCTION surveys_keep_question() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM surveys_survey JOIN projects_phase ON projects_phase.id = phase_id
        WHERE sealed_at IS NOT NULL
          AND surveys_survey.id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.survey_id END,
                                    CASE WHEN TG_OP <> 'DELETE' THEN NEW.survey_id END)
    ) THEN
        RAISE EXCEPTION 'questions of an announced survey stand for ever: % refused', TG_OP
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER question_stands BEFORE INSERT OR UPDATE OR DELETE ON surveys_surveyquestion
FOR EACH ROW EXECUTE FUNCTION surveys_keep_question();
"""


class Migration(migrations.Migration):
    dependencies = [("surveys", "0001_initial")]
    operations = [
        migrations.RunSQL(GUARD, "DROP FUNCTION surveys_keep_question() CASCADE"),
    ]
