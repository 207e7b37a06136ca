from django.urls import path

from works import import_views, institution_views, joining_views, search_views, topic_views, views

urlpatterns = [
    path("search/", search_views.search, name="search"),
    path("researchers/", views.browse, name="browse"),
    path("researchers/<str:slug>/works/", views.researcher_works, name="researcher-works"),
    path("works/<int:work_id>/", views.work, name="work"),
    path("topics/", topic_views.topics, name="topics"),
    path("topics/<str:slug>/", topic_views.topic, name="topic"),
    path("institutions/<str:slug>/", institution_views.institution, name="institution"),
    path("moderation/imports/", import_views.runs, name="imports"),
    path("moderation/imports/<int:number>/", import_views.run, name="import"),
    path(
        "moderation/imports/<int:number>/progress/", import_views.progress, name="import-progress"
    ),
    path("moderation/imports/<int:number>/replay/", import_views.replay, name="import-replay"),
    path("moderation/works/", joining_views.find, name="moderate-works"),
    path("moderation/works/<int:work_id>/", joining_views.work, name="moderate-work"),
    path("moderation/works/<int:work_id>/split/", joining_views.split, name="split-work"),
    path("moderation/works/<int:work_id>/join/", joining_views.join, name="join-work"),
    path("moderation/works/<int:work_id>/undecide/", joining_views.undecide, name="undecide"),
    path("moderation/works/<int:work_id>/remove/", joining_views.remove, name="remove-work"),
    path("moderation/works/<int:work_id>/restore/", joining_views.restore, name="restore-work"),
]
