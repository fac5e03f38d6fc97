"""Addresses of the officials' desk."""

from __future__ import annotations

from django.urls import path

from otklik.faces import addresses
from otklik.faces.desk import (
    answers,
    appeals,
    calls,
    instructions,
    problems,
    reports,
    roadmaps,
    sstu,
    statistics,
    views,
)

app_name = "desk"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("views/", views.keep_view, name="keep_view"),
    path("views/<int:view_id>/drop/", views.drop_view, name="drop_view"),
    path("bulk/", views.bulk, name="bulk"),
    path("addresses/", addresses.for_desk, name="addresses"),
    path("call/", calls.call, name="call"),
    path("call/help/", calls.help_call, name="call_help"),
    path("call/ringing/", calls.ringing, name="ringing"),
    path("callbacks/", calls.callbacks, name="callbacks"),
    path("callbacks/<int:callback_id>/<str:verb>/", calls.act_on_callback, name="callback"),
    path("points.geojson", views.points, name="points"),
    path("statistics/", statistics.statistics, name="statistics"),
    path("statistics/list/", statistics.behind, name="statistics_list"),
    path("ratings/", statistics.ratings, name="ratings"),
    path("report/", reports.report, name="report"),
    path("report.pdf", reports.report_pdf, name="report_pdf"),
    path("report.xlsx", reports.report_xlsx, name="report_xlsx"),
    path("instructions/", instructions.instructions, name="instructions"),
    path("instructions/new/", instructions.new, name="new_instruction"),
    path("instructions/<int:instruction_id>/", instructions.instruction, name="instruction"),
    path(
        "instructions/<int:instruction_id>/<str:verb>/",
        instructions.act,
        name="act_on_instruction",
    ),
    path("roadmaps/", roadmaps.roadmaps, name="roadmaps"),
    path("roadmaps/new/", roadmaps.new, name="new_roadmap"),
    path("roadmaps/<int:roadmap_id>/", roadmaps.roadmap, name="roadmap"),
    path("roadmaps/<int:roadmap_id>/<str:verb>/", roadmaps.act, name="act_on_roadmap"),
    path("problems/", problems.problems, name="problems"),
    path("problems/new/", problems.new, name="new_problem"),
    path("problems/<int:problem_id>/", problems.problem, name="problem"),
    path("problems/<int:problem_id>/edit/", problems.edit, name="edit_problem"),
    path("problems/<int:problem_id>/<str:verb>/", problems.act, name="act_on_problem"),
    path("templates/", answers.templates, name="templates"),
    path("templates/new/", answers.template, name="new_template"),
    path("templates/<int:template_id>/", answers.template, name="template"),
    path("checks/", answers.checks, name="checks"),
    path("appeals/", appeals.journal, name="appeals"),
    path("appeals/sstu/", sstu.month, name="sstu"),
    path("appeals/questions/", appeals.questions, name="questions"),
    path("appeals/questions/<int:question_id>/", appeals.answer, name="answer_question"),
    path("c/<str:number>/", views.case, name="case"),
    path("c/<str:number>/print/<str:form>/", appeals.print_form, name="print"),
    path("c/<str:number>/notices/<int:notice_id>/", appeals.notice, name="notice"),
    path("c/<str:number>/papers/<int:paper_id>/", appeals.kept, name="paper"),
    path("c/<str:number>/contact/", views.contact, name="contact"),
    path("c/<str:number>/draft/", answers.draft, name="draft"),
    path("c/<str:number>/<str:verb>/", views.act, name="act"),
]
