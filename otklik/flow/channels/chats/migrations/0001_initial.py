import django.core.validators
import django.db.models.deletion
import otklik.flow.channels.chats.models
import otklik.ground.accounts.models
import otklik.ground.kit.fields
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('intake', '0002_covering'),
        ('territories', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Bot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('telegram', 'Телеграм'), ('vk', 'ВКонтакте'), ('max', 'MAX')], max_length=10, verbose_name='мессенджер')),
                ('title', models.CharField(max_length=120, verbose_name='название для себя')),
                ('address', models.CharField(default=otklik.ground.accounts.models.new_key, help_text='Адрес для событий: /hooks/chats/<часть адреса>/', max_length=64, unique=True, verbose_name='часть адреса')),
                ('secret', otklik.ground.kit.fields.SealedCharField(default=otklik.flow.channels.chats.models.new_secret, max_length=80, verbose_name='секрет событий')),
                ('key', otklik.ground.kit.fields.SealedCharField(blank=True, max_length=300, verbose_name='ключ (токен) бота')),
                ('url', models.CharField(blank=True, help_text='Пусто — обычный адрес мессенджера; свой сервер Bot API укажите здесь.', max_length=200, validators=[django.core.validators.URLValidator(['http', 'https'])], verbose_name='адрес API')),
                ('settings', models.JSONField(blank=True, default=dict, verbose_name='прочее')),
                ('active', models.BooleanField(default=True, verbose_name='действует')),
                ('tries', models.PositiveIntegerField(default=0, editable=False, verbose_name='неудач подряд')),
                ('failing_since', models.DateTimeField(editable=False, null=True, verbose_name='не отвечает с')),
                ('next_at', models.DateTimeField(editable=False, null=True, verbose_name='следующая попытка')),
                ('note', models.CharField(blank=True, editable=False, max_length=300, verbose_name='что ответили')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='territories.region', verbose_name='регион')),
            ],
            options={
                'verbose_name': 'бот',
                'verbose_name_plural': 'боты',
                'ordering': ['kind', 'title', 'id'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalBot',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('kind', models.CharField(choices=[('telegram', 'Телеграм'), ('vk', 'ВКонтакте'), ('max', 'MAX')], max_length=10, verbose_name='мессенджер')),
                ('title', models.CharField(max_length=120, verbose_name='название для себя')),
                ('address', models.CharField(db_index=True, default=otklik.ground.accounts.models.new_key, help_text='Адрес для событий: /hooks/chats/<часть адреса>/', max_length=64, verbose_name='часть адреса')),
                ('url', models.CharField(blank=True, help_text='Пусто — обычный адрес мессенджера; свой сервер Bot API укажите здесь.', max_length=200, validators=[django.core.validators.URLValidator(['http', 'https'])], verbose_name='адрес API')),
                ('settings', models.JSONField(blank=True, default=dict, verbose_name='прочее')),
                ('active', models.BooleanField(default=True, verbose_name='действует')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('region', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='territories.region', verbose_name='регион')),
            ],
            options={
                'verbose_name': 'historical бот',
                'verbose_name_plural': 'historical боты',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Talk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('peer', otklik.ground.kit.fields.SealedCharField(max_length=80, verbose_name='собеседник')),
                ('peer_print', otklik.ground.kit.fields.PrintField(kind='peer', of='peer')),
                ('draft', otklik.ground.kit.fields.SealedJSONField(blank=True, default=dict, verbose_name='начатое сообщение')),
                ('drafted', models.BooleanField(default=False, verbose_name='есть начатое')),
                ('language', models.CharField(default='ru', max_length=2)),
                ('muted', models.BooleanField(default=False, verbose_name='просил не писать лишнего')),
                ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='неудач подряд')),
                ('next_at', models.DateTimeField(verbose_name='следующая попытка')),
                ('begun_at', models.DateTimeField(verbose_name='начат')),
                ('touched_at', models.DateTimeField(verbose_name='последнее')),
                ('bot', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='talks', to='chats.bot')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='territories.region')),
            ],
            options={
                'verbose_name': 'разговор',
                'verbose_name_plural': 'разговоры',
                'ordering': ['-touched_at'],
                'constraints': [models.UniqueConstraint(fields=('bot', 'peer_print'), name='talk_of_a_person_once')],
            },
        ),
        migrations.CreateModel(
            name='ChatUpdate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=80, verbose_name='номер у мессенджера')),
                ('content', otklik.ground.kit.fields.SealedJSONField(blank=True, default=dict, verbose_name='что пришло')),
                ('at', models.DateTimeField(verbose_name='получено')),
                ('done_at', models.DateTimeField(null=True, verbose_name='разобрано')),
                ('bot', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='updates', to='chats.bot')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='territories.region')),
                ('talk', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='updates', to='chats.talk')),
            ],
            options={
                'verbose_name': 'событие мессенджера',
                'verbose_name_plural': 'события мессенджеров',
                'ordering': ['id'],
                'indexes': [models.Index(condition=models.Q(('done_at', None)), fields=['talk', 'id'], name='updates_waiting'), models.Index(fields=['done_at'], name='updates_done')],
                'constraints': [models.UniqueConstraint(fields=('bot', 'key'), name='update_heard_once')],
            },
        ),
        migrations.CreateModel(
            name='ChatReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='отправлено')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='territories.region')),
                ('report', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='chat', to='intake.report')),
                ('talk', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='chats.talk')),
            ],
            options={
                'verbose_name': 'сообщение из чата',
                'verbose_name_plural': 'сообщения из чатов',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='ChatMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', otklik.ground.kit.fields.SealedTextField(blank=True, verbose_name='текст')),
                ('buttons', models.JSONField(default=list, verbose_name='кнопки')),
                ('ask_point', models.BooleanField(default=False, verbose_name='просить место')),
                ('state', models.CharField(choices=[('queued', 'ждёт'), ('delivered', 'доставлено'), ('refused', 'не принято')], default='queued', max_length=10, verbose_name='состояние')),
                ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='попыток')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='что ответили')),
                ('created_at', models.DateTimeField(verbose_name='создано')),
                ('changed_at', models.DateTimeField(verbose_name='изменено')),
                ('bot', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='chats.bot')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='territories.region')),
                ('talk', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='chats.talk')),
            ],
            options={
                'verbose_name': 'сообщение в чат',
                'verbose_name_plural': 'сообщения в чаты',
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('state', 'queued')), fields=['bot', 'id'], name='chat_waiting'), models.Index(fields=['changed_at'], name='chat_message_age')],
            },
        ),
    ]
