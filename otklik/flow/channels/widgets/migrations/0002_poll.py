from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("widgets", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="historicalwidget",
            name="kind",
            field=models.CharField(
                choices=[
                    ("button", "кнопка"), ("banner", "плашка"), ("form", "форма в странице"),
                    ("map", "карта"), ("status", "проверка по номеру"),
                    ("counter", "сколько решено"), ("poll", "опросы и голосования"),
                ],
                default="button", max_length=10, verbose_name="вид",
            ),  # fmt: skip
        ),
        migrations.AlterField(
            model_name="widget",
            name="kind",
            field=models.CharField(
                choices=[
                    ("button", "кнопка"), ("banner", "плашка"), ("form", "форма в странице"),
                    ("map", "карта"), ("status", "проверка по номеру"),
                    ("counter", "сколько решено"), ("poll", "опросы и голосования"),
                ],
                default="button", max_length=10, verbose_name="вид",
            ),  # fmt: skip
        ),
    ]
