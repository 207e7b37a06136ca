from django.urls import path

from graph import views

urlpatterns = [
    path("researchers/<str:slug>/graph/", views.nearby, name="nearby"),
    path("explore/", views.explore, name="explore"),
]
