from django.urls import path

from claims import views

urlpatterns = [
    path("researchers/<str:slug>/trust/", views.trust, name="trust"),
    path("researchers/<str:slug>/claim/", views.claim, name="claim"),
]
