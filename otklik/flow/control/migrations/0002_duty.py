import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('amends', '0001_initial'),
        ('control', '0001_initial'),
        ('territories', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='DutyWatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, verbose_name='когда')),
                ('duty', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='watch', to='amends.duty')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='territories.region')),
            ],
            options={
                'verbose_name': 'слежение за разговором',
                'verbose_name_plural': 'слежение за разговорами',
            },
        ),
        migrations.RemoveConstraint(model_name='alarm', name='alarm_once_a_step'),
        migrations.AddField(
            model_name='alarm',
            name='duty',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='alarms', to='amends.duty'),
        ),
        migrations.AddConstraint(
            model_name='alarm',
            constraint=models.UniqueConstraint(condition=models.Q(('duty', None)), fields=('case', 'due', 'step'), name='alarm_once_a_step'),
        ),
        migrations.AddConstraint(
            model_name='alarm',
            constraint=models.UniqueConstraint(fields=('duty', 'step'), name='duty_alarm_once_a_step'),
        ),
    ]
