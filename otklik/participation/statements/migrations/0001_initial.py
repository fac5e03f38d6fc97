import django.db.models.deletion
import uuid
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
            name='Conversation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=80, unique=True, verbose_name='адрес')),
                ('title', models.CharField(max_length=300, verbose_name='вопрос')),
                ('about', models.TextField(blank=True, verbose_name='пояснение')),
                ('moderation', models.CharField(choices=[('pre', 'новые показываем после проверки'), ('post', 'новые показываем сразу, проверяем потом')], max_length=4, verbose_name='проверка')),
                ('made_at', models.DateTimeField(verbose_name='составлен')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.official')),
                ('phase', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='projects.phase')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='territories.region')),
            ],
            options={
                'verbose_name': 'сбор мнений',
                'verbose_name_plural': 'сборы мнений',
                'ordering': ['-made_at'],
            },
        ),
        migrations.CreateModel(
            name='Voter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.CharField(choices=[('none', 'без проверки'), ('phone', 'по телефону'), ('simple', 'упрощённая'), ('standard', 'стандартная'), ('confirmed', 'подтверждённая')], max_length=12, verbose_name='проверка личности')),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='voters', to='statements.conversation')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='territories.region')),
            ],
            options={
                'verbose_name': 'участник сбора мнений',
                'verbose_name_plural': 'участники сборов мнений',
                'constraints': [models.UniqueConstraint(fields=('conversation', 'person'), name='one_person_one_voter')],
            },
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=500, verbose_name='высказывание')),
                ('state', models.CharField(choices=[('pending', 'ждёт проверки'), ('shown', 'показано'), ('hidden', 'скрыто'), ('erased', 'стёрто по просьбе автора')], max_length=8, verbose_name='состояние')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('made_at', models.DateTimeField(verbose_name='добавлено')),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='statements.conversation')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='territories.region')),
                ('voter', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='statements.voter')),
            ],
            options={
                'verbose_name': 'высказывание',
                'verbose_name_plural': 'высказывания',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('voter', 'key'), name='statement_pressed_once')],
            },
        ),
        migrations.CreateModel(
            name='StatementAct',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(choices=[('show', 'показано'), ('hide', 'скрыто')], max_length=8, verbose_name='что')),
                ('reason', models.CharField(blank=True, max_length=60, verbose_name='причина')),
                ('at', models.DateTimeField(verbose_name='когда')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.official')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='territories.region')),
                ('statement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acts', to='statements.statement')),
            ],
            options={
                'verbose_name': 'проверка высказывания',
                'verbose_name_plural': 'проверки высказываний',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='StatementVote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.SmallIntegerField(verbose_name='ответ')),
                ('at', models.DateTimeField(verbose_name='когда')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='territories.region')),
                ('statement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='votes', to='statements.statement')),
                ('voter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='votes', to='statements.voter')),
            ],
            options={
                'verbose_name': 'ответ на высказывание',
                'verbose_name_plural': 'ответы на высказывания',
                'constraints': [models.UniqueConstraint(fields=('statement', 'voter'), name='one_voter_one_answer'), models.CheckConstraint(condition=models.Q(('value__in', [-1, 0, 1])), name='answer_is_one_of_three')],
            },
        ),
        migrations.CreateModel(
            name='OpinionRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('input_sha256', models.CharField(max_length=64, verbose_name='отпечаток ответов')),
                ('version', models.CharField(max_length=20, verbose_name='версия расчёта')),
                ('result', models.JSONField(verbose_name='что вышло')),
                ('made_at', models.DateTimeField(verbose_name='посчитано')),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='statements.conversation')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='territories.region')),
            ],
            options={
                'verbose_name': 'расчёт мнений',
                'verbose_name_plural': 'расчёты мнений',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('conversation', 'input_sha256', 'version'), name='one_run_of_one_input')],
            },
        ),
    ]
