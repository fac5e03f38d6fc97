"""Addresses of the citizens' site."""

from __future__ import annotations

from django.urls import path

from otklik.faces.site import (
    appeals,
    blind_votes,
    letters,
    own_data,
    problems,
    reception,
    tracking,
    views,
    votes,
)

app_name = "site"
urlpatterns = [
    path("", views.home, name="home"),
    path("send/", views.send, name="send"),
    path("sent/<str:number>/", views.sent, name="sent"),
    path("track/", tracking.track, name="track"),
    path("track/code/", tracking.send_code, name="send_code"),
    path("cabinet/", views.cabinet, name="cabinet"),
    path("cabinet/claim/", tracking.claim, name="claim"),
    path("cabinet/data/", own_data.page, name="own_data"),
    path("cabinet/data/download/", own_data.download, name="download_own_data"),
    path("cabinet/data/erase/", own_data.erase, name="erase_own_data"),
    path("messages/", views.messages, name="messages"),
    path("messages.geojson", views.points, name="points"),
    path("m/<str:number>/", views.case, name="case"),
    path("m/<str:number>/rate/", views.rate, name="rate"),
    path("m/<str:number>/clarify/", views.clarify, name="clarify"),
    path("m/<str:number>/files/", views.add_files, name="files"),
    path("m/<str:number>/withdraw/", views.withdraw, name="withdraw"),
    path("m/<str:number>/support/", views.support, name="support"),
    path("m/<str:number>/appeal/", appeals.make, name="make_appeal"),
    path("m/<str:number>/notices/<int:notice_id>/", appeals.notice, name="notice"),
    path("m/<str:number>/papers/<int:paper_id>/", appeals.kept, name="paper"),
    path("joined/<str:token>/", views.joined, name="joined"),
    path("problems/", problems.problems, name="problems"),
    path("problems/<int:problem_id>/", problems.problem, name="problem"),
    path("problems/<int:problem_id>/join/", problems.join, name="join_problem"),
    path("waiting/<str:token>/", problems.waiting, name="waiting"),
    path("reception/", reception.reception, name="reception"),
    path("reception/<str:token>/", reception.booking, name="booking"),
    path("projects/", votes.project_list, name="projects"),
    path("projects/<slug:slug>/", votes.project, name="project"),
    path("votes/", votes.votes, name="votes"),
    path("votes/how/", votes.how, name="votes_how"),
    path("votes/verify_vote.py", votes.verifier, name="vote_verifier"),
    path("votes/<slug:slug>/", votes.vote, name="vote"),
    path("votes/<slug:slug>/ballot/", votes.ballot, name="ballot"),
    path("votes/<slug:slug>/change/", votes.change, name="change_ballot"),
    path("votes/<slug:slug>/token/", blind_votes.token, name="vote_token"),
    path("votes/<slug:slug>/cast/", blind_votes.cast, name="vote_cast"),
    path("votes/<slug:slug>/manifest.json", votes.manifest, name="vote_manifest"),
    path("votes/<slug:slug>/board.json", votes.board, name="vote_board"),
    path("votes/<slug:slug>/package.zip", votes.package, name="vote_package"),
    path("letters/<str:token>/", letters.letters, name="letters"),
    path("about/", views.about, name="about"),
]
