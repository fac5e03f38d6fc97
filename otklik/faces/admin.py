"""The administration's name."""

from __future__ import annotations

from django.contrib import admin

admin.site.site_header = "Отклик: администрирование"
admin.site.site_title = "Отклик"
admin.site.index_title = "Регион, люди, темы, сроки"
