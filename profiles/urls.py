from django.urls import path

from profiles import collaboration_settings, follow_views, profile_views, suggestion_views, views
from profiles.notices import views as notices

urlpatterns = [
    path("", views.home, name="home"),
    path("researchers/<str:slug>.json", views.researcher_data, name="researcher-data"),
    path("researchers/<str:slug>/", views.researcher, name="researcher"),
    path("researchers/<str:slug>/follow/", views.follow, name="follow"),
    path("researchers/<str:slug>/edit/", profile_views.edit, name="edit"),
    path("researchers/<str:slug>/edit/works/", profile_views.edit_works, name="edit-works"),
    path("topics/<str:slug>/follow/", follow_views.follow_topic, name="follow-topic"),
    path("collaborate/", suggestion_views.collaborate, name="collaborate"),
    path("following/", follow_views.news, name="following"),
    path("following/researchers/", views.following, name="following-researchers"),
    path("following/topics/", follow_views.topics, name="following-topics"),
    path("notifications/", notices.notices, name="notices"),
    path("notifications/<uuid:number>/", notices.notice, name="notice"),
    path("notifications/unsubscribe/<str:token>/", notices.unsubscribe, name="unsubscribe"),
    path("settings/collaboration/", collaboration_settings.collaboration, name="collaboration"),
    path("settings/notifications/", notices.preferences, name="notice-preferences"),
    path("about/", views.about, name="about"),
    path("about/trust/", views.about_trust, name="about-trust"),
]
