from django.urls import path

from profiles import views

urlpatterns = [
    path("", views.home, name="home"),
    path("researchers/<str:slug>.json", views.researcher_data, name="researcher-data"),
    path("researchers/<str:slug>/", views.researcher, name="researcher"),
    path("researchers/<str:slug>/follow/", views.follow, name="follow"),
    path("following/", views.following, name="following"),
    path("about/", views.about, name="about"),
    path("about/trust/", views.about_trust, name="about-trust"),
]
