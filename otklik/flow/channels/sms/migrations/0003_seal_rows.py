"""Seal what was written before sealing; each batch commits, a stopped run goes on where it was."""

from django.db import migrations

from otklik.ground.kit.keys import reseal


def seal(apps, schema_editor):
    for name in ("smsmessage",):
        for _ in reseal(apps.get_model("sms", name)):
            pass


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("sms", "0002_sealed"),
    ]

    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]
