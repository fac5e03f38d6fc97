from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('answers', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='photofacts',
            name='program',
            field=models.CharField(blank=True, max_length=80, verbose_name='чем записан файл'),
        ),
    ]
