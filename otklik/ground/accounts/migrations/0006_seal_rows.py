"""Seal what was written before sealing; each batch commits, a stopped run goes on where it was."""

from django.db import migrations

from otklik.ground.kit.keys import reseal


def seal(apps, schema_editor):
    for name in ("person",):
        for _ in reseal(apps.get_model("accounts", name)):
            pass


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("accounts", "0005_sealed"),
    ]

    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]
