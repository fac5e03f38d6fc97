from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import otklik.ground.kit.fields

GUARD = """
CREATE TRIGGER hall_remark_stands BEFORE UPDATE OR DELETE ON discussions_hallremark
FOR EACH ROW EXECUTE FUNCTION discussions_refuse();
CREATE TRIGGER hall_person_stays BEFORE DELETE ON discussions_hallperson
FOR EACH ROW EXECUTE FUNCTION discussions_refuse();
CREATE TRIGGER hearing_paper_stands BEFORE UPDATE OR DELETE ON discussions_hearingpaper
FOR EACH ROW EXECUTE FUNCTION discussions_refuse();
"""
UNDO = """
DROP TRIGGER hall_remark_stands ON discussions_hallremark;
DROP TRIGGER hall_person_stays ON discussions_hallperson;
DROP TRIGGER hearing_paper_stands ON discussions_hearingpaper;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_look_at_notices"),
        ("discussions", "0002_guard"),
        ("territories", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="HallPerson",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="номер в перечне")),
                ("name", otklik.ground.kit.fields.SealedCharField(max_length=200, verbose_name="фамилия, имя, отчество")),
                ("residence", otklik.ground.kit.fields.SealedCharField(max_length=300, verbose_name="адрес регистрации")),
                ("born_on", otklik.ground.kit.fields.SealedCharField(max_length=10, verbose_name="дата рождения")),
                ("came", otklik.ground.kit.fields.SealedCharField(max_length=10, verbose_name="как участвует")),
                ("print", models.CharField(max_length=16, verbose_name="отпечаток")),
                ("at", models.DateTimeField(verbose_name="внесён")),
                ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.official")),
                ("hearing", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="hall", to="discussions.hearing")),
                ("participant", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="in_hall", to="discussions.participant")),
                ("region", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="territories.region")),
            ],
            options={
                "verbose_name": "участник слушаний в зале",
                "verbose_name_plural": "участники слушаний в зале",
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("hearing", "print"), name="one_person_in_hall_once"),
                    models.UniqueConstraint(fields=("hearing", "number"), name="hall_number_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="HallRemark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(choices=[("speech", "выступление в зале"), ("paper", "письменно в зале"), ("book", "запись в книге экспозиции"), ("post", "письмом организатору")], max_length=6, verbose_name="откуда")),
                ("at", models.DateTimeField(verbose_name="внесено")),
                ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.official")),
                ("comment", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="hall", to="discussions.comment")),
                ("region", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="territories.region")),
            ],
            options={"verbose_name": "замечание из зала", "verbose_name_plural": "замечания из зала"},
        ),
        migrations.CreateModel(
            name="HearingPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("form", models.CharField(max_length=10, verbose_name="что это")),
                ("name", models.CharField(max_length=200, verbose_name="имя файла")),
                ("mime", models.CharField(max_length=100, verbose_name="вид файла")),
                ("path", models.CharField(max_length=200, verbose_name="путь к файлу")),
                ("sha256", models.CharField(max_length=64)),
                ("cms", models.BinaryField(verbose_name="отсоединённая подпись")),
                ("subject", models.CharField(blank=True, max_length=300, verbose_name="владелец сертификата")),
                ("test", models.BooleanField(default=False, verbose_name="тестовая")),
                ("at", models.DateTimeField(verbose_name="подписан")),
                ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.official")),
                ("hearing", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="papers", to="discussions.hearing")),
                ("region", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="territories.region")),
            ],
            options={
                "verbose_name": "подписанная бумага слушаний",
                "verbose_name_plural": "подписанные бумаги слушаний",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("hearing", "form"), name="hearing_paper_signed_once")
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNDO),
    ]
