import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0003_key_scopes'),
        ('cases', '0002_clock_guard'),
        ('territories', '0001_initial'),
        ('topics', '0002_questions'),
    ]

    operations = [
        migrations.CreateModel(
            name='Emergency',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40, verbose_name='режим')),
                ('starts_at', models.DateTimeField(verbose_name='с')),
                ('ends_at', models.DateTimeField(verbose_name='до')),
                ('document', models.CharField(max_length=300, verbose_name='документ')),
                ('reason', models.TextField(verbose_name='почему')),
                ('declared_at', models.DateTimeField(verbose_name='объявлен')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='окончен')),
                ('end_reason', models.TextField(blank=True, verbose_name='почему окончен раньше')),
                ('declared_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.official')),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.official')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='territories.region')),
                ('territory', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='territories.territory', verbose_name='где (пусто: вся область)')),
                ('topics', models.ManyToManyField(blank=True, to='topics.topic', verbose_name='темы (пусто: все)')),
            ],
            options={
                'verbose_name': 'режим ЧС',
                'verbose_name_plural': 'режимы ЧС',
                'ordering': ['-starts_at', '-id'],
                'indexes': [models.Index(condition=models.Q(('ended_at', None)), fields=['region', 'starts_at'], name='emergency_going')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='emergency_ends_after_start')],
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(verbose_name='часы стоят с')),
                ('due_before', models.DateTimeField(verbose_name='срок до того')),
                ('due', models.DateTimeField(verbose_name='срок с ним')),
                ('stage', models.CharField(blank=True, max_length=20, verbose_name='этап')),
                ('stage_since', models.DateTimeField(null=True)),
                ('stage_before', models.DateTimeField(null=True)),
                ('stage_due', models.DateTimeField(null=True)),
                ('released_at', models.DateTimeField(null=True, verbose_name='часы пошли')),
                ('settled', models.BooleanField(default=False, verbose_name='день назван человеком')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holds', to='cases.case')),
                ('emergency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='emergencies.emergency')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='territories.region')),
            ],
            options={
                'verbose_name': 'срок, продлённый режимом',
                'verbose_name_plural': 'сроки, продлённые режимом',
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('released_at', None)), fields=('case',), name='hold_open_once')],
            },
        ),
    ]
