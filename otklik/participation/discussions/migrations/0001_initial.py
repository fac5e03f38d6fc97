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
            name='Discussion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=80, unique=True, verbose_name='адрес')),
                ('title', models.CharField(max_length=300, verbose_name='название')),
                ('about', models.TextField(blank=True, verbose_name='пояснение')),
                ('moderation', models.CharField(choices=[('post', 'показываем сразу, проверяем потом'), ('pre', 'показываем после проверки')], max_length=4, verbose_name='проверка')),
                ('made_at', models.DateTimeField(verbose_name='составлено')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.official')),
                ('phase', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='discussion', to='projects.phase')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='territories.region')),
            ],
            options={
                'verbose_name': 'обсуждение',
                'verbose_name_plural': 'обсуждения',
                'ordering': ['-made_at'],
            },
        ),
        migrations.CreateModel(
            name='DocumentPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=12, verbose_name='ключ')),
                ('kind', models.CharField(choices=[('page', 'страница'), ('paragraph', 'абзац'), ('point', 'точка на карте')], max_length=10, verbose_name='вид')),
                ('page', models.PositiveSmallIntegerField(verbose_name='страница')),
                ('text', models.TextField(verbose_name='текст')),
                ('lat', models.FloatField(null=True, verbose_name='широта')),
                ('lon', models.FloatField(null=True, verbose_name='долгота')),
                ('discussion', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='discussions.discussion')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='territories.region')),
            ],
            options={
                'verbose_name': 'часть документа',
                'verbose_name_plural': 'части документов',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('discussion', 'key'), name='part_key_once')],
            },
        ),
        migrations.CreateModel(
            name='Participant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.CharField(choices=[('none', 'без проверки'), ('phone', 'по телефону'), ('simple', 'упрощённая'), ('standard', 'стандартная'), ('confirmed', 'подтверждённая')], max_length=12, verbose_name='проверка личности')),
                ('discussion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='participants', to='discussions.discussion')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='territories.region')),
                ('territory', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='territories.territory')),
            ],
            options={
                'verbose_name': 'участник обсуждения',
                'verbose_name_plural': 'участники обсуждений',
                'constraints': [models.UniqueConstraint(fields=('discussion', 'person'), name='one_person_one_participant')],
            },
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('depth', models.PositiveSmallIntegerField(default=0)),
                ('stance', models.CharField(blank=True, choices=[('for', 'за'), ('against', 'против'), ('neutral', 'нейтрально')], max_length=8, verbose_name='мнение')),
                ('text', models.TextField(verbose_name='текст')),
                ('signature', models.CharField(blank=True, max_length=160, verbose_name='подпись')),
                ('state', models.CharField(choices=[('pending', 'ждёт проверки'), ('shown', 'показан'), ('hidden', 'скрыт'), ('erased', 'стёрт по просьбе автора')], max_length=8, verbose_name='состояние')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('made_at', models.DateTimeField(verbose_name='написан')),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replies', to='discussions.comment')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='territories.region')),
                ('discussion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='discussions.discussion')),
                ('part', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='discussions.documentpart')),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='discussions.participant')),
            ],
            options={
                'verbose_name': 'комментарий',
                'verbose_name_plural': 'комментарии',
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['discussion', 'state', 'depth'], name='comment_shown'), models.Index(fields=['participant', 'made_at'], name='comment_by_day')],
                'constraints': [models.UniqueConstraint(fields=('participant', 'key'), name='comment_pressed_once'), models.CheckConstraint(condition=models.Q(models.Q(('depth', 0), ('parent', None)), models.Q(('depth', 1), ('parent__isnull', False)), _connector='OR'), name='comment_two_levels'), models.CheckConstraint(condition=models.Q(('depth', 1), models.Q(('stance', ''), _negated=True), _connector='OR'), name='comment_takes_a_stance')],
            },
        ),
        migrations.CreateModel(
            name='ModerationAct',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(choices=[('show', 'показан после проверки'), ('hide', 'скрыт'), ('restore', 'возвращён'), ('uphold', 'оставлен скрытым после жалобы')], max_length=8, verbose_name='что')),
                ('reason', models.CharField(blank=True, max_length=60, verbose_name='причина')),
                ('at', models.DateTimeField(verbose_name='когда')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.official')),
                ('comment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acts', to='discussions.comment')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='territories.region')),
            ],
            options={
                'verbose_name': 'действие модератора',
                'verbose_name_plural': 'действия модераторов',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='CommentAppeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(verbose_name='почему зря скрыли')),
                ('made_at', models.DateTimeField(verbose_name='подана')),
                ('reply', models.TextField(blank=True, verbose_name='ответ')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.official')),
                ('hidden_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.official')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='territories.region')),
                ('against', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='appeal', to='discussions.moderationact')),
                ('outcome', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decides', to='discussions.moderationact', verbose_name='решение')),
            ],
            options={
                'verbose_name': 'жалоба на скрытие',
                'verbose_name_plural': 'жалобы на скрытие',
                'ordering': ['pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('decided_by', models.F('hidden_by')), _negated=True), _connector='OR'), name='appeal_decided_by_another'), models.CheckConstraint(condition=models.Q(models.Q(('decided_by', None), ('outcome', None)), models.Q(('decided_by__isnull', False), ('outcome__isnull', False)), _connector='OR'), name='appeal_decided_whole')],
            },
        ),
        migrations.CreateModel(
            name='Hearing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('form', models.CharField(choices=[('hearing', 'публичные слушания'), ('town', 'общественные обсуждения градостроительного проекта')], max_length=10, verbose_name='вид')),
                ('basis', models.CharField(max_length=300, verbose_name='чем назначено')),
                ('exposition', models.CharField(max_length=500, verbose_name='где и когда экспозиция')),
                ('chair', models.CharField(max_length=200, verbose_name='кто ведёт')),
                ('discussion', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='hearing', to='discussions.discussion')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='territories.region')),
            ],
            options={
                'verbose_name': 'публичные слушания',
                'verbose_name_plural': 'публичные слушания',
            },
        ),
        migrations.CreateModel(
            name='Conclusion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=60, verbose_name='номер')),
                ('text', models.TextField(verbose_name='выводы')),
                ('signer', models.CharField(max_length=200, verbose_name='кто подписал')),
                ('signed_on', models.DateField(verbose_name='когда подписано')),
                ('made_at', models.DateTimeField(verbose_name='записано')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.official')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='territories.region')),
                ('hearing', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='conclusion', to='discussions.hearing')),
            ],
            options={
                'verbose_name': 'заключение о слушаниях',
                'verbose_name_plural': 'заключения о слушаниях',
            },
        ),
    ]
