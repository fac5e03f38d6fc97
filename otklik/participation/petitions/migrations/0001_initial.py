import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0003_key_scopes'),
        ('accounts', '__first__'),
        ('projects', '0004_alter_phase_kind'),
        ('territories', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Petition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=80, unique=True, verbose_name='адрес')),
                ('title', models.CharField(max_length=300, verbose_name='о чём просят')),
                ('about', models.TextField(verbose_name='почему')),
                ('initiator', models.CharField(max_length=200, verbose_name='кто собирает подписи')),
                ('threshold', models.PositiveIntegerField(verbose_name='порог, подписей')),
                ('reached_at', models.DateTimeField(null=True, verbose_name='порог набран')),
                ('made_at', models.DateTimeField(verbose_name='составлена')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.official')),
                ('phase', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='petition', to='projects.phase')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='territories.region')),
            ],
            options={
                'verbose_name': 'петиция',
                'verbose_name_plural': 'петиции',
                'ordering': ['-made_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('threshold__gt', 0)), name='petition_has_a_threshold')],
            },
        ),
        migrations.CreateModel(
            name='PetitionSignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.CharField(choices=[('none', 'без проверки'), ('phone', 'по телефону'), ('simple', 'упрощённая'), ('standard', 'стандартная'), ('confirmed', 'подтверждённая')], max_length=12, verbose_name='проверка личности')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('petition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='petitions.petition')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='territories.region')),
            ],
            options={
                'verbose_name': 'подпись',
                'verbose_name_plural': 'подписи',
                'constraints': [models.UniqueConstraint(fields=('petition', 'person'), name='one_person_one_signature')],
            },
        ),
    ]
