"""Seal what was written before sealing; each batch commits, a stopped run goes on where it was."""

from django.db import migrations

from otklik.ground.kit.keys import reseal


def seal(apps, schema_editor):
    for name in ("support",):
        for _ in reseal(apps.get_model("cases", name)):
            pass


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("cases", "0003_sealed"),
    ]

    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]
