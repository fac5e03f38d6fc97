import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0004_look_at_notices'),
        ('cases', '0004_paused_is_not_late'),
        ('territories', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Part',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='когда')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.official', verbose_name='кто разделил')),
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='part', to='cases.case')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='territories.region')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='cases.case', verbose_name='из чего')),
            ],
            options={
                'verbose_name': 'часть сообщения',
                'verbose_name_plural': 'части сообщений',
                'ordering': ['id'],
            },
        ),
    ]
