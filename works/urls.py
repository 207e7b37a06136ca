from django.urls import path

from works import import_views, institution_views, views

urlpatterns = [
    path("search/", views.search, name="search"),
    path("researchers/", views.browse, name="browse"),
    path("researchers/<str:slug>/works/", views.researcher_works, name="researcher-works"),
    path("works/<int:work_id>/", views.work, name="work"),
    path("topics/<str:slug>/", views.topic, name="topic"),
    path("institutions/<str:slug>/", institution_views.institution, name="institution"),
    path("moderation/imports/", import_views.runs, name="imports"),
    path("moderation/imports/<int:number>/", import_views.run, name="import"),
    path(
        "moderation/imports/<int:number>/progress/", import_views.progress, name="import-progress"
    ),
    path("moderation/imports/<int:number>/replay/", import_views.replay, name="import-replay"),
]
