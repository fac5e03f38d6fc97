from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

GUARD = """
CREATE FUNCTION projects_keep_list() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM projects_audience AS audience
        JOIN projects_phase AS phase ON phase.id = audience.phase_id
        WHERE phase.sealed_at IS NOT NULL
          AND audience.id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.audience_id END,
                              CASE WHEN TG_OP <> 'DELETE' THEN NEW.audience_id END)
    ) THEN
        RAISE EXCEPTION 'the list of an announced phase stands for ever: % refused', TG_OP
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER list_stands BEFORE INSERT OR UPDATE OR DELETE ON projects_audienceline
FOR EACH ROW EXECUTE FUNCTION projects_keep_list();

CREATE TRIGGER stage_stands BEFORE INSERT OR UPDATE OR DELETE ON projects_stage
FOR EACH ROW EXECUTE FUNCTION projects_keep_audience();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0006_projectcase"),
        ("territories", "0001_initial"),
        ("topics", "0002_questions"),
    ]

    operations = [
        migrations.AddField(
            model_name="audience",
            name="age_day",
            field=models.DateField(
                blank=True, null=True, verbose_name="возраст на день (пусто: день начала)"
            ),
        ),
        migrations.AddField(
            model_name="audience",
            name="listed",
            field=models.BooleanField(default=False, verbose_name="только по списку"),
        ),
        migrations.AddField(
            model_name="audience",
            name="proven",
            field=models.BooleanField(
                default=False, verbose_name="место и возраст из подтверждённых сведений"
            ),
        ),
        migrations.AddField(
            model_name="audience",
            name="registered_before",
            field=models.DateField(
                blank=True, null=True, verbose_name="кто зарегистрирован раньше дня"
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="topic",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT,
                to="topics.topic", verbose_name="тема",
            ),  # fmt: skip
        ),
        migrations.AlterField(
            model_name="phase",
            name="kind",
            field=models.CharField(
                choices=[
                    ("info", "сведения"), ("vote", "голосование"), ("budget", "бюджет"),
                    ("survey", "опрос"), ("discussion", "обсуждение"), ("statements", "мнения"),
                    ("petition", "петиция"), ("review", "рассмотрение"),
                ],
                max_length=12, verbose_name="вид",
            ),  # fmt: skip
        ),
        migrations.CreateModel(
            name="AudienceLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("print", models.CharField(max_length=16, verbose_name="отпечаток")),
                ("audience", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="projects.audience")),
                ("region", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="territories.region")),
            ],
            options={
                "verbose_name": "строка списка участников",
                "verbose_name_plural": "списки участников",
                "constraints": [
                    models.UniqueConstraint(fields=("audience", "print"), name="one_person_listed_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Stage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200, verbose_name="название")),
                ("text", models.TextField(blank=True, verbose_name="что происходит")),
                ("phase", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="stage", to="projects.phase")),
                ("region", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="territories.region")),
            ],
            options={
                "verbose_name": "этап без вопроса",
                "verbose_name_plural": "этапы без вопроса",
            },
        ),
        migrations.RunSQL(
            GUARD,
            "DROP FUNCTION projects_keep_list() CASCADE;"
            " DROP TRIGGER stage_stands ON projects_stage",
        ),
    ]
